import { type IConstruct } from "constructs";
import { type Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid, compareOcids } from "../../core/ocid";
import { Problems } from "../../core/validation-error";
import { CoreRouteTableAttachment } from "../../oci/core-route-table-attachment";
import { CoreSubnet } from "../../oci/core-subnet";
import { checkSubnetRanges, type ClusterSubnet, readGivenSubnet } from "../vcn/subnet-exposure";

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
  /** The OCID of the firewall's subnet, if its routes are created here. */
  readonly subnetId?: string;
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
  { subnetId, onPremises }: KnownInspection,
): void {
  const add = (what: string, fix: string) => problems.add("EGRESS_INVALID", what, fix);
  const ranges = network.routedCidrs.join(", ");
  if (network.isInspected) {
    add("The egress of the network is inspected already", "Call inspectEgress once, with one firewall");
  }
  if (network.throughHub) {
    add(
      "What leaves for the internet goes over the DRG, by internetThroughHub, whose firewall inspects it",
      "Take one of the two: internetThroughHub for a firewall in a hub, inspectEgress for one in this VCN",
    );
  }
  if (network.routedCidrs.length === 0) {
    add(
      "All subnets of the network were given, so that their routes are their owners'",
      "Have the owners name the firewall's private address in the route tables of these subnets, and of its gateways",
    );
  }
  if (network.natGatewayId !== undefined) {
    add(
      `natGatewayId was given: the route table of ${network.natGatewayId} is its owner's, and without one answers pass the firewall by`,
      `Leave natGatewayId and firewallSubnet out, and have the owner route the firewall's subnet to that gateway, and in the route table of the gateway ${ranges} back to the firewall's private address`,
    );
  }
  if (onPremises && subnetId !== undefined && network.isAttachmentGiven) {
    add(
      "onPremises is true, and drg was given: the route table of the attachment is its owner's, and without one connections pass the firewall by",
      `Leave onPremises out; or firewallSubnet, and have the owner route the firewall's subnet to its gateways, and in the route tables of the attachment and of the NAT gateway ${ranges} back to the firewall's private address`,
    );
  }
}

/** Reads the props of an inspection and adds their problems. */
export function readInspection(
  problems: Problems,
  { firewallPrivateIpId, firewallSubnet, onPremises }: EgressInspectionProps,
  network: InspectedNetwork,
): KnownInspection {
  checkOcid(problems, "firewallPrivateIpId", firewallPrivateIpId, "privateip");
  if (onPremises !== undefined && typeof onPremises !== "boolean") {
    problems.add("VALUE_INVALID", `onPremises is ${shown(onPremises)}`, "Write true or false");
  }
  checkFirewallSubnet(problems, firewallSubnet, network);
  const subnetId = firewallSubnet?.subnetId;
  return { privateIpId: firewallPrivateIpId, subnetId, onPremises: onPremises === true };
}

function checkFirewallSubnet(
  problems: Problems,
  subnet: ClusterSubnet | undefined,
  { scope, vcnCidrs, subnets }: InspectedNetwork,
): void {
  const cidr = readGivenSubnet(problems, "firewallSubnet", subnet);
  if (typeof subnet !== "object" || subnet === null) return;
  if (subnet.isPublic === true) {
    problems.add(
      "SUBNET_PUBLIC",
      "firewallSubnet is public, and its routes lead to a NAT gateway",
      "Take a subnet that forbids public addresses; a firewall that has one of its own leads out itself: leave firewallSubnet out",
    );
  }
  if (cidr && cidr.prefix > SMALLEST_SUBNET) {
    problems.add(
      "SUBNET_SIZE",
      `firewallSubnet.cidr ${cidr.text} has no address for a firewall: OCI keeps three of each subnet`,
      `Take a /${SMALLEST_SUBNET} or larger`,
    );
  }
  const ranges = new Map<string, Cidr>();
  for (const [name, other] of Object.entries(subnets)) {
    const own = other && readIpv4CidrIfKnown(new Problems(scope), name, other.cidr);
    if (own) ranges.set(name, own);
  }
  const made = new Set(ranges.keys());
  if (cidr) checkSubnetRanges(problems, vcnCidrs, ranges.set("firewallSubnet.cidr", cidr), { made });
  if (typeof subnet.subnetId === "string") checkSubnetIsFree(problems, subnet.subnetId, scope, subnets);
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
      `firewallSubnet is the ${own} of the network, whose packets would come back to the firewall for ever`,
      "Give the firewall a subnet of its own",
    );
  }
  const all = scope.node.root.node.findAll();
  const subnet = all.find((one): one is CoreSubnet => one instanceof CoreSubnet && isIt(one.id, one));
  const taken = all.find(
    (one): one is CoreRouteTableAttachment =>
      one instanceof CoreRouteTableAttachment && isIt(one.subnetIdInput, one),
  );
  const owner = taken ?? (own === undefined && subnet?.routeTableIdInput !== undefined ? subnet : undefined);
  if (!owner) return;
  problems.add(
    "EGRESS_INVALID",
    `firewallSubnet has a route table already, by ${owner.node.path}, and a subnet has one`,
    "Leave out the routeTableId of the subnet; where it is the firewall of another network, whose routes its table has, give both clusters that network, or each network a firewall of its own",
  );
}
