import { type Exit } from "./subnet-routes";
import { type Cidr, overlaps } from "../../../core/cidr";
import { choice, listOf, literalCidrs, type Reader } from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { checkOutside, checkReachable } from "../../egress/egress";
import { SubnetRole } from "../subnet-role";

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
  readonly target: string;
  readonly exit: Exit;
  /** The reason for the return routes of the subnets. */
  readonly reason: string;
}

/** A range with its gateway, for messages. */
export interface RangeBehind extends Cidr {
  readonly what: string;
}

/** Reads the ranges behind a gateway; with an empty list, nothing would be routed to it. */
export function routedCidrs(): Reader<readonly Cidr[]> {
  const list = literalCidrs();
  return (problems, name, value) => {
    if (!Array.isArray(value) || value.length > 0) return list(problems, name, value);
    problems.add(
      "EGRESS_INVALID",
      `${name} is empty, so nothing would be routed to the gateway`,
      'Give at least one range that is behind it, for example ["10.60.0.0/16"]',
    );
    return undefined;
  };
}

/** Reads the subnets that get return routes. */
export function subnetRoles(): Reader<SubnetRole[]> {
  return listOf(
    choice(
      SubnetRole,
      `some of ${Object.keys(SubnetRole)
        .map((role) => `SubnetRole.${role}`)
        .join(", ")}`,
    ),
    "a list, such as [SubnetRole.WORKERS]",
  );
}

/** Adds a problem for each range that no gateway can reach, or that overlaps the VCN. */
export function checkRoutedCidrs(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  vcn: readonly Cidr[],
): void {
  for (const cidr of cidrs) {
    checkReachable(problems, `One of ${name}`, cidr);
    for (const block of vcn) checkOutside(problems, `One of ${name}`, cidr, block);
  }
}

/** Adds a problem for each range that another gateway also routes: the narrower route would take precedence unnoticed. */
export function checkApart(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  others: readonly Behind[],
): void {
  for (const cidr of cidrs) {
    for (const { what, cidrs: otherCidrs } of others) {
      const other = otherCidrs.find((candidate) => overlaps(candidate, cidr));
      if (!other) continue;
      problems.add(
        "EGRESS_INVALID",
        `One of ${name} is ${cidr.text}, which overlaps ${other.text} behind ${what}`,
        "Route each range to one gateway only",
      );
    }
  }
}

/** Adds a problem if the return routes include pods, but the network has no pods' subnet. */
export function checkPods(problems: Problems, { subnets }: KnownRanges, hasPods: boolean): void {
  if (hasPods || !subnets.has(SubnetRole.PODS)) return;
  problems.add(
    "EGRESS_INVALID",
    "subnets has SubnetRole.PODS, and the network has no pod subnet",
    "Use SubnetRole.WORKERS: in a flannel overlay, pods have the address of their node",
  );
}
