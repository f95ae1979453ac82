import { checkGroup } from "./value-kinds";
import { checked } from "../core/checked";
import { readCidrs } from "../core/cidr";
import { checkRuleReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";
import { type INetworkPeer, NetworkPeer } from "../network/network-peer";
import { type INetworkSecurityGroup } from "../network/network-security-group";

/**
 * Who reaches the Kubernetes API endpoint of a cluster, beside its own nodes and pods.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengclustersnodes.htm
 */
@checked
export class EndpointAccess {
  /** Nobody: a private endpoint for the nodes and pods of the cluster; a bastion can be let in later. */
  public static privateOnly(): EndpointAccess {
    return new EndpointAccess(false, [], [], "");
  }

  /**
   * A private endpoint that address ranges inside of your networks and members of network security groups reach.
   *
   * @param peers IPv4 blocks, each no wider than a /8, and groups such as that of a bastion: `["10.20.0.0/24", bastionGroup]`
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, CIDR_LIST_EMPTY, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static privateFrom(peers: (string | INetworkSecurityGroup)[]): EndpointAccess {
    const all = Array.isArray(peers) ? peers : [];
    const cidrs = all.filter((peer) => typeof peer === "string");
    const groups = all.filter((peer) => typeof peer !== "string");
    const blocks = readPeers("EndpointAccess.privateFrom", cidrs, groups);
    return new EndpointAccess(false, blocks, groups, "Administrators reach the private API endpoint");
  }

  /**
   * A public endpoint that only the named address ranges reach.
   *
   * @param cidrs IPv4 blocks, each no wider than a /8, such as `["192.0.2.0/24"]`
   * @throws REASON_MISSING, RULE_REASON_LENGTH, TEXT_TEMPLATE, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, CIDR_LIST_EMPTY
   */
  public static publicOnlyFrom(cidrs: string[], choice: ReasonedChoice): EndpointAccess {
    const blocks = readPublic("EndpointAccess.publicOnlyFrom", cidrs, choice);
    return new EndpointAccess(true, blocks, [], choice.reason);
  }

  private constructor(
    /** Whether the endpoint has a public address. */
    public readonly isPublic: boolean,
    /** The address ranges that reach the endpoint. */
    public readonly cidrs: string[],
    /** The groups that reach the endpoint. */
    public readonly groups: INetworkSecurityGroup[],
    /** Why. */
    public readonly reason: string,
  ) {}

  /** @internal */
  public get _peers(): INetworkPeer[] {
    return [...this.cidrs.map((cidr) => NetworkPeer.cidr(cidr)), ...this.groups];
  }
}

function readPeers(factory: string, cidrs: string[], groups: INetworkSecurityGroup[]): string[] {
  const problems = new Problems(factory);
  for (const group of groups) {
    if (!checkGroup(problems, "A peer", group)) checkGiven(problems, { "A peer": group });
  }
  const blocks = groups.length > 0 && cidrs.length === 0 ? [] : readCidrs(problems, "The list", cidrs);
  problems.throwIfAny();
  return blocks;
}

function readPublic(factory: string, cidrs: string[], choice: ReasonedChoice): string[] {
  const problems = new Problems(factory);
  const blocks = readCidrs(problems, "The list", Array.isArray(cidrs) ? cidrs : []);
  const reason = (choice as Partial<ReasonedChoice> | undefined)?.reason;
  // It becomes the description of the endpoint's rules.
  checkRuleReason(problems, "A public API endpoint", reason);
  problems.throwIfAny();
  return blocks;
}
