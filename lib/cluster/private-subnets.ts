import { Problems } from "../core/validation-error";
import { type IClusterNetwork } from "../network/cluster-network";
import { isOverlay, type PodNetworking } from "../network/pod-networking";
import { type ClusterSubnet } from "../network/subnet";

const SUBNETS = [
  ["workersSubnet", "nodes"],
  ["podsSubnet", "pods"],
] as const;

/** Adds a problem for each subnet of nodes or pods that may have public addresses; only an imported network has such a one. */
export function checkPrivateSubnets(
  problems: Problems,
  network: IClusterNetwork,
  podNetworking?: PodNetworking,
): void {
  for (const [name, who] of SUBNETS) {
    if (name === "podsSubnet" && isOverlay(podNetworking)) continue;
    const subnet = subnetIfGiven(network, name);
    if (!subnet?.isPublic) continue;
    problems.add(
      "SUBNET_PUBLIC",
      `The ${name} of ${network.node.path} is public, and the ${who} would be in it`,
      `Give that network a private subnet as its ${name}: one that forbids public addresses, without isPublic`,
    );
  }
}

/** A subnet, undefined where an imported network was given none: not everything that uses a network needs each of them. */
export function subnetIfGiven(
  network: IClusterNetwork,
  name: "workersSubnet" | "podsSubnet",
): ClusterSubnet | undefined {
  return new Problems(network).collect(() => network[name]);
}
