import { Size } from "cdk8s";
import { type App, type TerraformStack, TerraformVariable } from "cdktf";
import * as fc from "fast-check";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KeySource } from "../../lib/encryption/key-properties";
import { KmsKey } from "../../lib/oci/kms-key";
import { ImageSigning, type ImageSigningProps } from "../../lib/supply-chain/image-signing";
import { PrivateRepository } from "../../lib/supply-chain/private-repository";
import { SigningKey, SigningKeySize } from "../../lib/supply-chain/signing-key";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.vault.existing";
const KEYS = "ocid1.compartment.oc1..existing-keys";
const ENDPOINT = "https://test-management.kms.eu-frankfurt-1.oraclecloud.com";

function newCluster(stack: TerraformStack, id = "cluster"): SecureOkeCluster {
  return new SecureOkeCluster(stack, id, {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

function signing(stack: TerraformStack, props: Partial<ImageSigningProps> = {}): ImageSigning {
  return new ImageSigning(stack, "signing", { cluster: props.cluster ?? newCluster(stack), ...props });
}

const policyOf = (stack: TerraformStack) =>
  onlyResource(stack, "oci_containerengine_cluster").image_policy_config;
const statementsOf = (stack: TerraformStack): string[] =>
  Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.startsWith("signing"))
    .flatMap(([, { statements }]) => statements as string[]);
const signingKeysOf = (stack: TerraformStack) =>
  Object.entries(resourcesOf(stack, "oci_kms_key")).filter(([id]) => id.startsWith("signing"));

/** A key that the program makes, of an algorithm that may be the wrong one. */
function keyOf(stack: TerraformStack, algorithm: string, id = "key"): KmsKey {
  return new KmsKey(stack, id, {
    compartmentId: COMPARTMENT,
    displayName: id,
    managementEndpoint: ENDPOINT,
    keyShape: { algorithm, length: 32 },
  });
}

describe("the signing of images", () => {
  test("creates an RSA key in a separate vault, and lets the cluster verify its signatures", () => {
    const stack = newStack();
    signing(stack);
    const [[id, key] = ["", {} as any]] = signingKeysOf(stack);
    expect(key).toMatchObject({
      key_shape: { algorithm: "RSA", length: 512 },
      protection_mode: "HSM",
      lifecycle: { prevent_destroy: true },
    });
    expect(policyOf(stack)).toEqual({
      is_policy_enabled: true,
      key_details: [{ kms_key_id: `\${oci_kms_key.${id}.id}` }],
    });
  });

  test("lets only this cluster use the key and read the repositories, with Oracle's documented statements", () => {
    const stack = newStack();
    signing(stack, { keys: [SigningKey.existing(KEY, { compartmentId: KEYS })] });
    const cluster = "${oci_containerengine_cluster.cluster_42F1EE4C.id}".replace(/cluster_\w+/, "X");
    expect(
      statementsOf(stack).map((text) =>
        text.replace(/oci_containerengine_cluster\.\w+/, "oci_containerengine_cluster.X"),
      ),
    ).toEqual([
      `Allow any-user to use keys in compartment id ${KEYS} where all {request.user.id = '${cluster}', target.key.id = '${KEY}'}`,
      `Allow any-user to read repos in compartment id ${COMPARTMENT} where all {request.user.id = '${cluster}'}`,
    ]);
  });

  test("lets the cluster read only the named repositories", () => {
    const stack = newStack();
    const repositories = ["worker", "web"].map(
      (name) => new PrivateRepository(stack, name, { compartmentId: KEYS, repositoryName: `shop/${name}` }),
    );
    signing(stack, { repositories });
    expect(statementsOf(stack).filter((text) => text.includes("read repos"))).toEqual([
      expect.stringMatching(
        new RegExp(
          `in compartment id ${KEYS} where all .*, any {target.repo.name = 'shop/web', target.repo.name = 'shop/worker'}}$`,
        ),
      ),
    ]);
  });

  test("is created before the nodes", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    signing(stack, { cluster });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
    });
    const { depends_on } = onlyResource(stack, "oci_containerengine_node_pool");
    expect(depends_on.filter((one: string) => one.includes("signing"))).toHaveLength(2);
  });

  test("has an output with the signing command and the version of the key", () => {
    const stack = newStack();
    signing(stack);
    const { value } = synthesized(stack).output.signing_sign_command;
    expect(value).toMatch(/^oci artifacts container image-signature sign-upload --compartment-id /);
    expect(value).toMatch(/--kms-key-version-id \$\{oci_kms_key\.\w+\.current_key_version\}/);
    expect(value).toContain("--signing-algorithm SHA_512_RSA_PKCS_PSS");
    expect(value).toContain('--repository-name "$REPOSITORY" --image-version "$VERSION"');
  });

  test("signs with the current version of an existing key that the program creates", () => {
    const stack = newStack();
    const imageSigning = KeySource.newKey();
    const { signingKey } = new ClusterEncryption(stack, "encryption", {
      compartmentId: COMPARTMENT,
      imageSigning,
    });
    signing(stack, { keys: [SigningKey.existing(signingKey?.keyId ?? "")] });
    expect(synthesized(stack).output.signing_sign_command.value).toMatch(
      /--kms-key-version-id \$\{oci_kms_key\.encryption_imageSigning_\w+\.current_key_version\}/,
    );
  });

  test("has a command with a variable for the compartment if the repositories are in several", () => {
    const stack = newStack();
    const repositories = [COMPARTMENT, "ocid1.compartment.oc1..other"].map(
      (compartmentId, index) =>
        new PrivateRepository(stack, `repository-${index}`, {
          compartmentId,
          repositoryName: `shop/${index}`,
        }),
    );
    signing(stack, { repositories });
    const { value } = synthesized(stack).output.signing_sign_command;
    expect(value.match(/--compartment-id "\$COMPARTMENT"/g)).toHaveLength(2);
  });

  test("can have several keys, and replacing one renames no other", () => {
    const [one, two] = [newStack(), newStack()];
    signing(one, { keys: [SigningKey.generated({ name: "2026", size: SigningKeySize.RSA_3072 })] });
    signing(two, {
      keys: [
        SigningKey.generated({ name: "2027", managementEndpoint: ENDPOINT }),
        SigningKey.generated({ name: "2026", size: SigningKeySize.RSA_3072 }),
        SigningKey.existing(KEY, { keyVersionId: "ocid1.keyversion.oc1..existing" }),
      ],
    });
    const [[id, key] = ["", {}]] = signingKeysOf(one);
    expect(key).toMatchObject({ key_shape: { algorithm: "RSA", length: 384 } });
    expect(Object.fromEntries(signingKeysOf(two))[id]).toEqual(key);
    expect(policyOf(two).key_details).toHaveLength(3);
  });

  test("makes Terraform refuse an existing key that is not RSA if it can read the key", () => {
    const stack = newStack();
    signing(stack, { keys: [SigningKey.existing(KEY, { managementEndpoint: ENDPOINT })] });
    const [data] = Object.values<any>(synthesized(stack).data.oci_kms_key);
    expect(data).toMatchObject({ key_id: KEY, management_endpoint: ENDPOINT });
    expect(data.lifecycle.postcondition).toEqual([
      { condition: '${self.key_shape[0].algorithm == "RSA"}', error_message: expect.stringContaining("RSA") },
    ]);
    expect(synthesized(stack).output.signing_sign_command.value).toContain("data.oci_kms_key.");
  });

  test("of an imported cluster is enabled by a command", () => {
    const stack = newStack();
    const clusterId = "ocid1.cluster.oc1.eu-frankfurt-1.existing";
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId,
      compartmentId: COMPARTMENT,
    });
    signing(stack, { cluster, keys: [SigningKey.existing(KEY)] });
    const { signing_enable_command: enable, signing_sign_command: sign } = synthesized(stack).output;
    expect(enable.value).toBe(
      `oci ce cluster update --cluster-id ${clusterId} --image-policy-config '{"isPolicyEnabled":true,"keyDetails":[{"kmsKeyId":"${KEY}"}]}'`,
    );
    expect(sign.value).toContain('--kms-key-version-id "$KEY_VERSION_ID"');
  });

  test.each(["AES", "ECDSA"])("is refused an %s key that the program makes", (algorithm) => {
    const stack = newStack();
    const key = keyOf(stack, algorithm);
    const [problem, ...more] = validationProblemsOf(() =>
      signing(stack, { keys: [SigningKey.existing(key.id)] }),
    );
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "SIGNING_KEY_INVALID",
      path: "stack/signing",
      what: `keys[0] is an ${algorithm} key`,
      fix: expect.stringContaining("RSA"),
    });
    expect(stack.node.tryFindChild("signing")).toBeUndefined();
  });

  test("refuses the AES key of etcd, and accepts keys with an unknown algorithm", () => {
    const stack = newStack();
    const { keyId } = new ClusterEncryption(stack, "encryption", { compartmentId: COMPARTMENT });
    const cluster = newCluster(stack);
    expect(problemCodesOf(() => signing(stack, { cluster, keys: [SigningKey.existing(keyId)] }))).toEqual([
      "SIGNING_KEY_INVALID",
    ]);
    const variable = new TerraformVariable(stack, "key-id", { type: "string" }).stringValue;
    const rsa = keyOf(stack, "RSA").id;
    const keys = [variable, rsa, KEY].map((one) => SigningKey.existing(one));
    expect(() => signing(stack, { cluster, keys })).not.toThrow();
  });

  test("refuses a key of another stack that is not RSA", () => {
    const stack = newStack();
    const other = newStack("keys", stack.node.root as App);
    expect(
      problemCodesOf(() => signing(stack, { keys: [SigningKey.existing(keyOf(other, "AES").id)] })),
    ).toEqual(["SIGNING_KEY_INVALID"]);
  });

  test("is refused without keys", () => {
    const [problem] = validationProblemsOf(() => signing(newStack(), { keys: [] }));
    expect(problem).toMatchObject({
      code: "SIGNING_KEY_INVALID",
      what: expect.stringContaining("every image"),
    });
  });

  test("is refused with all problems together", () => {
    const stack = newStack();
    const make = (props: any) => () => new ImageSigning(stack, "signing", props);
    for (const nothing of [undefined, null, {}])
      expect(problemCodesOf(make(nothing))).toEqual(["ATTRIBUTE_MISSING"]);
    const generated = SigningKey.generated();
    const six = Array.from({ length: 6 }, (_, index) => SigningKey.generated({ name: `k${index}` }));
    const cluster = newCluster(stack);
    expect(problemCodesOf(make({ cluster, keys: six }))).toEqual(["COUNT_INVALID"]);
    expect(problemCodesOf(make({ cluster, keys: [generated, generated] }))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(make({ cluster, repositories: [] }))).toEqual(["COUNT_INVALID"]);
    const wrong = {
      cluster,
      keys: ["a"],
      repositories: ["web"],
      compartmentId: KEY,
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong)).sort()).toEqual(
      ["OCID_INVALID", "TAG_INVALID", "VALUE_INVALID", "VALUE_INVALID"].sort(),
    );
    make({ cluster })();
    expect(problemCodesOf(() => new ImageSigning(stack, "second", { cluster }))).toEqual(["NAME_DUPLICATE"]);
  });

  test("accepts RSA key sizes only", () => {
    expect(problemCodesOf(() => SigningKey.generated({ size: "AES_256" as SigningKeySize }))).toContain(
      "SIGNING_KEY_INVALID",
    );
    expect(
      problemCodesOf(() => SigningKey.generated({ name: "a b", managementEndpoint: "http://x" })),
    ).toEqual(["NAME_INVALID", "VALUE_INVALID"]);
    expect(problemCodesOf(() => SigningKey.existing("ocid1.vault.oc1..x", { compartmentId: KEY }))).toEqual([
      "OCID_INVALID",
      "OCID_INVALID",
    ]);
  });

  test("verifies signatures of exactly the given keys", () => {
    const ocid = fc.stringMatching(/^[a-z0-9]{5,20}$/).map((name) => `ocid1.key.oc1..${name}`);
    fc.assert(
      fc.property(fc.uniqueArray(ocid, { minLength: 1, maxLength: 5 }), (ids) => {
        const stack = newStack();
        const { keyIds } = signing(stack, { keys: ids.map((id) => SigningKey.existing(id)) });
        expect(keyIds).toEqual(ids);
        expect(policyOf(stack).key_details).toEqual(ids.map((kms_key_id) => ({ kms_key_id })));
        for (const id of ids) {
          expect(statementsOf(stack).filter((text) => text.includes(`'${id}'`))).toHaveLength(1);
        }
      }),
      { numRuns: 10 },
    );
  });
});
