import { type LoadBalancerAccess } from "./load-balancer-access";
import { type WayIn } from "./load-balancer-combinations";
import { ExternalTrafficPolicy } from "./load-balancer-kinds";

/**
 * The ranges of the addresses that pods see as senders, for their NetworkPolicy.
 *
 * That is the node which the load balancer chose, with the policy Cluster, or what connects to that node, with Local; there a
 * node can still show its own address, and with pods as backends the load balancer connects to them itself. So both
 * subnets are let in; the security groups say which of the two reaches what.
 */
export function arrivalsOf(
  { policy, preserveSource }: WayIn,
  access: LoadBalancerAccess,
  nodesCidr: string,
  balancersCidr: string,
): readonly string[] {
  const clients = policy === ExternalTrafficPolicy.LOCAL && preserveSource ? access.sourceRanges : [];
  return [...new Set([nodesCidr, balancersCidr, ...clients])];
}
