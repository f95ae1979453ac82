import { Size } from "cdk8s";
import { TerraformOutput, TerraformResource, Testing, type TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { NativeIngressController } from "../../lib/cluster/native-ingress-controller";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { COMPARTMENT, newStack, validationProblemsOf, synthesized } from "../support/stack";

const kubernetesVersion = KubernetesVersion.V1_34;
const newCluster = (stack: TerraformStack) =>
  new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
const newPool = (stack: TerraformStack, cluster: SecureOkeCluster) =>
  new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });

const raw = (scope: Construct, id: string, config: object = {}) =>
  new TerraformResource(scope, id, { terraformResourceType: "terraform_data", ...config });

const dependsOnOf = (stack: TerraformStack, type: string, id: string): string[] | undefined =>
  synthesized(stack).resource[type][id].depends_on;

describe("dependsOn of a raw resource", () => {
  test("contains the node pool of a PrivateNodePool", () => {
    const stack = newStack();
    const pool = newPool(stack, newCluster(stack));
    raw(stack, "after", { dependsOn: [pool] });
    expect(dependsOnOf(stack, "terraform_data", "after")).toEqual([
      expect.stringMatching(/^oci_containerengine_node_pool\.pool_\w+$/),
    ]);
  });

  test("contains all resources of a construct except data sources and the marker of the first apply", () => {
    const stack = newStack();
    raw(stack, "after", { dependsOn: [newCluster(stack)] });
    const all = dependsOnOf(stack, "terraform_data", "after") ?? [];
    for (const type of ["containerengine_cluster", "core_vcn", "kms_key", "identity_policy"]) {
      expect(all).toContainEqual(expect.stringMatching(`^oci_${type}\\.cluster_`));
    }
    expect(all.filter((one) => !one.startsWith("oci_"))).toEqual([]);
    expect(all).toEqual([...new Set(all)]);
  });

  test("keeps its other entries, in untyped programs too", () => {
    const stack = newStack();
    const pool = newPool(stack, newCluster(stack));
    const group = new Construct(stack, "group");
    const inner = raw(group, "inner");
    raw(stack, "after", { dependsOn: [pool, group, raw(stack, "before")] as any });
    expect(dependsOnOf(stack, "terraform_data", "after")).toEqual([
      "terraform_data.before",
      `terraform_data.${inner.friendlyUniqueId}`,
      expect.stringMatching(/^oci_containerengine_node_pool\./),
    ]);
  });

  test("is the same when a program is synthesized twice", () => {
    const stack = newStack();
    const pool = newPool(stack, newCluster(stack));
    const after = raw(stack, "after", { dependsOn: [pool] });
    after.node.addDependency(pool);
    const first = Testing.synth(stack);
    expect(Testing.synth(stack)).toBe(first);
    expect(dependsOnOf(stack, "terraform_data", "after")).toHaveLength(1);
  });

  test("makes its stack depend on the stack of the construct", () => {
    const app = Testing.app();
    const [one, two] = [newStack("one", app), newStack("two", app)];
    const pool = newPool(one, newCluster(one));
    raw(two, "after", { dependsOn: [pool] });
    raw(two, "later").node.addDependency(pool);
    app.synth();
    expect(two.dependencies).toEqual([one]);
    expect(synthesized(two)).not.toHaveProperty("data");
    expect(dependsOnOf(two, "terraform_data", "after") ?? []).toEqual([]);
  });

  test("of an output contains the resources too", () => {
    const stack = newStack();
    const pool = newPool(stack, newCluster(stack));
    new TerraformOutput(stack, "ready", { value: "yes", dependsOn: [pool] });
    expect(synthesized(stack).output.ready.depends_on).toEqual([
      expect.stringMatching(/^oci_containerengine_node_pool\./),
    ]);
  });

  test("contains nothing for an imported construct, which has no resources", () => {
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    });
    raw(stack, "after", { dependsOn: [cluster] });
    expect(dependsOnOf(stack, "terraform_data", "after") ?? []).toEqual([]);
  });
});

describe("node.addDependency", () => {
  test("of one library construct on another makes each resource of the first depend on the second", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const pool = newPool(stack, cluster);
    const controller = new NativeIngressController(stack, "ingress", { cluster });
    controller.node.addDependency(pool);
    const { oci_containerengine_addon: addOns, oci_identity_policy: policies } = synthesized(stack).resource;
    const own = Object.entries<any>({ ...addOns, ...policies }).filter(([id]) => id.startsWith("ingress_"));
    expect(own.length).toBeGreaterThan(2);
    for (const [, { depends_on }] of own) {
      expect(depends_on).toContainEqual(expect.stringMatching(/^oci_containerengine_node_pool\.pool_/));
    }
  });

  test("on a raw resource applies to all resources of a library construct", () => {
    const stack = newStack();
    const pool = newPool(stack, newCluster(stack));
    pool.node.addDependency(raw(stack, "before"));
    const [{ depends_on }] = Object.values<any>(synthesized(stack).resource.oci_containerengine_node_pool);
    expect(depends_on).toContain("terraform_data.before");
  });

  test("on a construct that contains rules of the dependent one omits these rules, to avoid a cycle", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const bastion = new Bastion(stack, "bastion", {
      cluster,
      compartmentId: cluster.compartmentId,
      clients: BastionClients.from(["203.0.113.7/32"]),
    });
    bastion.node.addDependency(cluster);
    const [{ depends_on }] = Object.values<any>(synthesized(stack).resource.oci_bastion_bastion);
    expect(depends_on).toContainEqual(expect.stringMatching(/^oci_containerengine_cluster\./));
    const { oci_core_network_security_group_security_rule: rules } = synthesized(stack).resource;
    const ofBastion = Object.entries<any>(rules).filter(([, rule]) =>
      JSON.stringify(rule).includes("oci_bastion_bastion"),
    );
    expect(ofBastion.length).toBeGreaterThan(0);
    for (const [id] of ofBastion) {
      expect(depends_on).not.toContain(`oci_core_network_security_group_security_rule.${id}`);
    }
  });

  test("is refused if the whole target refers to the dependent construct", () => {
    const stack = newStack();
    const first = raw(stack, "first");
    raw(stack, "second", { triggersReplace: [], dependsOn: [first] });
    newCluster(stack);
    first.node.addDependency(stack.node.findChild("second"));
    expect(validationProblemsOf(() => synthesized(stack))).toMatchObject([
      { code: "DEPENDENCY_CYCLE", what: "stack/first can't wait for stack/second, which refers to it" },
    ]);
  });
});
