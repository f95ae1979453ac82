import { baseOf } from "../network/vcn/cluster-network-base";
import { type IConstruct } from "constructs";
import { checkGroup } from "./private/check-cluster-values";
import { checked } from "../core/checked";
import { overlaps, readCidrs } from "../core/cidr";
import { type ProgramFinding } from "../core/program-findings";
import { checkRuleReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";
import { blockOf, knownBlock } from "../network/egress/egress";
import { type INetworkPeer, NetworkPeer } from "../network/security-groups/network-peer";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type IClusterNetwork } from "../network/vcn/network";
import { CoreDrgAttachment } from "../oci/core-drg-attachment";
import { CoreLocalPeeringGateway } from "../oci/core-local-peering-gateway";

/**
 * The clients that may connect to the Kubernetes API endpoint of a cluster, in addition to its own nodes and pods.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengclustersnodes.htm
 */
@checked
export class EndpointAccess {
  /** A private endpoint for the cluster's own nodes and pods only; access for a bastion can be added later. */
  public static private(): EndpointAccess {
    return new EndpointAccess(false, [], [], "");
  }

  /**
   * A private endpoint for address ranges inside of your networks and members of network security groups.
   *
   * @param peers IPv4 blocks, each no wider than a /8, and groups such as that of a bastion: `["10.20.0.0/24", bastionGroup]`
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, CIDR_LIST_EMPTY, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static privateFrom(peers: (string | INetworkSecurityGroup)[]): EndpointAccess {
    const all = Array.isArray(peers) ? peers : [];
    const cidrs = all.filter((peer) => typeof peer === "string");
    const groups = all.filter((peer) => typeof peer !== "string");
    const blocks = readPeers("EndpointAccess.privateFrom", cidrs, groups);
    return new EndpointAccess(false, blocks, groups, "Administrators connect to the private API endpoint");
  }

  /**
   * A public endpoint for the given address ranges only.
   *
   * @param cidrs IPv4 blocks, each no wider than a /8, such as `["192.0.2.0/24"]`
   * @throws REASON_MISSING, RULE_REASON_LENGTH, TEXT_TEMPLATE, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, CIDR_LIST_EMPTY
   */
  public static publicFrom(cidrs: string[], choice: ReasonedChoice): EndpointAccess {
    const blocks = readPublic("EndpointAccess.publicFrom", cidrs, choice);
    return new EndpointAccess(true, blocks, [], choice.reason);
  }

  private constructor(
    /** Whether the endpoint has a public address. */
    public readonly isPublic: boolean,
    /** The address ranges that may connect to the endpoint. */
    public readonly cidrs: string[],
    /** The security groups whose members may connect to the endpoint. */
    public readonly groups: INetworkSecurityGroup[],
    /** The reason for a public endpoint. */
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
  // Used as the description of the endpoint's rules.
  checkRuleReason(problems, "A public API endpoint", reason);
  problems.throwIfAny();
  return blocks;
}

/** Reports ranges that a private endpoint allows, but that no route of the program connects to it. */
export function endpointFindings(
  cluster: { readonly network: IClusterNetwork } & IConstruct,
  access: EndpointAccess,
): ProgramFinding[] {
  const { network } = cluster;
  const routed = baseOf(network)?._onPremises;
  // Only the owner of a given network knows its routes; the same applies to gateways that the program creates directly.
  if (access.isPublic || routed === undefined) return [];
  const vcn = knownBlock(network, () => network.vcnCidr);
  const reached = [...(vcn ? [vcn] : []), ...routed];
  const unreached = access.cidrs.filter((cidr) => {
    const block = blockOf(cidr);
    return vcn !== undefined && block !== undefined && !reached.some((range) => overlaps(range, block));
  });
  if (unreached.length === 0 || hasOwnGateway(cluster)) return [];
  return [
    {
      id: "endpoint-unreachable",
      construct: cluster,
      what: `clients in ${unreached.join(", ")} can't connect to the private API endpoint: the network has no DRG or peering with a route to them`,
      why: "The security rule allows these addresses, but the endpoint has no route back to them.",
      fix: "Call network.attachDrg({ drgId, onPremisesCidrs }) or network.peerLocally(id, { peerCidrs }); if there is no such connection, use a Bastion",
    },
  ];
}

/** Whether the program creates a gateway directly; the routes of a network's own gateways are in its `_onPremises`. */
function hasOwnGateway({ node }: IConstruct): boolean {
  return node.root.node
    .findAll()
    .some(
      (construct) =>
        (construct instanceof CoreDrgAttachment || construct instanceof CoreLocalPeeringGateway) &&
        !isOfNetwork(construct),
    );
}

function isOfNetwork(gateway: IConstruct): boolean {
  return gateway.node.scopes.some((scope) => "_isImported" in scope);
}
