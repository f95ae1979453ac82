import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { TerraformVariable, type TerraformStack } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Port } from "../../lib/core/port";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { IMAGE } from "../workload/support";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";

const VCN = "ocid1.vcn.oc1.eu-frankfurt-1.one";
const OTHER = "ocid1.vcn.oc1.eu-frankfurt-1.other";
const GROUP = "ocid1.networksecuritygroup.oc1.fra.bastion";
const choice = { reason: "Orders are kept in the database" };
const kubernetesVersion = KubernetesVersion.V1_34;

const group = (stack: TerraformStack, id: string, vcnId: string) =>
  new NetworkSecurityGroup(stack, id, { compartmentId: COMPARTMENT, vcnId });
const newNetwork = (stack: TerraformStack, id: string) =>
  new ClusterNetwork(stack, id, { compartmentId: COMPARTMENT });

function newCluster(stack: TerraformStack, endpointAccess?: EndpointAccess) {
  const network = newNetwork(stack, "network");
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    network,
    endpointAccess,
  });
}

function newPool(stack: TerraformStack, cluster: SecureOkeCluster, props: object) {
  return new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 1,
    ...props,
  });
}

describe("a group of another VCN", () => {
  test("is rejected as the peer of a rule, by its OCID or by the reference to its VCN", () => {
    const stack = newStack();
    const networks = [newNetwork(stack, "a"), newNetwork(stack, "b")] as const;
    const pairs = [
      [group(stack, "one", VCN), group(stack, "other", OTHER)],
      [group(stack, "in-a", networks[0].vcnId), group(stack, "in-b", networks[1].vcnId)],
    ] as const;
    for (const [one, other] of pairs) {
      const [problem, ...more] = validationProblemsOf(() => one.allowTo(other, Port.tcp(1521), choice));
      expect(more).toEqual([]);
      expect(problem).toMatchObject({
        code: "NSG_OTHER_VCN",
        what: `The group ${other.node.path} belongs to another VCN than ${one.node.path}`,
      });
      expect(problemCodesOf(() => one.allowFrom(other, Port.tcp(1521), choice))).toEqual(["NSG_OTHER_VCN"]);
      expect(other.node.children).toHaveLength(1);
    }
  });

  test("is taken where nobody knows that it is of another one", () => {
    const stack = newStack();
    const one = group(stack, "one", VCN);
    const unknown = new TerraformVariable(stack, "vcn", {}).stringValue;
    const imported = NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, "bastion", GROUP);
    for (const peer of [group(stack, "two", VCN), group(stack, "three", unknown), imported]) {
      expect(() => one.allowFrom(peer, Port.tcp(1521), choice)).not.toThrow();
    }
  });

  test("is not put on the nodes or pods of a pool", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const far = group(stack, "far", newNetwork(stack, "elsewhere").vcnId);
    const near = group(stack, "near", cluster.network.vcnId);
    const problems = validationProblemsOf(() =>
      newPool(stack, cluster, { securityGroups: [far], podSecurityGroups: [near, far] }),
    );
    expect(problems.map(({ code, what }) => `${code}: ${what}`)).toEqual([
      "NSG_OTHER_VCN: securityGroups[0] stack/far belongs to another VCN than stack/network",
      "NSG_OTHER_VCN: podSecurityGroups[1] stack/far belongs to another VCN than stack/network",
    ]);
    expect(() => newPool(stack, cluster, { securityGroups: [near] })).not.toThrow();
  });

  test("does not reach an API endpoint, and nothing of the cluster is made", () => {
    const stack = newStack();
    const bastion = group(stack, "bastion", newNetwork(stack, "elsewhere").vcnId);
    expect(problemCodesOf(() => newCluster(stack, EndpointAccess.privateFrom([bastion])))).toEqual([
      "NSG_OTHER_VCN",
    ]);
    expect(stack.node.tryFindChild("cluster")).toBeUndefined();
  });
});

test("a group that is named twice, or is the cluster's own, is put on a VNIC once", () => {
  const stack = newStack();
  const cluster = newCluster(stack);
  const [one, two] = ["one", "two"].map((id) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, id, GROUP),
  );
  newPool(stack, cluster, {
    securityGroups: [one, two, one],
    podSecurityGroups: [cluster.podSecurityGroup],
  });
  const { nsg_ids, node_pool_pod_network_option_details: pods } = onlyResource(
    stack,
    "oci_containerengine_node_pool",
  ).node_config_details;
  expect(nsg_ids).toEqual([expect.stringContaining("Workers"), GROUP]);
  expect(pods.pod_nsg_ids).toEqual([expect.stringContaining("Pods")]);
});

describe("a group of another VCN, elsewhere than at a cluster,", () => {
  test("is rejected as an egress source of another network, created or imported", () => {
    const stack = newStack();
    const [home, away] = [newNetwork(stack, "home"), newNetwork(stack, "away")];
    const egress = Egress.to("192.0.2.0/24", Port.tcp(443), choice);
    const far = EgressSource.pods(group(stack, "far", away.vcnId));
    expect(problemCodesOf(() => home.addEgress(far, egress))).toEqual(["NSG_OTHER_VCN"]);
    const imported = ClusterNetwork.fromClusterNetworkAttributes(stack, "imported", { vcnId: VCN });
    const other = EgressSource.pods(group(stack, "other", OTHER));
    expect(problemCodesOf(() => imported.addEgress(other, egress))).toEqual(["NSG_OTHER_VCN"]);
    expect(() => away.addEgress(far, egress)).not.toThrow();
  });

  test("is not put on a load balancer", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    const far = group(stack, "far", newNetwork(stack, "elsewhere").vcnId);
    const near = group(stack, "near", cluster.network.vcnId);
    const expose = (securityGroups: NetworkSecurityGroup[]) =>
      web.exposeViaLoadBalancer({
        cluster,
        access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
        tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
        securityGroups,
      });
    expect(problemCodesOf(() => expose([near, far]))).toEqual(["NSG_OTHER_VCN"]);
    expect(() => expose([near])).not.toThrow();
  });

  test("is rejected as the target of a bastion, created or imported", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const clients = BastionClients.from(["192.0.2.0/24"]);
    const bastion = (target: ISecureOkeCluster, network: ClusterNetwork) => () =>
      new Bastion(stack, "bastion", { compartmentId: COMPARTMENT, cluster: target, network, clients });
    expect(problemCodesOf(bastion(cluster, newNetwork(stack, "elsewhere")))).toEqual(["NSG_OTHER_VCN"]);
    const imported = SecureOkeCluster.fromClusterAttributes(stack, "imported", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.example",
      network: newNetwork(stack, "its"),
      apiEndpointSecurityGroup: NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, "api", GROUP),
      privateEndpoint: "10.0.0.5:6443",
    });
    expect(problemCodesOf(bastion(imported, newNetwork(stack, "third")))).toEqual(["NSG_OTHER_VCN"]);
    expect(bastion(cluster, cluster.network as ClusterNetwork)).not.toThrow();
  });
});
