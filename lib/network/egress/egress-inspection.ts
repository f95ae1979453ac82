import { type IConstruct, type Construct } from "constructs";
import { type Cidr, readIpv4CidrIfKnown, contains } from "../../core/cidr";
import { compareOcids } from "../../core/ocid";
import { boolean, ocid, optional, type PropsSchema, readProps, withDefault } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { CoreRouteTableAttachment } from "../../oci/core-route-table-attachment";
import { CoreSubnet } from "../../oci/core-subnet";
import {
  checkSubnetRanges,
  type ClusterSubnet,
  clusterSubnet,
  type GivenSubnet,
} from "../vcn/cluster-subnet";
import { type CoreDrgAttachment } from "../../oci/core-drg-attachment";
import { type CoreNatGateway } from "../../oci/core-nat-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../oci/core-route-table";
import {
  type GatewayProps,
  type RoutedSubnet,
  rulesOf,
  type EgressRoute,
} from "../vcn/private/network-routes";
import { blockOf } from "./egress";

/** Props for inspecting the egress of a network with a firewall in the same VCN. */
export interface EgressInspectionProps {
  /**
   * The OCID of the firewall's private IP, `ocid1.privateip…`, or a reference to it; routes use it as their next hop.
   *
   * For an OCI Network Firewall, look it up by address and subnet with `oci.dataOciCorePrivateIps`. The VNIC of a virtual appliance must
   * skip the source/destination check.
   *
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/managingroutetables.htm
   */
  readonly firewallPrivateIpId: string;
  /**
   * The subnet of the firewall, in the same VCN and used for nothing else; the network gives it a route table to the NAT gateway.
   *
   * Leave out `routeTableId` in a `CoreSubnet` of the same program: the table needs the firewall's address, so it is attached to the
   * subnet after the firewall exists. The firewall's own security groups decide which traffic it accepts.
   *
   * @default - the owner of the firewall manages all routes behind its address: no NAT gateway and no return route is created
   */
  readonly firewallSubnet?: ClusterSubnet;
  /**
   * Whether traffic to and from the DRG is inspected too; local peerings always bypass the firewall.
   *
   * @default false
   */
  readonly onPremises?: boolean;
}

/** See https://docs.oracle.com/iaas/Content/Network/Tasks/Overview_of_VCNs_and_Subnets.htm */
const SMALLEST_SUBNET = 30;

/** A validated inspection. */
export interface KnownInspection {
  readonly privateIpId: string;
  /** The firewall's subnet, if its routes are created here. */
  readonly firewallSubnet?: GivenSubnet;
  readonly onPremises: boolean;
}

/** The network to inspect, reduced to what its firewall must fit into. */
export interface InspectedNetwork {
  readonly scope: IConstruct;
  readonly vcnCidrs: readonly Cidr[];
  /** The subnets of the network, by the names of their props. */
  readonly subnets: { readonly [name: string]: ClusterSubnet | undefined };
}

/** The current state of a network that decides whether its egress can be inspected. */
interface InspectableNetwork {
  /** Whether an inspection was requested before. */
  readonly isInspected: boolean;
  readonly throughHub: boolean;
  /** The OCID of an existing NAT gateway of the VCN. */
  readonly natGatewayId?: string;
  /** Whether the attachment to the DRG existed before. */
  readonly isAttachmentGiven: boolean;
  /** The ranges of the subnets whose routes are created here. */
  readonly routedCidrs: readonly string[];
}

/** Adds a problem for each setting that conflicts with the network, or that only the owner of the VCN could apply. */
export function checkInspectable(
  problems: Problems,
  network: InspectableNetwork,
  { firewallSubnet, onPremises }: Partial<KnownInspection>,
): void {
  const add = (what: string, fix: string) => problems.add("EGRESS_INVALID", what, fix);
  const ranges = network.routedCidrs.join(", ");
  if (network.isInspected) {
    add("The egress of the network is inspected already", "Call inspectEgress once, with one firewall");
  }
  if (network.throughHub) {
    add(
      "internetThroughHub routes internet egress over the DRG to a hub, whose firewall inspects it",
      "Use one of the two: internetThroughHub for a firewall in a hub, inspectEgress for one in this VCN",
    );
  }
  if (network.routedCidrs.length === 0) {
    add(
      "All subnets of the network are existing ones, and their owners manage the routes",
      "Ask the owners to route through the firewall in the route tables of these subnets and of their gateways",
    );
  }
  if (network.natGatewayId !== undefined) {
    add(
      `natGatewayId is ${network.natGatewayId}, whose owner manages its route table; without a route there, return traffic bypasses the firewall`,
      `Leave natGatewayId and firewallSubnet out, and ask the owner to route the firewall's subnet to that gateway, and ${ranges} in the gateway's route table to the firewall's private address`,
    );
  }
  if (onPremises && firewallSubnet && network.isAttachmentGiven) {
    add(
      "onPremises is true, and the owner of the existing drg attachment manages its route table; without a route there, connections bypass the firewall",
      `Leave onPremises out; or leave firewallSubnet out, and ask the owner to route the firewall's subnet to its gateways, and ${ranges} in the route tables of the attachment and of the NAT gateway to the firewall's private address`,
    );
  }
}

