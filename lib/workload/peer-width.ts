import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { readCidrs } from "../core/cidr";
import { checkReason } from "../core/reason";
import { Problems } from "../core/validation-error";

/** The address range of a peer, where it is one. */
export function rangeOf(peer: INetworkPolicyPeer): string | undefined {
  const { ipBlock } = peer.toNetworkPolicyPeerConfig();
  return (ipBlock as { cidr?: string } | undefined)?.cidr;
}

/**
 * Adds a problem where a range is as wide as the internet and no reason says why, also together with others of its rule.
 *
 * @returns whether it is, and may be
 */
export function checkWidth(
  problems: Problems,
  range: string,
  others: readonly string[],
  reason: string | undefined,
): boolean {
  const read = (into: Problems, wide: boolean, ranges: readonly string[]) =>
    readCidrs(into, "The peer, for which no reason is given,", ranges, { ipv6: true, wide });
  if (reason === undefined) {
    read(problems, false, [range, ...others]);
    return false;
  }
  const narrow = new Problems("the ranges without a reason");
  read(narrow, false, [range, ...others]);
  read(problems, true, [range]);
  if (narrow.any) checkReason(problems, `The peer ${range}`, reason);
  return narrow.any;
}
