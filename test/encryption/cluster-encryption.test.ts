import { Duration, Size } from "cdk8s";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KeyRotation, KeyShape, KeySource } from "../../lib/encryption/key-properties";
import { KeyVault, VaultType } from "../../lib/encryption/key-vault";
import { VaultKey } from "../../lib/encryption/vault-key";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.test";
const CLUSTERS = "ocid1.compartment.oc1..clusters";

const statementsOf = (stack: ReturnType<typeof newStack>, id: RegExp): string[] => {
  const [, policy] =
    Object.entries(resourcesOf(stack, "oci_identity_policy")).find(([name]) => id.test(name)) ?? [];
  return policy.statements;
};

describe("the encryption of a cluster", () => {
  test("consists of one vault, one key of the Secrets and one grant by default", () => {
    const stack = newStack();
    const encryption = new ClusterEncryption(stack, "encryption", { compartmentId: COMPARTMENT });
    expect(onlyResource(stack, "oci_kms_vault")).toMatchObject({ vault_type: "DEFAULT" });
    expect(onlyResource(stack, "oci_kms_key")).toMatchObject({
      key_shape: { algorithm: "AES", length: 32 },
      protection_mode: "HSM",
      lifecycle: { prevent_destroy: true },
    });
    expect(Object.keys(resourcesOf(stack, "oci_identity_policy"))).toHaveLength(1);
    expect([encryption.bootVolumesKeyId, encryption.signingKey]).toEqual([undefined, undefined]);
  });

  test("has a separate key for each kind of data, and a grant for only that key", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const vault = new KeyVault(stack, "vault", {
      compartmentId: COMPARTMENT,
      vaultType: VaultType.VIRTUAL_PRIVATE,
    });
    const encryption = new ClusterEncryption(stack, "encryption", {
      compartmentId: COMPARTMENT,
      clusterCompartmentId: CLUSTERS,
      vault,
      rotation: KeyRotation.every(Duration.days(90)),
      bootVolumes: KeySource.newKey(),
      blockVolumes: KeySource.newKey(),
      fileStorage: KeySource.newKey(),
      buckets: KeySource.newKey(),
      imageSigning: KeySource.newKey(),
      region: "eu-frankfurt-1",
      homeRegionProvider,
    });
    const keys = Object.values(resourcesOf(stack, "oci_kms_key"));
    expect(keys.map(({ key_shape: { algorithm } }) => algorithm).sort()).toEqual([
      "AES",
      "AES",
      "AES",
      "AES",
      "AES",
      "RSA",
    ]);
    for (const key of keys) {
      expect(key).toMatchObject({
        protection_mode: "HSM",
        lifecycle: { prevent_destroy: true },
        is_auto_rotation_enabled: true,
      });
    }
    expect(encryption.signingKey?.shape?.bits).toBe(4096);
    const inKeys = `in compartment id ${COMPARTMENT} where`;
    const keyOf = (kind: string) =>
      expect.stringMatching(
        new RegExp(`target\\.key\\.id = '\\$\\{oci_kms_key\\.encryption_${kind}_\\w+\\.id\\}'`),
      );
    for (const [kind, principal, service] of [
      ["bootVolumes", "nodepool", "blockstorage"],
      ["blockVolumes", "cluster", "blockstorage"],
      ["fileStorage", "cluster", "FssOc1Prod"],
      ["buckets", undefined, "objectstorage-eu-frankfurt-1"],
    ] as const) {
      const statements = statementsOf(stack, new RegExp(`^encryption_${kind}Policy`));
      expect(statements).toHaveLength(principal === undefined ? 1 : 2);
      for (const statement of statements) expect(statement).toEqual(keyOf(kind));
      expect(statements.at(-1)).toContain(`Allow service ${service} to use keys ${inKeys}`);
      if (principal === undefined) continue;
      expect(statements[0]).toContain(
        `Allow any-user to use key-delegates ${inKeys} all {request.principal.type = '${principal}', ` +
          `request.principal.compartment.id = '${CLUSTERS}', `,
      );
    }
    for (const policy of Object.values(resourcesOf(stack, "oci_identity_policy"))) {
      expect(policy.provider).toBe("oci.home");
    }
  });

  test("can share the key of the Secrets or use existing keys", () => {
    const stack = newStack();
    const encryption = new ClusterEncryption(stack, "encryption", {
      compartmentId: COMPARTMENT,
      existingKeyId: KEY,
      bootVolumes: KeySource.sameAsSecrets(),
      fileStorage: KeySource.existing(`${KEY}fss`),
      imageSigning: KeySource.existing(`${KEY}sign`),
      fileStorageService: "FssOc19Prod",
    });
    expect(resourcesOf(stack, "oci_kms_key")).toEqual({});
    expect(resourcesOf(stack, "oci_kms_vault")).toEqual({});
    expect([encryption.bootVolumesKeyId, encryption.fileStorageKeyId, encryption.signingKey?.keyId]).toEqual([
      KEY,
      `${KEY}fss`,
      `${KEY}sign`,
    ]);
    expect(statementsOf(stack, /fileStoragePolicy/)[1]).toBe(
      `Allow service FssOc19Prod to use keys in compartment id ${COMPARTMENT} where target.key.id = '${KEY}fss'`,
    );
  });

  test("rotates an existing key in the given vault", () => {
    const stack = newStack();
    const vault = KeyVault.fromKeyVaultAttributes(stack, "vault", {
      vaultId: "ocid1.vault.oc1.eu-frankfurt-1.test",
      managementEndpoint: "https://x-management.kms.eu-frankfurt-1.oraclecloud.com",
    });
    const rotation = KeyRotation.epochs(["2026-11"]);
    const props = { compartmentId: COMPARTMENT, existingKeyId: KEY, rotation };
    expect(problemCodesOf(() => new ClusterEncryption(stack, "encryption", props))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    new ClusterEncryption(stack, "encryption", { ...props, vault });
    expect(onlyResource(stack, "oci_kms_key_version")).toMatchObject({
      key_id: KEY,
      management_endpoint: "https://x-management.kms.eu-frankfurt-1.oraclecloud.com",
      for_each: '${toset(["2026-11"])}',
    });
  });

  test("is used for the boot volumes of node pools, which depend on its grant", () => {
    const stack = newStack();
    const encryption = new ClusterEncryption(stack, "encryption", {
      compartmentId: COMPARTMENT,
      bootVolumes: KeySource.newKey(),
    });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      encryption,
    });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 1, memory: Size.gibibytes(8) }),
      size: 1,
    });
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool.node_config_details.kms_key_id).toMatch(
      /^\$\{oci_kms_key\.encryption_bootVolumes_\w+\.id\}$/,
    );
    expect(pool.depends_on).toContainEqual(
      expect.stringMatching(/^oci_identity_policy\.encryption_bootVolumesPolicy_/),
    );
  });

  test("refuses keys of the program whose algorithm does not fit their use", () => {
    const stack = newStack();
    const vault = new KeyVault(stack, "vault", { compartmentId: COMPARTMENT });
    const aes = new VaultKey(stack, "aes", { vault }).keyId;
    const rsa = new VaultKey(stack, "rsa", { vault, shape: KeyShape.RSA_4096 }).keyId;
    const encryptionWith = (keys: object) => () =>
      new ClusterEncryption(stack, "encryption", { compartmentId: COMPARTMENT, ...keys });
    const problems = validationProblemsOf(
      encryptionWith({
        existingKeyId: rsa,
        bootVolumes: KeySource.existing(rsa),
        imageSigning: KeySource.existing(aes),
      }),
    );
    expect(problems.map(({ code, property }) => [code, property])).toEqual([
      ["VALUE_INVALID", "existingKeyId"],
      ["VALUE_INVALID", "bootVolumes"],
      ["VALUE_INVALID", "imageSigning"],
    ]);
    expect(encryptionWith({ existingKeyId: aes, imageSigning: KeySource.existing(rsa) })).not.toThrow();
  });

  test("is refused with all problems together", () => {
    const stack = newStack();
    const [signing] = validationProblemsOf(
      () =>
        new ClusterEncryption(stack, "encryption", {
          compartmentId: COMPARTMENT,
          imageSigning: KeySource.sameAsSecrets(),
        }),
    );
    expect(signing!.what).toMatch(/^imageSigning is the key of the Secrets, an AES key/);
    const props = {
      compartmentId: COMPARTMENT,
      rotation: KeyRotation.every(Duration.days(90)),
      buckets: KeySource.newKey(),
      fileStorageService: "no service",
    };
    expect(problemCodesOf(() => new ClusterEncryption(stack, "encryption", props))).toEqual([
      "NAME_INVALID",
      "VALUE_INVALID",
      "ATTRIBUTE_MISSING",
    ]);
    expect(
      problemCodesOf(
        () => new ClusterEncryption(stack, "encryption", { compartmentId: COMPARTMENT, region: "frankfurt" }),
      ),
    ).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(() => KeySource.existing("x"))).toEqual(["OCID_INVALID"]);
    expect(resourcesOf(stack, "oci_kms_vault")).toEqual({});
  });
});