const EGRESS_INSPECTION = {
  firewallPrivateIpId: ocid("privateip"),
  onPremises: withDefault(boolean(), false),
  firewallSubnet: optional(clusterSubnet()),
} satisfies PropsSchema<EgressInspectionProps>;

/** Reads the props of an inspection and adds their problems. */
export function readInspection(
  problems: Problems,
  props: EgressInspectionProps,
  network: InspectedNetwork,
): Partial<KnownInspection> {
  const { firewallPrivateIpId, firewallSubnet, onPremises } = readProps(problems, props, EGRESS_INSPECTION);
  if (firewallSubnet) checkFirewallSubnet(problems, firewallSubnet, network);
  return { privateIpId: firewallPrivateIpId, firewallSubnet, onPremises };
}

function checkFirewallSubnet(
  problems: Problems,
  { subnet, block }: GivenSubnet,
  { scope, vcnCidrs, subnets }: InspectedNetwork,
): void {
  if (subnet.isPublic === true) {
    problems.add(
      "SUBNET_PUBLIC",
      "firewallSubnet is public, and its routes use a NAT gateway",
      "Give a subnet that prohibits public addresses; for a firewall with its own public address, leave firewallSubnet out",
    );
  }
  if (block && block.prefix > SMALLEST_SUBNET) {
    problems.add(
      "SUBNET_SIZE",
      `firewallSubnet.cidr is ${block.text}, which has no address for a firewall, as OCI reserves three in each subnet`,
      `Give a /${SMALLEST_SUBNET} or larger`,
    );
  }
  const ranges = new Map<string, Cidr>();
  for (const [name, other] of Object.entries(subnets)) {
    const own = other && readIpv4CidrIfKnown(new Problems(scope), name, other.cidr);
    if (own) ranges.set(name, own);
  }
  const created = new Set(ranges.keys());
  if (block) checkSubnetRanges(problems, vcnCidrs, ranges.set("firewallSubnet.cidr", block), { created });
  checkSubnetIsFree(problems, subnet.subnetId, scope, subnets);
}

/** Adds a problem if the firewall's subnet is another subnet of the network, or if somebody else manages its routes. */
function checkSubnetIsFree(
  problems: Problems,
  id: string,
  scope: IConstruct,
  subnets: InspectedNetwork["subnets"],
): void {
  const isIt = (other: string | undefined, where = scope) =>
    other !== undefined && compareOcids({ scope, id }, { scope: where, id: other }) === "same";
  const own = Object.keys(subnets).find((name) => isIt(subnets[name]?.subnetId));
  if (own !== undefined) {
    problems.add(
      "EGRESS_INVALID",
      `firewallSubnet is the ${own} of the network, so packets would be routed back to the firewall endlessly`,
      "Give the firewall its own subnet",
    );
  }
  const all = scope.node.root.node.findAll();
  const subnet = all.find(
    (child): child is CoreSubnet => child instanceof CoreSubnet && isIt(child.id, child),
  );
  const taken = all.find(
    (child): child is CoreRouteTableAttachment =>
      child instanceof CoreRouteTableAttachment && isIt(child.subnetIdInput, child),
  );
  const owner = taken ?? (own === undefined && subnet?.routeTableIdInput !== undefined ? subnet : undefined);
  if (!owner) return;
  problems.add(
    "EGRESS_INVALID",
    `firewallSubnet already has the route table of ${owner.node.path}, and a subnet has only one`,
    "Leave out the routeTableId of the subnet; if another network uses the firewall, let both clusters share that network, or give each network its own firewall",
  );
}

/** A subnet with all of its routes out of the network. */
interface SubnetEgress {
  readonly subnet: RoutedSubnet;
  readonly routes: readonly EgressRoute[];
}

