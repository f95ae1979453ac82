import { Size } from "cdk8s";
import fc from "fast-check";
import { Testing } from "cdktf";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Port } from "../../lib/core/port";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { ClusterSecurityGroups } from "../../lib/network/security-groups/cluster-security-groups";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { PodNetworking, PodNetworkType } from "../../lib/network/vcn/pod-networking";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { DRG } from "../network/support";
import { flowsOf } from "../support/rules";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const reason = { reason: "The test asks for it" };

function flannel(stack = newStack(), props: object = {}, id = "cluster") {
  return new SecureOkeCluster(stack, id, {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    podNetworking: PodNetworking.flannelOverlay(),
    ...props,
  });
}

function pool(cluster: SecureOkeCluster, props: object = {}, id = "pool") {
  return new PrivateNodePool(cluster, id, {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
    ...props,
  });
}

const codesOf = (props: object) => problemCodesOf(() => flannel(newStack(), props));
const overlayOf = (podCidr: string) => ({ podNetworking: PodNetworking.flannelOverlay({ podCidr }) });

describe("a cluster with a flannel overlay", () => {
  test("has no subnet of pods, and a range for them inside of the cluster", () => {
    const stack = newStack();
    const cluster = flannel(stack);
    expect(onlyResource(stack, "oci_containerengine_cluster")).toMatchObject({
      cluster_pod_network_options: [{ cni_type: "FLANNEL_OVERLAY" }],
      options: { kubernetes_network_config: { pods_cidr: "10.244.0.0/16", services_cidr: "10.96.0.0/16" } },
    });
    const names = Object.values(resourcesOf(stack, "oci_core_subnet")).map(
      ({ display_name }) => display_name,
    );
    expect(names).toEqual(["stack-cluster-api", "stack-cluster-lb", "stack-cluster-workers"]);
    expect(problemCodesOf(() => cluster.network.podSubnet)).toEqual(["ATTRIBUTE_MISSING"]);
    expect(
      Object.keys(resourcesOf(stack, "oci_logging_log")).filter((id) => id.includes("FlowLogs")),
    ).toHaveLength(3);
  });

  test("has the rules that Oracle documents between its two groups, and none with a range", () => {
    const stack = newStack();
    const cluster = flannel(stack);
    expect(cluster.podSecurityGroup).toBe(cluster.workerSecurityGroup);
    expect(flowsOf(stack)).toMatchInlineSnapshot(`
     [
       "ApiEndpoint -> RegionServices icmp 3/4",
       "ApiEndpoint -> RegionServices tcp 443",
       "ApiEndpoint -> Workers icmp 3/4",
       "ApiEndpoint -> Workers tcp 1-65535",
       "ApiEndpoint <- Workers icmp 3/4",
       "ApiEndpoint <- Workers tcp 12250",
       "ApiEndpoint <- Workers tcp 6443",
       "Workers -> ApiEndpoint icmp 3/4",
       "Workers -> ApiEndpoint tcp 12250",
       "Workers -> ApiEndpoint tcp 6443",
       "Workers -> RegionServices icmp 3/4",
       "Workers -> RegionServices tcp 443",
       "Workers -> Workers all",
       "Workers <- ApiEndpoint icmp 3/4",
       "Workers <- ApiEndpoint tcp 1-65535",
       "Workers <- Workers all",
     ]
    `);
  });

  test("has node pools with only the CNI type in their pod network options", () => {
    const stack = newStack();
    pool(flannel(stack));
    const { node_config_details } = onlyResource(stack, "oci_containerengine_node_pool");
    expect(node_config_details.node_pool_pod_network_option_details).toEqual({ cni_type: "FLANNEL_OVERLAY" });
  });

  test("refuses pools with props that pods of an overlay don't support", () => {
    const cluster = flannel();
    const group = NetworkSecurityGroup.fromNetworkSecurityGroupId(
      cluster,
      "db",
      "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.db",
    );
    const podProps = { maxPodsPerNode: 31, podSecurityGroups: [group] };
    expect(problemCodesOf(() => pool(cluster, podProps))).toEqual(["VALUE_INVALID", "VALUE_INVALID"]);
  });

  test("refuses pools with more nodes than the overlay has blocks, including the surge of all pools", () => {
    const cluster = flannel(newStack(), overlayOf("172.30.0.0/22"));
    pool(cluster, { size: 3 }, "first");
    const [problem] = validationProblemsOf(() => pool(cluster, { size: 4 }, "second"));
    expect(problem).toMatchObject({
      code: "SUBNET_EXHAUSTED",
      what: "The pools need 9 nodes (with the surge of a replacement), each with a /25 of the overlay, but 172.30.0.0/22 has room for 8",
    });
    expect(() => pool(cluster, { size: 3 }, "second")).not.toThrow();
    // Another cluster has an overlay of its own, with the same addresses.
    const other = flannel(newStack(), overlayOf("172.30.0.0/22"));
    expect(() => pool(other, { size: 7 })).not.toThrow();
  });

  test("has room for one node in each block of 128 addresses", () => {
    fc.assert(
      fc.property(fc.integer({ min: 18, max: 24 }), (prefix) => {
        const most = 2 ** (32 - prefix) / 128 - 1;
        const network = { podNetworking: PodNetworking.flannelOverlay({ podCidr: `172.16.0.0/${prefix}` }) };
        expect(() => pool(flannel(newStack(), network), { size: most })).not.toThrow();
        expect(problemCodesOf(() => pool(flannel(newStack(), network), { size: most + 1 }))).toEqual([
          "SUBNET_EXHAUSTED",
        ]);
      }),
      { numRuns: 5 },
    );
  });

  test("adds egress for its nodes only, whose addresses pods use", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.withoutPods(),
    });
    const { podSecurityGroup, workerSecurityGroup } = flannel(stack, { network });
    const bank = Egress.to("203.0.113.0/24", Port.tcp(443), reason);
    expect(problemCodesOf(() => network.addEgress(EgressSource.pods(podSecurityGroup), bank))).toEqual([
      "EGRESS_INVALID",
    ]);
    network.addEgress(EgressSource.workers(workerSecurityGroup), bank);
    expect(JSON.stringify(resourcesOf(stack, "oci_core_route_table"))).toContain("203.0.113.0/24");
  });

  test("gets rights for load balancers but not for pods if its network is in another compartment", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.withoutPods(),
    });
    flannel(stack, { network, compartmentId: "ocid1.compartment.oc1..clusters" });
    const statements = Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(
      (policy) => policy.statements,
    );
    // Those of the load balancers' subnet are another matter.
    const ofCluster = statements.filter(
      (statement: string) => !statement.includes("vulnerability-scanning-service"),
    );
    expect(ofCluster.join()).not.toMatch(/manage instances/);
    expect(statements.join()).toMatch(/use subnets/);
    expect(statements.join()).toMatch(/manage network-security-groups/);
  });

  test("can share the VCN and network of VCN-native clusters, and the range of another overlay", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    for (const id of ["one", "two"]) pool(flannel(stack, { network }, id));
    pool(flannel(stack, { network, podNetworking: undefined }, "native"));
    expect(Object.keys(resourcesOf(stack, "oci_containerengine_cluster"))).toHaveLength(3);
    expect(Object.keys(resourcesOf(stack, "oci_core_vcn"))).toHaveLength(1);
  });

  test("refuses a range that overlaps the VCN, Services, or a range behind a DRG", () => {
    expect(codesOf(overlayOf("10.0.128.0/17"))).toEqual(["SUBNET_OVERLAP"]);
    expect(codesOf(overlayOf("10.96.0.0/17"))).toEqual(["SUBNET_OVERLAP"]);
    const endpointAccess = EndpointAccess.privateFrom(["10.244.8.0/24"]);
    expect(codesOf({ endpointAccess })).toEqual(["SUBNET_OVERLAP"]);
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.withoutPods(),
    });
    flannel(stack, { network });
    network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.244.0.0/20", "10.96.0.0/20"] });
    const problems = validationProblemsOf(() => Testing.synth(stack, true));
    expect(problems.map(({ what }) => what)).toEqual([
      `servicesCidr 10.96.0.0/16 overlaps 10.96.0.0/20, which the network routes to the DRG ${DRG}`,
      `podCidr 10.244.0.0/16 overlaps 10.244.0.0/20, which the network routes to the DRG ${DRG}`,
    ]);
  });

  test("makes a network planned without pods unusable for a VCN-native cluster", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.withoutPods(),
    });
    expect(problemCodesOf(() => flannel(stack, { network, podNetworking: undefined }))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });
});

