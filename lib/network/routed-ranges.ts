import { checkOutside, checkReachable, literalBlocks } from "./egress-destination";
import { NetworkSubnet } from "./network-subnet";
import { overlaps, readCidrs, type Cidr } from "../core/cidr";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** Ranges behind a gateway, and the subnets that are reached from there. */
export interface KnownRanges {
  readonly cidrs: readonly Cidr[];
  readonly subnets: ReadonlySet<NetworkSubnet>;
}

/** Ranges with the gateway that they are behind. */
export interface Behind extends KnownRanges {
  /** What the gateway is, for messages. */
  readonly what: string;
  /** What a route to the ranges leads over. */
  readonly over: string;
  /** Why the subnets that are reached from there have the way back. */
  readonly reason: string;
}

/** Reads which ranges are behind a gateway; what is wrong with them goes into the problems. */
export function readRanges(
  problems: Problems,
  name: string,
  texts: readonly string[],
  subnets: readonly NetworkSubnet[],
  vcn: readonly Cidr[],
): KnownRanges {
  const cidrs = literalBlocks(problems, name, readCidrs(problems, name, texts));
  for (const cidr of cidrs) {
    checkReachable(problems, `One of ${name}`, cidr);
    for (const block of vcn) checkOutside(problems, `One of ${name}`, cidr, block);
  }
  checkSubnets(problems, subnets);
  return { cidrs, subnets: new Set(subnets) };
}

/** Adds a problem for each range that another gateway leads to: the narrower of the two would take it, unseen. */
export function checkApart(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  others: readonly Behind[],
): void {
  for (const cidr of cidrs) {
    for (const { what, cidrs: known } of others) {
      const other = known.find((one) => overlaps(one, cidr));
      if (!other) continue;
      problems.add(
        "EGRESS_INVALID",
        `One of ${name} is ${cidr.text}, which overlaps ${other.text} behind ${what}`,
        "Give each range to the one gateway that leads there",
      );
    }
  }
}

function checkSubnets(problems: Problems, subnets: readonly NetworkSubnet[]): void {
  const known: readonly unknown[] = Object.values(NetworkSubnet);
  const list: readonly unknown[] = Array.isArray(subnets) ? subnets : [subnets];
  for (const wrong of list.filter((name) => !known.includes(name))) {
    if (!checkGiven(problems, { subnets: wrong })) continue;
    problems.add(
      "EGRESS_INVALID",
      `subnets names ${shown(wrong)}, which is no subnet of the network`,
      `Name some of ${known.join(", ")}`,
    );
  }
}
