import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { peerManifests } from "./network-rules";
import { readCidrs } from "../../core/cidr";
import { MAX_PORTS, type Port, portsOf, IpProtocol } from "../../core/port";
import { checkReason } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** The address range of a peer, if it is one. */
export function rangeOf(peer: INetworkPolicyPeer): string | undefined {
  const { ipBlock } = peer.toNetworkPolicyPeerConfig();
  return (ipBlock as { cidr?: string } | undefined)?.cidr;
}

/**
 * Adds a problem if a range is as wide as the internet without a reason, also together with other ranges of
 * its rule.
 *
 * @returns whether it is wide and allowed
 */
export function checkWidth(
  problems: Problems,
  range: string,
  others: readonly string[],
  reason: string | undefined,
): boolean {
  const read = (into: Problems, wide: boolean, ranges: readonly string[]) =>
    readCidrs(into, "peer", ranges, { wide });
  if (reason === undefined) {
    read(problems, false, [range, ...others]);
    return false;
  }
  const narrow = new Problems("the ranges without a reason");
  read(narrow, false, [range, ...others]);
  read(problems, true, [range]);
  if (narrow.any) checkReason(problems, `The wide peer ${range}`, reason);
  return narrow.any;
}

interface Peer {
  readonly ipBlock?: object;
  readonly namespaceSelector?: object;
  readonly podSelector?: object;
}

/** Whether a peer is unspecific: a range of addresses, or all pods of all namespaces. */
function isUnspecific(peer: INetworkPolicyPeer): boolean {
  const isAll = (selector: object | undefined) =>
    selector !== undefined && Object.keys(selector).length === 0;
  return peerManifests(peer).some(
    ({ ipBlock, namespaceSelector, podSelector = {} }: Peer) =>
      ipBlock !== undefined || (isAll(namespaceSelector) && isAll(podSelector)),
  );
}

/**
 * Adds a problem if more than half of all ports are open to an unspecific peer without a reason.
 *
 * @returns whether they are open and allowed
 */
export function checkReach(
  problems: Problems,
  peer: INetworkPolicyPeer,
  port: Port,
  reason: string | undefined,
): boolean {
  const count = portsOf(port);
  if (problems.any || count <= MAX_PORTS || !isUnspecific(peer)) return false;
  const what =
    port.protocol === IpProtocol.ALL
      ? "Every protocol and port"
      : `${count} of the 65535 ${port.protocol} ports`;
  if (reason !== undefined) {
    checkReason(problems, `${what} for an unspecific peer`, reason);
    return true;
  }
  problems.add(
    "RULE_TOO_WIDE",
    `${what} would be open to the unspecific peer ${rangeOf(peer) ?? peer.node.path}`,
    'Give the protocol and the ports, for example Port.tcp(443), or a workload as peer; if all must be open, give a reason: { reason: "..." }',
  );
  return false;
}
