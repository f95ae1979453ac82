import { checked } from "../core/checked";
import { isPrivate, readCidrs } from "../core/cidr";
import { checkedBy, type Reader, valueOf } from "../core/readers";
import { checkReason, readReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { checkReachable, literalBlocks } from "../network/egress/egress";

// Ranges that no Oracle service uses, but which pods could reach.
const NOT_PUBLIC = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

const EVERY_PUBLIC_ADDRESS = "A policy for every public address";

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
    const texts = readBlocks(problems, "cidrs", cidrs);
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
    const reason = readReason(problems, EVERY_PUBLIC_ADDRESS, choice);
    problems.throwIfAny();
    return new OracleServiceRanges(["0.0.0.0/0"], reason);
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

/** Reads ranges, and checks them again, as a program without types can give any object. */
export function oracleServiceRanges(): Reader<OracleServiceRanges> {
  return checkedBy(valueOf(OracleServiceRanges), (problems, name, { cidrs, reason }) => {
    if (reason === undefined) readBlocks(problems, `${name}.cidrs`, cidrs);
    else checkReason(problems, EVERY_PUBLIC_ADDRESS, reason, `${name}.reason`);
  });
}

function readBlocks(problems: Problems, name: string, cidrs: string[]): string[] {
  const texts = readCidrs(problems, name, cidrs);
  for (const block of literalBlocks(problems, name, texts)) {
    checkReachable(problems, name, block);
    // Wider ranges are rejected for their width.
    if (block.prefix < 8 || !isPrivate(block)) continue;
    problems.add(
      "EGRESS_INVALID",
      `${name} contains ${block.text}, which is private, but Oracle services have public addresses`,
      "Give ranges that public_ip_ranges.json lists for the region, for example 134.70.24.0/21",
    );
  }
  return texts;
}
