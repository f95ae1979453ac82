import { type Problems } from "../../../core/validation-error";
import { baseOf, type IClusterNetwork } from "../../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../../network/vcn/pod-networking";
import { type PacketRouting } from "../packet-routing";

/** Adds a problem if packet routing doesn't fit the network or the pod networking of the cluster. */
export function checkPackets(
  problems: Problems,
  { options }: PacketRouting,
  network: IClusterNetwork | undefined,
  podNetworking: PodNetworking | undefined,
): void {
  if (options.pods && isOverlay(podNetworking)) {
    problems.add(
      "VALUE_INVALID",
      "packetRouting sets an attribute of pods, but pods of an overlay have the addresses of their nodes",
      "Leave pods out and set nodes, or use PodNetworking.vcnNative()",
    );
  }
  const base = baseOf(network);
  // The owner of an existing VCN sets its attribute.
  if (!network || !base?._ownsVcn) return;
  const attribute = base._securityAttribute;
  if (String(attribute) === String(options.network)) return;
  problems.add(
    "VALUE_INVALID",
    `packetRouting.network is ${String(options.network)}, but the VCN of ${network.node.path} has ${attribute ? String(attribute) : "no attribute"}`,
    "Set the same securityAttribute of that ClusterNetwork",
  );
}
