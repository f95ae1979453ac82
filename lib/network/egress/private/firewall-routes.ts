import { type Construct } from "constructs";
import { type Cidr, contains } from "../../../core/cidr";
import { type CoreDrgAttachment } from "../../../oci/core-drg-attachment";
import { type CoreNatGateway } from "../../../oci/core-nat-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../../oci/core-route-table";
import { CoreRouteTableAttachment } from "../../../oci/core-route-table-attachment";
import { type GatewayProps } from "../../vcn/private/gateways";
import { type RoutedSubnet, rulesOf, type EgressRoute } from "../../vcn/private/subnet-routes";
import { blockOf } from "../egress";
import { type KnownInspection } from "../egress-inspection-props";

/** A subnet with all of its routes out of the network. */
export interface SubnetEgress {
  readonly subnet: RoutedSubnet;
  readonly routes: readonly EgressRoute[];
}

/** The gateways from which return traffic and connections arrive. */
export interface GatewaysBehind {
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
