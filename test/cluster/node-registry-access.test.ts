import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Size } from "cdk8s";
import { type App, type TerraformStack } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeRegistryAccess, type NodeRegistryAccessProps } from "../../lib/cluster/node-registry-access";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { type PrivateNodePoolProps } from "../../lib/cluster/private-node-pool-props";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { OciProvider } from "../../lib/oci/provider";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const TENANCY = "ocid1.tenancy.oc1..test";
const TAG = "Operations.NodeRole";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pull-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function newCluster(stack: TerraformStack, id = "cluster", compartmentId = COMPARTMENT): SecureOkeCluster {
  return new SecureOkeCluster(stack, id, { compartmentId, kubernetesVersion: KubernetesVersion.V1_34 });
}

function newAccess(stack: TerraformStack, props: Partial<NodeRegistryAccessProps> = {}): NodeRegistryAccess {
  const cluster = props.cluster ?? newCluster(stack);
  const all = { cluster, tenancyId: TENANCY, repositories: ["shop/web"], nodeTag: TAG, ...props };
  return new NodeRegistryAccess(stack, "registry", all);
}

function newPool(
  access: NodeRegistryAccess,
  props: Partial<PrivateNodePoolProps> = {},
  id = "pool",
): PrivateNodePool {
  return new PrivateNodePool(access.node.scope as TerraformStack, id, {
    cluster: access.cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 1,
    registryAccess: access,
    ...props,
  });
}

const scriptOf = (stack: TerraformStack) =>
  Buffer.from(
    onlyResource(stack, "oci_containerengine_node_pool").node_metadata.user_data as string,
    "base64",
  ).toString();

describe("the access of nodes to a registry", () => {
  test("is a dynamic group of the tagged nodes only, and a policy that reads the named repositories only", () => {
    const stack = newStack();
    const access = newAccess(stack);
    expect(onlyResource(stack, "oci_identity_dynamic_group")).toMatchObject({
      compartment_id: TENANCY,
      name: access.dynamicGroupName,
      matching_rule: `ALL {instance.compartment.id = '${COMPARTMENT}', tag.${TAG}.value = '${access.dynamicGroupName}'}`,
    });
    const policies = Object.values(resourcesOf(stack, "oci_identity_policy"));
    const own = policies.find(({ name }) => name === access.dynamicGroupName);
    expect(own).toMatchObject({
      compartment_id: COMPARTMENT,
      statements: [
        expect.stringMatching(
          /^Allow dynamic-group id \$\{oci_identity_dynamic_group\.registry_\w+\.id\} to read repos in compartment id ocid1\.compartment\.oc1\.\.test where any \{target\.repo\.name = 'shop\/web'\}$/,
        ),
      ],
    });
  });

  test("accepts every prop and sorts the repositories", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const access = newAccess(stack, {
      compartmentId: "ocid1.compartment.oc1..registry",
      repositories: ["shop/worker", "base-*", "shop/web"],
      nodeTagValue: "puller",
      dynamicGroupName: "shop-nodes",
      freeformTags: { team: "shop" },
      homeRegionProvider,
    });
    const group = onlyResource(stack, "oci_identity_dynamic_group");
    expect(group).toMatchObject({
      name: "shop-nodes",
      provider: "oci.home",
      freeform_tags: { team: "shop" },
    });
    expect(group.matching_rule).toContain("tag.Operations.NodeRole.value = 'puller'");
    const own = Object.values(resourcesOf(stack, "oci_identity_policy")).find(
      ({ name }) => name === "shop-nodes",
    );
    expect(own.compartment_id).toBe("ocid1.compartment.oc1..registry");
    expect(own.provider).toBe("oci.home");
    expect(own.statements[0]).toContain(
      "where any {target.repo.name = /base-*/, target.repo.name = 'shop/web', target.repo.name = 'shop/worker'}",
    );
    expect([access.nodeTag, access.nodeTagValue]).toEqual([TAG, "puller"]);
  });

  test("has a different name for each path and compartment", () => {
    const stack = newStack();
    const cluster = newCluster(stack, "other", "ocid1.compartment.oc1..other");
    const names = [newAccess(newStack()), newAccess(newStack()), newAccess(stack, { cluster })].map(
      ({ dynamicGroupName }) => dynamicGroupName,
    );
    expect(names[0]).toBe(names[1]);
    expect(names[0]).not.toBe(names[2]);
  });

  test("is refused with all problems together, and creates nothing", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const make = () =>
      new NodeRegistryAccess(stack, "registry", {
        cluster,
        tenancyId: COMPARTMENT,
        repositories: ["fra.ocir.io/acme/web:1", "shop/*", "a'} or any {b", "web"],
        nodeTag: "NodeRole",
        nodeTagValue: "it's",
        providerFolder: "/usr/bin; reboot",
        configureKubelet: "yes" as never,
      });
    expect(problemCodesOf(make).sort()).toEqual([
      "NAME_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "OCID_INVALID",
      "TAG_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    expect(stack.node.tryFindChild("registry")).toBeUndefined();
  });

  test.each<[string, unknown, string[]]>([
    [
      "no props",
      undefined,
      ["cluster", "tenancyId", "repositories", "nodeTag"].map(() => "ATTRIBUTE_MISSING"),
    ],
    ["no repositories", { repositories: [] }, ["COUNT_INVALID"]],
    ["a repository twice", { repositories: ["web", "web"] }, ["NAME_DUPLICATE"]],
    ["a text of repositories", { repositories: "shop/web" }, ["VALUE_INVALID"]],
    ["another cluster", { cluster: {} }, ["VALUE_INVALID"]],
  ])("refuses %s of an untyped program", (_, props, codes) => {
    const stack = newStack();
    const all = props && {
      cluster: newCluster(stack),
      tenancyId: TENANCY,
      repositories: ["web"],
      nodeTag: TAG,
      ...props,
    };
    expect(problemCodesOf(() => new NodeRegistryAccess(stack, "registry", all as never))).toEqual(codes);
  });
});

