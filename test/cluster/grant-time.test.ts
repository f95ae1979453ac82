import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { Testing } from "cdktf";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { type SecureOkeClusterProps } from "../../lib/cluster/cluster-props";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { FlowLogging } from "../../lib/network/logs/flow-logging";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, onlyResource, resourcesOf, synthesized } from "../support/stack";

function clusterIn(stack = newStack(), props: Partial<SecureOkeClusterProps> = {}) {
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });
  return stack;
}

/** The address of the policy that lets clusters use the key. */
function grantOf(stack: ReturnType<typeof newStack>): string {
  const all = Object.entries<any>(resourcesOf(stack, "oci_identity_policy"));
  const [id] = all.find(([, { statements }]) => /use keys .*'cluster'/.test(statements[0]))!;
  return `oci_identity_policy.${id}`;
}

/** All that is made before a resource, as far as references and dependencies say. */
function before(stack: ReturnType<typeof newStack>, address: string): Set<string> {
  const { resource } = synthesized(stack);
  const known = Object.entries<object>(resource).flatMap(([type, all]) =>
    Object.keys(all).map((id) => `${type}.${id}`),
  );
  const bodies = new Map(
    known.map((one) => [one, JSON.stringify(resource[one.split(".")[0]!][one.split(".")[1]!])]),
  );
  const found = new Set<string>();
  const visit = (one: string) => {
    for (const other of known) {
      if (found.has(other) || other === one || !new RegExp(`\\b${other}\\b`).test(bodies.get(one)!)) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(address);
  return found;
}

/** What a resource waits for, without the check of the Kubernetes version. */
const waitsOf = ({ depends_on = [] }: any) => depends_on.filter((one: string) => one.startsWith("oci_"));

describe("a cluster that is created with its network", () => {
  const stack = clusterIn();
  const [id] = Object.keys(resourcesOf(stack, "oci_containerengine_cluster"));
  const first = before(stack, `oci_containerengine_cluster.${id}`);
  const grant = grantOf(stack);

  test("is created after its policy, with the whole network in between", () => {
    expect(waitsOf(onlyResource(stack, "oci_core_vcn"))).toEqual([grant]);
    expect(first).toContain(grant);
    for (const subnet of ["ApiEndpoint", "LoadBalancers"]) {
      const address = [...first].find((one) => one.startsWith("oci_core_subnet.") && one.includes(subnet))!;
      expect(before(stack, address)).toContain(grant);
    }
  });

  test("depends on the flow log of its endpoint, so that all flows are recorded", () => {
    const { depends_on } = onlyResource(stack, "oci_containerengine_cluster");
    const [log, ...more] = depends_on.filter((one: string) => one.startsWith("oci_logging_log."));
    expect(more).toEqual([]);
    expect(before(stack, log)).toContain(grant);
  });

  test("does not make its key or its grant depend on the network", () => {
    expect([...before(stack, grant)].filter((one) => one.startsWith("oci_core_"))).toEqual([]);
  });
});

test("a cluster in an existing VCN depends on its created subnets, and these depend on its policy", () => {
  const stack = newStack();
  const network = new ExistingVcnNetwork(stack, "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
    vcnCidrs: ["10.0.0.0/16"],
    compartmentId: COMPARTMENT,
    plan: SubnetPlan.of(),
  });
  clusterIn(stack, { network });
  for (const subnet of Object.values<any>(resourcesOf(stack, "oci_core_subnet"))) {
    expect(subnet.depends_on).toEqual([grantOf(stack)]);
  }
});

test("two clusters of one network both depend on it", () => {
  const stack = newStack();
  const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
  for (const id of ["one", "two"]) {
    const kubernetesVersion = KubernetesVersion.V1_34;
    new SecureOkeCluster(stack, id, { compartmentId: COMPARTMENT, kubernetesVersion, network });
  }
  expect(onlyResource(stack, "oci_core_vcn").depends_on).toHaveLength(2);
});

test("a cluster depends only on the subnets of a network without flow logs", () => {
  const stack = newStack();
  const flowLogs = FlowLogging.none({ reason: "The network team records the VCN" });
  const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, flowLogs });
  clusterIn(stack, { network });
  expect(onlyResource(stack, "oci_containerengine_cluster").depends_on).toEqual([grantOf(stack)]);
});

test("the network or key of another stack is not ordered", () => {
  const app = Testing.app();
  const [first, second, third] = ["first", "second", "third"].map((id) => newStack(id, app));
  const network = new ClusterNetwork(first!, "network", { compartmentId: COMPARTMENT });
  clusterIn(second, { network });
  expect(onlyResource(first!, "oci_core_vcn")).not.toHaveProperty("depends_on");
  const encryption = new ClusterEncryption(first!, "key", { compartmentId: COMPARTMENT });
  clusterIn(third, { encryption });
  expect(waitsOf(onlyResource(third!, "oci_core_vcn"))).toEqual([]);
  app.synth();
});
