import { type IConstruct } from "constructs";
import { type Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
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
} from "../vcn/subnet-exposure";

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
export interface InspectableNetwork {
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