describe("the range of an overlay", () => {
  const overlayOf = (podCidr: any) => () => PodNetworking.flannelOverlay({ podCidr });

  test.each(["10.0.0.0/9", "172.16.0.0/12", "192.168.0.0/24", "100.64.0.0/10"])("can be %s", (cidr) => {
    expect(overlayOf(cidr)().podCidr).toBe(cidr);
  });

  test.each([
    ["10.0.0.0/8", "PODS_CIDR_INVALID"],
    ["10.0.0.0/25", "PODS_CIDR_INVALID"],
    ["203.0.113.0/24", "PODS_CIDR_INVALID"],
    ["10.0.0.1/16", "CIDR_HOST_BITS"],
    ["fd00::/64", "CIDR_IPV6"],
    ["10.244", "CIDR_INVALID"],
    [7, "CIDR_INVALID"],
  ])("can't be %s", (cidr, code) => {
    expect(problemCodesOf(overlayOf(cidr))).toEqual([code]);
  });

  test("is checked again in a value that no factory created", () => {
    expect(problemCodesOf(() => PodNetworking.flannelOverlay(null as any))).toEqual(["VALUE_INVALID"]);
    expect(codesOf({ podNetworking: "flannel" })).toEqual(["VALUE_INVALID"]);
    expect(codesOf({ podNetworking: null })).toEqual(["VALUE_INVALID"]);
    expect(codesOf({ podNetworking: { type: "CALICO" } })).toEqual(["VALUE_INVALID"]);
    expect(codesOf({ podNetworking: { type: PodNetworkType.FLANNEL_OVERLAY, podCidr: "x" } })).toEqual([
      "CIDR_INVALID",
    ]);
    const groups = (podNetworking: any) => () =>
      new ClusterSecurityGroups(newStack(), "groups", {
        compartmentId: COMPARTMENT,
        vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
        regionServices: { serviceId: "ocid1.service.oc1..x", cidrLabel: "x", toRuleEnd: () => ({}) as any },
        podNetworking,
      });
    expect(problemCodesOf(groups("flannel"))).toEqual(["VALUE_INVALID"]);
    const attributes = {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
      podNetworking: "flannel" as any,
    };
    expect(problemCodesOf(() => SecureOkeCluster.fromClusterAttributes(newStack(), "c", attributes))).toEqual(
      ["VALUE_INVALID"],
    );
  });

  test("accepts an empty list of security groups of pods", () => {
    const stack = newStack();
    expect(() => pool(flannel(stack), { podSecurityGroups: [] })).not.toThrow();
  });

  test("is refused for a plan without pods", () => {
    expect(problemCodesOf(() => SubnetPlan.withoutPods({ pods: 5, podCidr: "10.0.128.0/17" }))).toEqual([
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    expect(SubnetPlan.withoutPods({ vcnCidr: "10.0.0.0/27", nodes: 5 }).podCidr).toBe("");
  });
});
