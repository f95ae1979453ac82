import { type IConstruct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { isInsidePrivate, readCidrs } from "../core/cidr";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { blockOf } from "../network/egress/egress";

/** Options of an internal load balancer. */
export interface InternalAccessOptions {
  /**
   * The reason for public client ranges, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; private ranges need no reason
   */
  readonly reason?: string;
}

/** The access to a load balancer: internal or public, with the ranges of its clients. */
@checked
export class LoadBalancerAccess {
  /**
   * An internal load balancer, with an address in the VCN only, for clients in the given ranges.
   *
   * Ranges other than the private ones of RFC 1918 and RFC 6598 need a reason, for example that a company
   * uses them internally; it is recorded as an acknowledgement.
   *
   * @param cidrs IPv4 ranges such as `10.0.0.0/8`, in any order
   */
  public static internalFrom(cidrs: string[], options?: InternalAccessOptions): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.internalFrom");
    const ranges = readCidrs(problems, "cidrs", cidrs);
    const others = problems.any ? [] : ranges.filter(isPublic);
    const what = others.length > 0 ? ` for the public ${others.join(", ")}` : "";
    if (what !== "" || options?.reason !== undefined) {
      checkReason(problems, `An internal load balancer${what}`, options?.reason);
    }
    problems.throwIfAny();
    return new LoadBalancerAccess(true, ranges, what === "" ? undefined : options?.reason);
  }

  /**
   * A public load balancer for clients in the given ranges.
   *
   * @param cidrs IPv4 ranges such as `203.0.113.0/24`, in any order
   */
  public static publicFrom(cidrs: string[], choice: ReasonedChoice): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.publicFrom");
    const ranges = readCidrs(problems, "cidrs", cidrs, {
      everyone: "LoadBalancerAccess.publicFromAnywhere({ reason })",
    });
    checkReason(problems, "A public load balancer", choice?.reason);
    problems.throwIfAny();
    return new LoadBalancerAccess(false, ranges, choice.reason);
  }

  /** A public load balancer for any client. */
  public static publicFromAnywhere(choice: ReasonedChoice): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.publicFromAnywhere");
    checkReason(problems, "A load balancer for everyone", choice?.reason);
    problems.throwIfAny();
    return new LoadBalancerAccess(false, ["0.0.0.0/0"], choice.reason);
  }

  private constructor(
    /** Whether the load balancer has an address in the VCN only. */
    public readonly isInternal: boolean,
    /** The ranges of the clients, sorted. */
    public readonly sourceRanges: string[],
    /** The reason for a public load balancer, or for public client ranges, if there are any. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    const what = this.isInternal
      ? `internal load balancer for the public ${this.sourceRanges.filter(isPublic).join(", ")}`
      : `public load balancer for ${this.sourceRanges.join(", ")}`;
    Acknowledgements._record(scope, "exposure", what, this.reason);
  }
}

/** Whether a range certainly contains public addresses. */
function isPublic(range: string): boolean {
  const block = blockOf(range);
  return block !== undefined && !isInsidePrivate(block);
}
