import { readableStatement } from "./readable-statement";
import { addWarning } from "../core/warnings";
import { grantsOf, type ClusterPlaces } from "./cluster-statements";
import { type ISecureOkeCluster } from "./cluster";
import { Problems } from "../core/validation-error";
import { balancerSubnetsOf } from "../network/balancer-subnet";
import { type ExistingVcnNetwork } from "../network/existing-vcn-network";
import { NetworkSubnet } from "../network/network-subnet";
import { type IClusterNetwork } from "../network/network";
import { isOverlay } from "../network/pod-networking";
import { compartmentOfSubnet } from "../network/subnet-compartment";

/** The id of the warning, in the style of the others. */
const NO_GRANT = "load-balancer-rights";

/** Where a cluster with a network and what it uses are. */
export function placesOf(
  cluster: Pick<ISecureOkeCluster, "clusterId" | "compartmentId" | "podNetworking">,
  network: IClusterNetwork,
): ClusterPlaces {
  return {
    clusterId: cluster.clusterId,
    compartmentId: cluster.compartmentId,
    networkCompartmentId: network.compartmentId,
    vcnCompartmentId: (network as Partial<ExistingVcnNetwork>)._vcnCompartmentId,
    podsCompartmentId: compartmentOfSubnet(network, NetworkSubnet.PODS),
    balancersCompartmentIds: balancerSubnetsOf(network).map(([part]) => compartmentOfSubnet(network, part)),
    withPodAddresses: !isOverlay(cluster.podNetworking),
  };
}

/** Warns that an imported cluster may not write the rules of its load balancers, with the statements that let it. */
export function warnOfMissingGrants(cluster: ISecureOkeCluster, services: readonly string[]): void {
  const known = <T>(get: () => T, otherwise: T) => new Problems(cluster).collect(get) ?? otherwise;
  const own = known(() => cluster.compartmentId, "<compartment of the cluster>");
  const network = known<IClusterNetwork | undefined>(() => cluster.network, undefined);
  const ofNetwork = known(() => network?.compartmentId, undefined) ?? "<compartment of the network>";
  // For the load balancers alone: what pods need is there, as they run.
  const places = { clusterId: cluster.clusterId, compartmentId: own, withPodAddresses: false };
  const all = network && known(() => placesOf(cluster, network), undefined);
  const grants = grantsOf(cluster, { ...(all ?? { networkCompartmentId: ofNetwork }), ...places });
  const texts = grants.flatMap(({ statements }) => statements).map((text) => readableStatement(text));
  addWarning(
    cluster,
    `[${NO_GRANT}] The cloud controller of the imported cluster ${cluster.node.path} writes the rules of ${services.join(", ")} at run ` +
      "time, which takes rights that this program does not give: without them the load balancer is not made. Have them written here, " +
      "fromClusterAttributes({ loadBalancerRights: true, … }); or say that they are there, loadBalancerRights: false, once these " +
      `statements are: ${texts.join("; ")}`,
  );
}
