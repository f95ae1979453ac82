import { NetworkPolicyIpBlock } from "cdk8s-plus-27";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Port } from "../../lib/core/port";
import { BastionClients } from "../../lib/network/bastion/bastion";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress } from "../../lib/network/egress/egress";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { PodNetworking } from "../../lib/network/vcn/pod-networking";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { COMPARTMENT, newStack, onlyResource, resourcesOf, problemCodesOf } from "../support/stack";
import { IMAGE, newChart } from "../workload/support";
import { DRG, networkIn } from "./support";

const SIX = "fd00:10::/64";
const ALL = "::/0";
const reason = { reason: "The test asks for it" };
const PLANNED = ["vcnCidr", "apiEndpointCidr", "loadBalancerCidr", "workerCidr", "podCidr"];
const SUBNETS = ["apiEndpointSubnet", "workerSubnet", "podSubnet", "loadBalancerSubnet"];
const imported = (attributes: object) => () =>
  ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    ...attributes,
  });
const cluster = (servicesCidr: string) => () =>
  new SecureOkeCluster(newStack(), "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    servicesCidr,
  });

/** Everything that takes a range. */
const TAKERS: { [name: string]: (range: string) => unknown } = {
  "NetworkPeer.cidr": (range) => NetworkPeer.cidr(range),
  "Egress.to": (range) => Egress.to(range, Port.tcp(443), reason),
  attachDrg: (range) => networkIn(newStack()).network.attachDrg({ drgId: DRG, onPremisesCidrs: [range] }),
  "BastionClients.from": (range) => BastionClients.from([range]),
  "BastionClients.fromWide": (range) => BastionClients.fromWide([range], reason),
  "EndpointAccess.privateFrom": (range) => EndpointAccess.privateFrom([range]),
  "EndpointAccess.publicFrom": (range) => EndpointAccess.publicFrom([range], reason),
  "LoadBalancerAccess.internalFrom": (range) => LoadBalancerAccess.internalFrom([range]),
  "LoadBalancerAccess.publicFrom": (range) => LoadBalancerAccess.publicFrom([range], reason),
  "PodNetworking.flannelOverlay": (podCidr) => PodNetworking.flannelOverlay({ podCidr }),
  servicesCidr: (range) => cluster(range)(),
  "the network's vcnCidr": (vcnCidr) => imported({ vcnCidr })(),
  ...Object.fromEntries(
    SUBNETS.map((name) => [
      `the network's ${name}`,
      (cidr: string) => imported({ [name]: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.test", cidr } })(),
    ]),
  ),
  ...Object.fromEntries(PLANNED.map((name) => [name, (range: string) => SubnetPlan.of({ [name]: range })])),
};

describe("IPv6 is refused clearly", () => {
  test.each(Object.entries(TAKERS))("by %s", (_, take) => {
    for (const range of [SIX, ALL])
      expect(new Set(problemCodesOf(() => take(range)))).toEqual(new Set(["CIDR_IPV6"]));
  });

  test("by connections of workloads, also where another library made the range", () => {
    const chart = newChart();
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    const six = NetworkPolicyIpBlock.ipv6(chart, "six", SIX);
    expect(problemCodesOf(() => web.connections.allowTo(six, Port.tcp(443)))).toEqual(["CIDR_IPV6"]);
  });

  test("and nothing that is made has any", () => {
    const stack = newStack();
    new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    expect(onlyResource(stack, "oci_core_vcn")).not.toHaveProperty("is_ipv6enabled");
    expect(onlyResource(stack, "oci_containerengine_cluster").options.ip_families).toEqual(["IPv4"]);
    for (const subnet of Object.values(resourcesOf(stack, "oci_core_subnet"))) {
      expect(Object.keys(subnet).filter((name) => name.includes("ipv6"))).toEqual([]);
    }
  });
});
