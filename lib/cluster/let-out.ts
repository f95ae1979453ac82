import { type Egress } from "../network/egress";
import { EgressSource } from "../network/egress-source";
import { type IClusterNetwork } from "../network/network";
import { type INetworkSecurityGroup } from "../network/network-security-group";
import { isOverlay, type PodNetworking } from "../network/pod-networking";

/** Lets the nodes of a group out, and the pods of one: with an overlay those are let out with their nodes. */
export function letOut(
  network: IClusterNetwork,
  podNetworking: PodNetworking | undefined,
  [nodes, pods]: readonly [INetworkSecurityGroup, INetworkSecurityGroup],
  egress: Egress,
): void {
  network.addEgress(EgressSource.workers(nodes), egress);
  if (!isOverlay(podNetworking)) network.addEgress(EgressSource.pods(pods), egress);
}
