import { RuleOwner, type WayIn } from "./load-balancer-combinations";
import { type LoadBalancerProps } from "./load-balancer-props";
import { checkAddress } from "./reserved-address";
import { checkGiven } from "../core/required";
import { type Problems } from "../core/validation-error";
import { balancerSubnetOf, checkPublicBalancer } from "../network/balancer-subnet";

/** What a load balancer needs of its cluster. */
export interface BalancerCluster {
  readonly subnetId: string;
  readonly balancersCidr: string;
  readonly nodesCidr: string;
  readonly nodesGroup: string;
}

/** Reads what a load balancer needs of its cluster; what is missing goes into the problems. */
export function readBalancerCluster(
  problems: Problems,
  { cluster, access, reservedAddress }: Partial<LoadBalancerProps>,
  way: WayIn,
): BalancerCluster {
  const subnet = problems.collect(() => cluster && balancerSubnetOf(cluster.network, way.isInternal));
  const nodesCidr = problems.collect(() => cluster?.network.workersSubnet.cidr);
  const nodesGroup = problems.collect(() => cluster?.workersSecurityGroup.networkSecurityGroupId);
  const forRules = way.rules === RuleOwner.TERRAFORM;
  const compartmentId = problems.collect(() => (forRules ? cluster?.network.compartmentId : ""));
  const vcnId = problems.collect(() => (forRules ? cluster?.network.vcnId : ""));
  const read = { subnetId: subnet?.subnetId, nodesCidr, nodesGroup };
  // Nothing of it may come into an annotation as the word undefined.
  if (cluster && !problems.any) {
    checkGiven(problems, forRules ? { ...read, compartmentId, vcnId } : read);
  }
  if (cluster && subnet && access && !access.isInternal) {
    checkPublicBalancer(problems, cluster.network, cluster.node.path);
  }
  if (reservedAddress !== undefined) checkAddress(problems, reservedAddress, way, subnet);
  return {
    subnetId: subnet?.subnetId ?? "",
    balancersCidr: subnet?.cidr ?? "",
    nodesCidr: nodesCidr ?? "",
    nodesGroup: nodesGroup ?? "",
  };
}