describe("a node pool with access to a registry", () => {
  test("sets the tag on its nodes only, beside other tags, and depends on the policy", () => {
    const stack = newStack();
    const access = newAccess(stack);
    newPool(access, { definedTags: { "Operations.CostCenter": "4711" } });
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool.node_config_details.defined_tags).toEqual({
      "Operations.CostCenter": "4711",
      [TAG]: access.nodeTagValue,
    });
    expect(pool.defined_tags).toEqual({ "Operations.CostCenter": "4711" });
    expect(pool.depends_on).toContainEqual(
      expect.stringMatching(/^oci_identity_policy\.registry_Policy_\w+$/),
    );
  });

  test("starts the kubelet with the credential provider of the image through OKE's script", () => {
    const stack = newStack();
    newPool(newAccess(stack));
    expect(scriptOf(stack)).toContain(
      'bash "$init" --kubelet-extra-args "--image-credential-provider-bin-dir=/usr/local/bin/ ' +
        '--image-credential-provider-config=/etc/kubernetes/credential-provider-config.yaml"',
    );
  });

  test.each([
    [
      true,
      "--kubelet-extra-args --image-credential-provider-bin-dir=BIN --image-credential-provider-config=CONFIG",
    ],
    [false, ""],
  ])("runs OKE's script with and without the credential provider in the image: %s", (isThere, expected) => {
    const own = fs.mkdtempSync(path.join(folder, "node-"));
    const [bin, config] = [path.join(own, "bin"), path.join(own, "config.yaml")];
    const stack = newStack();
    newPool(newAccess(stack, { providerFolder: bin, providerConfigFile: config }));
    if (isThere) {
      fs.mkdirSync(bin);
      fs.writeFileSync(config, "");
    }
    // Stands for the metadata service, which gives OKE's script.
    const init = 'echo "$*"';
    const fake = path.join(own, "fake");
    fs.mkdirSync(fake);
    fs.writeFileSync(path.join(fake, "curl"), `#!/bin/sh\nprintf %s '${init}' | base64\n`, { mode: 0o755 });
    const script = scriptOf(stack).replace("/var/run/oke-init.sh", path.join(own, "init.sh"));
    const env = { ...process.env, PATH: `${fake}:${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", env });
    expect([status, stdout.trim()]).toEqual([0, expected.replace("BIN", bin).replace("CONFIG", config)]);
    expect(stderr.includes("No credential provider")).toBe(!isThere);
  });

  test("has no start script if the image itself configures the kubelet", () => {
    const stack = newStack();
    newPool(newAccess(stack, { configureKubelet: false }));
    expect(onlyResource(stack, "oci_containerengine_node_pool").node_metadata).toEqual({
      areLegacyImdsEndpointsDisabled: "true",
    });
  });

  test("shares one group and one policy with other pools", () => {
    const stack = newStack();
    const access = newAccess(stack);
    newPool(access);
    newPool(access, {}, "second");
    expect(Object.keys(resourcesOf(stack, "oci_identity_dynamic_group"))).toHaveLength(1);
  });

  test("of another stack depends on the whole stack of the access", () => {
    const access = newAccess(newStack("made"));
    const other = newStack("other", access.node.root as App);
    new PrivateNodePool(other, "pool", {
      cluster: access.cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
      registryAccess: access,
    });
    expect(other.dependencies.map(({ node }) => node.id)).toEqual(["made"]);
    const [pool] = Object.values(resourcesOf(other, "oci_containerengine_node_pool"));
    expect(pool.node_config_details.defined_tags).toEqual({ [TAG]: access.nodeTagValue });
  });

  test("refuses the tag in definedTags, and nodes of another compartment", () => {
    const stack = newStack();
    const access = newAccess(stack);
    const cluster = newCluster(stack, "other", "ocid1.compartment.oc1..other");
    const refused = validationProblemsOf(() => newPool(access, { cluster, definedTags: { [TAG]: "mine" } }));
    expect(refused.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "TAG_INVALID definedTags",
      "VALUE_INVALID registryAccess",
    ]);
    expect(problemCodesOf(() => newPool(access, { registryAccess: "yes" as never }))).toEqual([
      "VALUE_INVALID",
    ]);
  });
});
