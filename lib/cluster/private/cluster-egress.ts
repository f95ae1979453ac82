import { type Egress, EgressSource } from "../../network/egress/egress";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";

/** Allows the egress of the nodes and the pods; with an overlay, pods use the egress of their nodes. */
export function addClusterEgress(
  network: IClusterNetwork,
  podNetworking: PodNetworking | undefined,
  [nodes, pods]: readonly [INetworkSecurityGroup, INetworkSecurityGroup],
  egress: Egress,
): void {
  network.addEgress(EgressSource.workers(nodes), egress);
  if (!isOverlay(podNetworking)) network.addEgress(EgressSource.pods(pods), egress);
}
