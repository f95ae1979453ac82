import { type Exit } from "./subnet-routes";
import { type Cidr, overlaps, readCidrs } from "../../../core/cidr";
import { shown } from "../../../core/display-value";
import { checkGiven } from "../../../core/required";
import { type Problems } from "../../../core/validation-error";
import { checkOutside, checkReachable, literalBlocks } from "../../egress/egress";
import { SubnetRole } from "../network-subnet";

/** The ranges behind a gateway, and the subnets that hosts behind it may connect to. */
export interface KnownRanges {
  readonly cidrs: readonly Cidr[];
  readonly subnets: ReadonlySet<SubnetRole>;
}

/** Ranges with their gateway. */
export interface Behind extends KnownRanges {
  /** The name of the gateway in messages. */
  readonly what: string;
  /** The target of routes to the ranges. */
  readonly over: string;
  readonly exit: Exit;
  /** The reason for the return routes of the subnets. */
  readonly reason: string;
}

/** A range with its gateway, for messages. */
export interface RangeBehind extends Cidr {
  readonly what: string;
}

/** Reads the ranges behind a gateway and adds their problems. */
export function readRanges(
  problems: Problems,
  name: string,
  texts: readonly string[],
  subnets: readonly SubnetRole[],
  vcn: readonly Cidr[],
): KnownRanges {
  const cidrs = isEmpty(problems, name, texts)
    ? []
    : literalBlocks(problems, name, readCidrs(problems, name, texts));
  for (const cidr of cidrs) {
    checkReachable(problems, `One of ${name}`, cidr);
    for (const block of vcn) checkOutside(problems, `One of ${name}`, cidr, block);
  }
  return { cidrs, subnets: new Set(readSubnets(problems, subnets)) };
}

/** An empty list of allowed ranges would be as wide as the internet; here it means a gateway without routes. */
function isEmpty(problems: Problems, name: string, texts: readonly string[]): boolean {
  if (!Array.isArray(texts) || texts.length > 0) return false;
  problems.add(
    "EGRESS_INVALID",
    `${name} is empty, so that no route would lead to the gateway`,
    'Name at least one range that is behind it, for example ["10.60.0.0/16"]',
  );
  return true;
}

/** Adds a problem for each range that another gateway also routes: the narrower route would take precedence unnoticed. */
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

/** Adds a problem if the return routes include pods, but the network has no pods' subnet. */
export function checkPods(problems: Problems, { subnets }: KnownRanges, hasPods: boolean): void {
  if (hasPods || !subnets.has(SubnetRole.PODS)) return;
  problems.add(
    "EGRESS_INVALID",
    "subnets names SubnetRole.PODS, and the network has no subnet of pods",
    "Name SubnetRole.WORKERS: in a flannel overlay pods have the address of their node",
  );
}

function readSubnets(problems: Problems, subnets: readonly SubnetRole[]): readonly SubnetRole[] {
  const known: readonly unknown[] = Object.values(SubnetRole);
  if (!checkGiven(problems, { subnets })) return [];
  if (!Array.isArray(subnets)) {
    problems.add(
      "VALUE_INVALID",
      `subnets is ${shown(subnets)}`,
      "Write a list, such as [SubnetRole.WORKERS]",
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
  return subnets as readonly SubnetRole[];
}
