import { type LoadBalancerAccess } from "./load-balancer-access";
import { type WayIn } from "./load-balancer-combinations";
import { ExternalTrafficPolicy } from "./load-balancer-kinds";

/** The ranges of the addresses that pods see as senders, for their NetworkPolicy. */
export function arrivalsOf(
  { policy, preserveSource }: WayIn,
  access: LoadBalancerAccess,
  nodesCidr: string,
  balancersCidr: string,
): readonly string[] {
  // Traffic comes from the node that the load balancer chose.
  if (policy === ExternalTrafficPolicy.CLUSTER) return [nodesCidr];
  return preserveSource ? access.sourceRanges : [balancersCidr];
}
