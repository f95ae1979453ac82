import { type Construct } from "constructs";
import { type Cidr, contains } from "../../../core/cidr";
import { type CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { type CoreNatGateway } from "../../../oci/core-nat-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../../oci/core-route-table";
import { CoreRouteTableAttachment } from "../../../oci/core-route-table-attachment";
import { type GatewayProps } from "../../vcn/private/gateways";
import { type RoutedSubnet, rulesOf, type Way } from "../../vcn/private/subnet-routes";
import { blockOf } from "../egress";
import { type KnownInspection } from "../egress-inspection-props";

/** A subnet with all the ways that lead out of it. */
export interface SubnetWays {
  readonly subnet: RoutedSubnet;
  readonly ways: readonly Way[];
}

/** The gateways from where answers and connections come in. */
export interface GatewaysBehind {
  readonly nat?: CoreNatGateway;
  /** The attachment to the DRG, where it is made here. */
  readonly drg?: CoreDrgAttachment;
}

const FIREWALL = "Firewall";
const NAT = "NatGatewayRouteTable";
const DRG = "DrgAttachmentRouteTable";

/**
 * The route tables around a firewall: that of its subnet, and those of the gateways, which send what comes in past it again.
 *
 * Both directions pass it, as it refuses the answer to what it has not seen. Such a table of a NAT gateway has routes to private
 * addresses only, each for a part of the VCN, and so has that of an attachment.
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
    const { subnetId } = inspection;
    if (subnetId === undefined) return;
    this.table = this.newTable(`${FIREWALL}RouteTable`, "firewall-out");
    this.table.putRouteRules([...base]);
    // Not by the subnet itself: the table leads to a gateway that needs the address of what is in the subnet.
    new CoreRouteTableAttachment(scope, `${FIREWALL}RouteTableAttachment`, {
      subnetId,
      routeTableId: this.table.id,
    });
  }

  /** Whether a way passes the firewall. */
  public inspects({ exit }: Way): boolean {
    return exit === "internet" || (exit === "drg" && this.inspection.onPremises);
  }

  /** The ways of a subnet with the firewall as the next hop of those that pass it. */
  public detour(ways: readonly Way[]): Way[] {
    return ways.map((way) => (this.inspects(way) ? { ...way, over: this.inspection.privateIpId } : way));
  }

  /** Makes the tables of all that pass the firewall. */
  public put(all: readonly SubnetWays[], { nat, drg }: GatewaysBehind): void {
    this.table?.putRouteRules([...this.base, ...rulesOf(all.flatMap(({ ways }) => this.beyond(ways)))]);
    const fromNat = this.wayBack(NAT, "nat-in", nat ? all : [], "internet");
    if (nat && fromNat) nat.routeTableId = fromNat.id;
    const fromDrg = this.wayBack(DRG, "drg-in", drg ? all : [], "drg");
    const details = drg?.networkDetailsInput;
    if (drg && fromDrg && details) drg.putNetworkDetails({ ...details, routeTableId: fromDrg.id });
  }

  /** What the firewall sends on, and the narrower parts of it that another gateway leads to. */
  private beyond(ways: readonly Way[]): Way[] {
    const block = ({ to }: Way) => blockOf(to) as Cidr;
    const inspected = ways.filter((way) => this.inspects(way));
    return ways.filter((way) => inspected.some((outer) => contains(block(outer), block(way))));
  }

  private wayBack(
    id: string,
    label: string,
    all: readonly SubnetWays[],
    exit: "internet" | "drg",
  ): CoreRouteTable | undefined {
    const passing = all.filter(({ ways }) => ways.some((way) => way.exit === exit && this.inspects(way)));
    if (passing.length === 0) {
      this.scope.node.tryRemoveChild(id);
      return undefined;
    }
    const known = this.scope.node.tryFindChild(id) as CoreRouteTable | undefined;
    const table = known ?? this.newTable(id, label);
    const back = passing.map(({ subnet: { resource, label: name } }) => ({
      to: resource.cidrBlockInput as string,
      over: this.inspection.privateIpId,
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
      // Taken away after what it belongs to has another one, or is gone.
      lifecycle: { createBeforeDestroy: true },
      ...tags,
    });
  }
}
