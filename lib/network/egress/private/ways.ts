import { type Cidr, contains } from "../../../core/cidr";
import { type SubnetRole } from "../../vcn/network-subnet";
import { type Behind } from "../../vcn/private/routed-ranges";
import { type Way } from "../../vcn/private/subnet-routes";
import { type Egress, isPrivate } from "../egress";

/** An egress with its subnet. */
export interface KnownEgress {
  readonly egress: Egress;
  readonly cidr: Cidr;
  readonly subnet: SubnetRole;
}

/** The requested egress of a network, and the resulting routes. */
export class Ways {
  public readonly asked: KnownEgress[] = [];
  public readonly behind: Behind[] = [];

  /**
   * The routes out of a subnet.
   *
   * @param overForInternet returns the gateway for the internet; called only if it is needed
   */
  public from(name: SubnetRole, overForInternet: () => string): Way[] {
    const back = this.behind.filter(({ subnets }) => subnets.has(name));
    const out = this.asked.filter(({ subnet }) => subnet === name);
    return [
      ...back.flatMap(({ cidrs, over, exit, reason }) =>
        cidrs.map(({ text }) => ({ to: text, over, exit, reason })),
      ),
      ...out.flatMap((one) => this.waysFor(one, overForInternet)),
    ];
  }

  /** The gateway that routes to the destination of an egress. */
  public wayOf({ egress, cidr }: KnownEgress): Behind | "internet" | "none" {
    const behind = this.behind.find(({ cidrs }) => cidrs.some((outer) => contains(outer, cidr)));
    return behind ?? (egress.isAnywhere || !isPrivate(cidr) ? "internet" : "none");
  }

  /** If the egress is wider than the ranges behind one of our gateways, that part must not be routed to the internet. */
  private waysFor(one: KnownEgress, overForInternet: () => string): Way[] {
    const way = this.wayOf(one);
    if (way === "none") return [];
    const { reason } = one.egress;
    const to = ({ over, exit }: Pick<Way, "over" | "exit">, cidr: Cidr): Way => ({
      to: cidr.text,
      over,
      exit,
      reason,
    });
    if (way !== "internet") return [to(way, one.cidr)];
    const inner = this.behind.flatMap((behind) =>
      behind.cidrs.filter((cidr) => contains(one.cidr, cidr)).map((cidr) => to(behind, cidr)),
    );
    return [to({ over: overForInternet(), exit: "internet" }, one.cidr), ...inner];
  }
}
