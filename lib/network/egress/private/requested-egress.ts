import { type Cidr, contains, isPrivate } from "../../../core/cidr";
import { type SubnetRole } from "../../vcn/cluster-subnet";
import { type Behind } from "../../vcn/drg-and-peering";
import { type EgressRoute } from "../../vcn/private/network-routes";
import { type Egress } from "../egress";

/** An egress with its subnet. */
export interface KnownEgress {
  readonly egress: Egress;
  readonly cidr: Cidr;
  readonly subnet: SubnetRole;
}

/** The requested egress of a network, and the resulting routes. */
export class RequestedEgress {
  public readonly egress: KnownEgress[] = [];
  public readonly gateways: Behind[] = [];

  /**
   * The routes out of a subnet.
   *
   * @param internetTarget returns the target of routes to the internet; called only if it is needed
   */
  public routesFrom(name: SubnetRole, internetTarget: () => string): EgressRoute[] {
    const back = this.gateways.filter(({ subnets }) => subnets.has(name));
    const out = this.egress.filter(({ subnet }) => subnet === name);
    return [
      ...back.flatMap(({ cidrs, target, exit, reason }) =>
        cidrs.map(({ text }) => ({ to: text, target, exit, reason })),
      ),
      ...out.flatMap((request) => this.routesFor(request, internetTarget)),
    ];
  }

  /** The gateway that routes to the destination of an egress. */
  public gatewayFor({ egress, cidr }: KnownEgress): Behind | "internet" | "none" {
    const behind = this.gateways.find(({ cidrs }) => cidrs.some((outer) => contains(outer, cidr)));
    return behind ?? (egress.isAnywhere || !isPrivate(cidr) ? "internet" : "none");
  }

  /** If the egress is wider than the ranges behind one of our gateways, that part must not be routed to the internet. */
  private routesFor(request: KnownEgress, internetTarget: () => string): EgressRoute[] {
    const gateway = this.gatewayFor(request);
    if (gateway === "none") return [];
    const { reason } = request.egress;
    const to = ({ target, exit }: Pick<EgressRoute, "target" | "exit">, cidr: Cidr): EgressRoute => ({
      to: cidr.text,
      target,
      exit,
      reason,
    });
    if (gateway !== "internet") return [to(gateway, request.cidr)];
    const inner = this.gateways.flatMap((behind) =>
      behind.cidrs.filter((cidr) => contains(request.cidr, cidr)).map((cidr) => to(behind, cidr)),
    );
    return [to({ target: internetTarget(), exit: "internet" }, request.cidr), ...inner];
  }
}
