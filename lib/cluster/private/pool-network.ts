import { checkPrivateSubnets } from "./services-cidr";
import { type Problems } from "../../core/validation-error";
import { isOverlay } from "../../network/vcn/pod-networking";
import { type ISecureOkeCluster } from "../cluster-base";

/**
 * Reads all attributes of the cluster that a pool uses, so that everything that an imported cluster lacks is reported; returns whether
 * its subnets are known.
 */
export function readPoolNetwork(problems: Problems, cluster: ISecureOkeCluster): boolean {
  for (const name of ["compartmentId", "workerSecurityGroup", "podSecurityGroup"] as const) {
    problems.collect(() => cluster[name]);
  }
  const network = problems.collect(() => cluster.network);
  if (!network) return false;
  checkPrivateSubnets(problems, network, cluster.podNetworking);
  const subnets = [problems.collect(() => network.workerSubnet)];
  if (!isOverlay(cluster.podNetworking)) subnets.push(problems.collect(() => network.podSubnet));
  return subnets.every(Boolean);
}
