import { type IConstruct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { isInsidePrivate } from "../core/cidr";
import { cidrs, type GivenCidr } from "../core/readers";
import { readReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Options of an internal load balancer. */
export interface InternalAccessOptions {
  /**
   * The reason for public client ranges, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; private ranges need no reason
   */
  readonly reason?: string;
}

const CIDRS = cidrs();
const CLIENT_CIDRS = cidrs({ everyone: "LoadBalancerAccess.publicFromAnywhere({ reason })" });

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
    const read = CIDRS(problems, "cidrs", cidrs) ?? [];
    const others = read.filter(isPublic).map(({ text }) => text);
    const ranges = read.map(({ text }) => text);
    if (others.length === 0) {
      if (options?.reason !== undefined) readReason(problems, "An internal load balancer", options);
      problems.throwIfAny();
      return new LoadBalancerAccess(true, ranges);
    }
    const what = `internal load balancer for the public ${others.join(", ")}`;
    const reason = readReason(problems, `An ${what}`, options);
    problems.throwIfAny();
    return new LoadBalancerAccess(true, ranges, reason, what);
  }

  /**
   * A public load balancer for clients in the given ranges.
   *
   * @param cidrs IPv4 ranges such as `203.0.113.0/24`, in any order
   */
  public static publicFrom(cidrs: string[], choice: ReasonedChoice): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.publicFrom");
    const ranges = CLIENT_CIDRS(problems, "cidrs", cidrs)?.map(({ text }) => text) ?? [];
    const reason = readReason(problems, "A public load balancer", choice);
    problems.throwIfAny();
    return new LoadBalancerAccess(false, ranges, reason, `public load balancer for ${ranges.join(", ")}`);
  }

  /** A public load balancer for any client. */
  public static publicFromAnywhere(choice: ReasonedChoice): LoadBalancerAccess {
    const problems = new Problems("LoadBalancerAccess.publicFromAnywhere");
    const reason = readReason(problems, "A load balancer for everyone", choice);
    problems.throwIfAny();
    return new LoadBalancerAccess(false, ["0.0.0.0/0"], reason, "public load balancer for 0.0.0.0/0");
  }

  private constructor(
    /** Whether the load balancer has an address in the VCN only. */
    public readonly isInternal: boolean,
    /** The ranges of the clients, sorted. */
    public readonly sourceRanges: string[],
    /** The reason for a public load balancer, or for public client ranges, if there are any. */
    public readonly reason?: string,
    /** What the reason is for. */
    private readonly exposure = "",
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "exposure", this.exposure, this.reason);
  }
}

/** Whether a range certainly contains public addresses. */
function isPublic({ block }: GivenCidr): boolean {
  return block !== undefined && !isInsidePrivate(block);
}
