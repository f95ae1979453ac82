import { LARGEST_VCN, SMALLEST_SUBNET } from "./vcn-range";
import { cidrAt, overlaps, RESERVED_ADDRESSES, type Cidr } from "../core/cidr";

/** A subnet that a layout must hold. */
export interface SubnetRequest {
  readonly name: string;
  /** Its size, where no range was given. */
  readonly prefix: number;
  /** Its range, where one was given. */
  readonly given?: Cidr;
  /** From which end of the VCN a range is looked for. */
  readonly from: "start" | "end";
}

/** Where the subnets lie, and the first one that has no room. */
export interface SubnetLayout {
  readonly found: ReadonlyMap<string, Cidr>;
  readonly noRoomFor?: SubnetRequest;
}

/** The smallest subnet that holds a number of addresses beside those that OCI keeps. */
export function prefixFor(count: number): number {
  return Math.min(SMALLEST_SUBNET, 32 - Math.ceil(Math.log2(count + RESERVED_ADDRESSES)));
}

/**
 * A sixteenth of the VCN, within bounds.
 *
 * It follows from the VCN alone: a size that shrinks when more nodes or pods are asked for would move subnets that are in use.
 */
export function sixteenthOf(vcnPrefix: number, largest: number, smallest: number): number {
  return Math.min(smallest, Math.max(largest, vcnPrefix + 4));
}

/** Finds a range for each subnet that has none, in the order in which they are asked for. */
export function layOut(vcn: Cidr, requests: readonly SubnetRequest[]): SubnetLayout {
  const found = new Map<string, Cidr>();
  for (const { name, given } of requests) if (given) found.set(name, given);
  for (const request of requests) {
    if (request.given) continue;
    const cidr = freeBlock(vcn, request, [...found.values()]);
    if (!cidr) return { found, noRoomFor: request };
    found.set(request.name, cidr);
  }
  return { found };
}

function freeBlock(vcn: Cidr, { prefix, from }: SubnetRequest, taken: readonly Cidr[]): Cidr | undefined {
  const size = 1n << BigInt(32 - prefix);
  const last = vcn.last - size + 1n;
  const step = from === "start" ? size : -size;
  for (let at = from === "start" ? vcn.first : last; at >= vcn.first && at <= last; at += step) {
    const cidr = cidrAt(at, prefix);
    if (!taken.some((other) => overlaps(other, cidr))) return cidr;
  }
  return undefined;
}

/** The VCNs that contain this one, from the next larger one to the largest. */
export function widerVcns(vcn: Cidr): Cidr[] {
  const prefixes = Array.from({ length: vcn.prefix - LARGEST_VCN }, (_, i) => vcn.prefix - 1 - i);
  return prefixes.map((prefix) => {
    const size = 1n << BigInt(32 - prefix);
    return cidrAt((vcn.first / size) * size, prefix);
  });
}
