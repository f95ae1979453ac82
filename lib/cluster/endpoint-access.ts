import { type IConstruct } from "constructs";
import { groupValue } from "./private/cluster-readers";
import { checked } from "../core/checked";
import { overlaps, readCidrs } from "../core/cidr";
import { type ProgramFinding } from "../core/warnings";
import {
  checkedBy,
  cidrs,
  listOf,
  readArguments,
  type Reader,
  ruleReasonFor,
  valueOf,
} from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { blockOf, knownBlock } from "../network/egress/egress";
import {
  type INetworkPeer,
  NetworkPeer,
  type INetworkSecurityGroup,
} from "../network/security-groups/security-group";
import { baseOf, type IClusterNetwork } from "../network/vcn/network";
import { CoreDrgAttachment } from "../oci/core-drg-attachment";
import { CoreLocalPeeringGateway } from "../oci/core-local-peering-gateway";

// The reason is the description of the endpoint's rules.
const PUBLIC_ACCESS = {
  cidrs: cidrs(),
  choice: choiceOf(ruleReasonFor("A public API endpoint")),
};

const group = groupValue();
const PEERS = listOf<string | INetworkSecurityGroup>(
  (problems, name, peer) => (typeof peer === "string" ? peer : group(problems, name, peer)),
  'a list of IPv4 blocks and security groups, for example ["10.20.0.0/24", bastionGroup]',
);

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
   */
  public static privateFrom(peers: (string | INetworkSecurityGroup)[]): EndpointAccess {
    const problems = new Problems("EndpointAccess.privateFrom");
    const list = PEERS(problems, "peers", peers) ?? [];
    const ranges = list.filter((peer) => typeof peer === "string");
    const groups = list.filter((peer) => typeof peer !== "string");
    const blocks = groups.length > 0 && ranges.length === 0 ? [] : readCidrs(problems, "peers", ranges);
    problems.throwIfAny();
    return new EndpointAccess(false, blocks, groups, "Administrators connect to the private API endpoint");
  }

  /**
   * A public endpoint for the given address ranges only.
   *
   * @param cidrs IPv4 blocks, each no wider than a /8, such as `["192.0.2.0/24"]`
   */
  public static publicFrom(cidrs: string[], choice: ReasonedChoice): EndpointAccess {
    const read = readArguments("EndpointAccess.publicFrom", { cidrs, choice }, PUBLIC_ACCESS);
    return new EndpointAccess(
      true,
      read.cidrs.map(({ text }) => text),
      [],
      read.choice.reason,
    );
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

/** Reads the access to an API endpoint, which may come from another copy of the library. */
export function endpointAccess(): Reader<EndpointAccess> {
  return checkedBy(valueOf(EndpointAccess), (problems, name, { isPublic, cidrs: ranges, reason }) => {
    if (isPublic || ranges.length > 0) PUBLIC_ACCESS.cidrs(problems, `${name}.cidrs`, ranges);
    if (isPublic) PUBLIC_ACCESS.choice(problems, name, { reason });
  });
}

/** Reports ranges that a private endpoint allows, but that no route of the program connects to it. */
export function endpointFindings(
  cluster: { readonly network: IClusterNetwork } & IConstruct,
  access: EndpointAccess,
): ProgramFinding[] {
  const { network } = cluster;
  const routed = baseOf(network)?._onPremises;
  // Only the owner of an existing network knows its routes; the routes of gateways that the program creates directly are unknown too.
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
