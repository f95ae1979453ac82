import { RuleOwner, type WayIn } from "./load-balancer-combinations";
import { type LoadBalancerProps } from "./load-balancer-props";
import { checkAddress } from "./reserved-address";
import { checkGiven } from "../core/required";
import { type Problems } from "../core/validation-error";
import { balancerSubnetOf } from "../network/balancer-subnet";

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
  if (subnet && access && !access.isInternal && !subnet.isPublic) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `The load balancer is public, and the subnet of the load balancers of ${cluster?.node.path} forbids public addresses`,
      'Give public ones a subnet: new ClusterNetwork(stack, "network", { publicLoadBalancerSubnet: SubnetExposure.publicWith({ reason: "..." }), ' +
        "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
    );
  }
  if (reservedAddress !== undefined) checkAddress(problems, reservedAddress, way, subnet);
  return {
    subnetId: subnet?.subnetId ?? "",
    balancersCidr: subnet?.cidr ?? "",
    nodesCidr: nodesCidr ?? "",
    nodesGroup: nodesGroup ?? "",
  };
}
