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
  return { cidrs, subnets: new Set(readSubnets(problems, subnets)) };
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

/** Adds a problem where the way back is for pods, and the network has no subnet of them. */
export function checkPods(problems: Problems, { subnets }: KnownRanges, hasPods: boolean): void {
  if (hasPods || !subnets.has(NetworkSubnet.PODS)) return;
  problems.add(
    "EGRESS_INVALID",
    "subnets names NetworkSubnet.PODS, and the network has no subnet of pods",
    "Name NetworkSubnet.WORKERS: in a flannel overlay pods have the address of their node",
  );
}

function readSubnets(problems: Problems, subnets: readonly NetworkSubnet[]): readonly NetworkSubnet[] {
  const known: readonly unknown[] = Object.values(NetworkSubnet);
  if (!checkGiven(problems, { subnets })) return [];
  if (!Array.isArray(subnets)) {
    problems.add(
      "VALUE_INVALID",
      `subnets is ${shown(subnets)}`,
      "Write a list, such as [NetworkSubnet.WORKERS]",
    );
    return [];
  }
  for (const wrong of subnets.filter((name) => !known.includes(name))) {
    if (!checkGiven(problems, { subnets: wrong })) continue;
    problems.add(
      "EGRESS_INVALID",
      `subnets names ${shown(wrong)}, which is no subnet of the network`,
      `Name some of ${known.join(", ")}`,
    );
  }
  return subnets as readonly NetworkSubnet[];
}
