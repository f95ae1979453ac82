import { checked } from "../core/checked";
import { readCidrs } from "../core/cidr";
import { shown } from "../core/display-value";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";
import { checkReachable, isPrivate, literalBlocks } from "../network/egress/egress";

// Ranges that no Oracle service uses, but which pods could reach.
const NOT_PUBLIC = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * The address ranges of Oracle services, for NetworkPolicies.
 *
 * Security rules and routes refer to services by a label, which Oracle keeps up to date. Policies support
 * addresses only; those of a region's services are public, and they change: no built-in list would stay
 * correct.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/addressranges.htm
 */
@checked
export class OracleServiceRanges {
  /**
   * The ranges that Oracle publishes for the services and the region.
   *
   * `public_ip_ranges.json` lists them by region, with the tags `OSN` for all services and `OBJECT_STORAGE`;
   * check it from time to time: ranges that are added later are denied until they are listed here.
   *
   * @param cidrs public IPv4 blocks such as `["134.70.24.0/21"]`, as literals
   */
  public static of(cidrs: string[]): OracleServiceRanges {
    const problems = new Problems("OracleServiceRanges.of");
    const texts = readCidrs(problems, "The list of ranges", cidrs);
    for (const block of literalBlocks(problems, "The list of ranges", texts)) {
      checkReachable(problems, "One of the ranges", block);
      // Wider ranges are refused for their width.
      if (block.prefix < 8 || !isPrivate(block)) continue;
      problems.add(
        "EGRESS_INVALID",
        `cidrs contains ${block.text}, a private range, but Oracle's services have public addresses`,
        "Take the ranges that public_ip_ranges.json lists for the region",
      );
    }
    problems.throwIfAny();
    return new OracleServiceRanges(texts);
  }

  /**
   * Every public address; the reason is recorded as an acknowledgement of the workload.
   *
   * The policy then does not restrict access to the internet: that is left to the network, where pods reach
   * the region's services only and have no other route, until an egress of the cluster opens TCP 443 to more.
   */
  public static everyPublicAddress(choice: ReasonedChoice): OracleServiceRanges {
    const problems = new Problems("OracleServiceRanges.everyPublicAddress");
    if (checkGiven(problems, { choice })) {
      checkReason(problems, "A policy for every public address", choice.reason);
    }
    problems.throwIfAny();
    return new OracleServiceRanges(["0.0.0.0/0"], choice.reason);
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for all public addresses, if the ranges are those. */
    public readonly reason?: string,
  ) {}

  /**
   * The parts of a range that are excluded.
   *
   * @internal
   */
  public get _except(): string[] | undefined {
    return this.reason === undefined ? undefined : NOT_PUBLIC;
  }
}

/** Adds a problem for a value that no factory created. */
export function checkRanges(problems: Problems, ranges: unknown): void {
  if (!checkGiven(problems, { ranges }) || ranges instanceof OracleServiceRanges) return;
  problems.add(
    "VALUE_INVALID",
    `ranges is ${shown(ranges)}, which no factory made`,
    'Give OracleServiceRanges.of(["134.70.24.0/21"])',
  );
}