/** The gateways from which return traffic and connections arrive. */
interface GatewaysBehind {
  readonly nat?: CoreNatGateway;
  /** The attachment to the DRG, if it is created here. */
  readonly drg?: CoreDrgAttachment;
}

const FIREWALL = "Firewall";
const NAT = "NatGatewayRouteTable";
const DRG = "DrgAttachmentRouteTable";

/**
 * The route tables for a firewall: that of its subnet, and those of the gateways, which route incoming traffic to it.
 *
 * Both directions pass the firewall, because it rejects the return traffic of connections that it has not seen. The table of a NAT
 * gateway has routes to private addresses only, each for a part of the VCN; so does the table of an attachment.
 *
 * @see https://docs.oracle.com/iaas/Content/network-firewall/network-firewall-routing-traffic.htm
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/transitrouting.htm
 */
export class FirewallRoutes {
  private readonly table?: CoreRouteTable;

  /** @param base the routes that every private subnet has */
  constructor(
    private readonly scope: Construct,
    private readonly props: GatewayProps,
    private readonly inspection: KnownInspection,
    private readonly base: readonly CoreRouteTableRouteRules[],
  ) {
    const subnetId = inspection.firewallSubnet?.subnet.subnetId;
    if (subnetId === undefined) return;
    this.table = this.newTable(`${FIREWALL}RouteTable`, "firewall-out");
    this.table.putRouteRules([...base]);
    // Not set on the subnet itself: the table refers to a gateway that needs the address of a resource in the subnet.
    new CoreRouteTableAttachment(scope, `${FIREWALL}RouteTableAttachment`, {
      subnetId,
      routeTableId: this.table.id,
    });
  }

  /** Whether a route passes the firewall. */
  public inspects({ exit }: EgressRoute): boolean {
    return exit === "internet" || (exit === "drg" && this.inspection.onPremises);
  }

  /** The routes of a subnet, with the firewall as the next hop of those that it inspects. */
  public detour(routes: readonly EgressRoute[]): EgressRoute[] {
    return routes.map((route) =>
      this.inspects(route) ? { ...route, target: this.inspection.privateIpId } : route,
    );
  }

  /** Creates the route tables of all traffic that passes the firewall. */
  public put(all: readonly SubnetEgress[], { nat, drg }: GatewaysBehind): void {
    this.table?.putRouteRules([...this.base, ...rulesOf(all.flatMap(({ routes }) => this.beyond(routes)))]);
    const fromNat = this.returnTable(NAT, "nat-in", nat ? all : [], "internet");
    if (nat && fromNat) nat.routeTableId = fromNat.id;
    const fromDrg = this.returnTable(DRG, "drg-in", drg ? all : [], "drg");
    const details = drg?.networkDetailsInput;
    if (drg && fromDrg && details) drg.putNetworkDetails({ ...details, routeTableId: fromDrg.id });
  }

  /** The traffic that the firewall forwards, and its narrower parts that are routed to another gateway. */
  private beyond(routes: readonly EgressRoute[]): EgressRoute[] {
    const block = ({ to }: EgressRoute) => blockOf(to) as Cidr;
    const inspected = routes.filter((route) => this.inspects(route));
    return routes.filter((route) => inspected.some((outer) => contains(block(outer), block(route))));
  }

  private returnTable(
    id: string,
    label: string,
    all: readonly SubnetEgress[],
    exit: "internet" | "drg",
  ): CoreRouteTable | undefined {
    const passing = all.filter(({ routes }) =>
      routes.some((route) => route.exit === exit && this.inspects(route)),
    );
    if (passing.length === 0) {
      this.scope.node.tryRemoveChild(id);
      return undefined;
    }
    const existing = this.scope.node.tryFindChild(id) as CoreRouteTable | undefined;
    const table = existing ?? this.newTable(id, label);
    const back = passing.map(({ subnet: { resource, label: name } }) => ({
      to: resource.cidrBlockInput as string,
      target: this.inspection.privateIpId,
      reason: `To the subnet ${name} past the firewall, as from it`,
    }));
    table.putRouteRules(rulesOf(back));
    return table;
  }

  private newTable(id: string, label: string): CoreRouteTable {
    const { vcn, displayName, tags } = this.props;
    return new CoreRouteTable(this.scope, id, {
      compartmentId: vcn.compartmentId,
      vcnId: vcn.id,
      displayName: `${displayName}-${label}`,
      // Deleted after its owner has another table, or is gone.
      lifecycle: { createBeforeDestroy: true },
      ...tags,
    });
  }
}
