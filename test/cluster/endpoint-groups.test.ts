import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { networkIn } from "../network/support";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf } from "../support/stack";

const idOf = (name: string) => `ocid1.networksecuritygroup.oc1.eu-frankfurt-1.${name}`;

function clusterWith(groups: (stack: ReturnType<typeof newStack>) => any) {
  const stack = newStack();
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    network: networkIn(stack).network,
    apiEndpointSecurityGroups: groups(stack),
  });
  return onlyResource(stack, "oci_containerengine_cluster").endpoint_config.nsg_ids as string[];
}

describe("additional security groups of the API endpoint", () => {
  const existing = (stack: ReturnType<typeof newStack>, name: string, id = name) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, id, idOf(name));

  test("are set beside that of the cluster, at most four, each once", () => {
    expect(clusterWith(() => undefined)).toHaveLength(1);
    const names = ["a", "b", "c", "d"];
    expect(clusterWith((stack) => names.map((name) => existing(stack, name)))).toEqual([
      expect.stringContaining("oci_core_network_security_group"),
      ...names.map(idOf),
    ]);
    const twice = (stack: ReturnType<typeof newStack>) => [
      existing(stack, "a"),
      existing(stack, "a", "again"),
    ];
    expect(clusterWith(twice)).toHaveLength(2);
  });

  test("are refused if they are too many for a VNIC, of another VCN, or invalid", () => {
    const five = (stack: ReturnType<typeof newStack>) =>
      ["a", "b", "c", "d", "e"].map((name) => existing(stack, name));
    expect(problemCodesOf(() => clusterWith(five))).toEqual(["NSG_LIMIT"]);
    expect(problemCodesOf(() => clusterWith(() => ["x"]))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => clusterWith(() => "x"))).toEqual(["VALUE_INVALID"]);
    const elsewhere = (stack: ReturnType<typeof newStack>) => {
      const { vcnId } = new ClusterNetwork(stack, "further", { compartmentId: COMPARTMENT });
      return [new NetworkSecurityGroup(stack, "group", { compartmentId: COMPARTMENT, vcnId })];
    };
    expect(problemCodesOf(() => clusterWith(elsewhere))).toEqual(["NSG_OTHER_VCN"]);
  });
});
