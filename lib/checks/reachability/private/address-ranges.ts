import { Tri } from "./three-valued-logic";
import { readCidr } from "../../../core/cidr";
import { Problems } from "../../../core/validation-error";

/** Addresses from the first to the last one, both included. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * The addresses of an end: every address of the ranges if they are exact, otherwise some address in them.
 *
 * Unresolved references have inexact addresses: they can be compared with ranges, but not split.
 */
export interface Place {
  readonly ranges: readonly AddressRange[];
  readonly exact: boolean;
}

/** The range of a CIDR block; undefined for an invalid one. */
export function rangeOf(text: unknown): AddressRange | undefined {
  if (typeof text !== "string") return undefined;
  const cidr = readCidr(new Problems("cidr"), "cidr", text);
  return cidr && { family: cidr.family, first: cidr.first, last: cidr.last };
}

function rangesOf(...texts: string[]): AddressRange[] {
  return texts.map((text) => rangeOf(text) as AddressRange);
}

export const ANYWHERE: Place = { ranges: rangesOf("0.0.0.0/0", "::/0"), exact: false };
export const METADATA_ADDRESS: readonly AddressRange[] = rangesOf("169.254.169.254/32");

// Addresses that no internet host has: private, shared, loopback, link-local, multicast, reserved.
const NOT_PUBLIC = rangesOf(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
);

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Splits a range into pieces that are each fully inside or outside of every other range. */
export function cut(range: AddressRange, others: readonly AddressRange[]): AddressRange[] {
  // Most other ranges contain all of this one, or do not overlap it.
  let starts: Set<bigint> | undefined;
  for (const other of others) {
    if (!overlaps(range, other) || contains(other, range)) continue;
    starts ??= new Set([range.first]);
    if (other.first > range.first) starts.add(other.first);
    if (other.last < range.last) starts.add(other.last + 1n);
  }
  if (starts === undefined) return [range];
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.map((first, index) => {
    const next = sorted[index + 1];
    return { family: range.family, first, last: next === undefined ? range.last : next - 1n };
  });
}

/** The public addresses. */
export const PUBLIC: readonly AddressRange[] = [
  ...cut(rangesOf("0.0.0.0/0")[0] as AddressRange, NOT_PUBLIC).filter(
    (piece) => !NOT_PUBLIC.some((other) => contains(other, piece)),
  ),
  ...rangesOf("2000::/3"),
];

// Addresses reserved for documentation.
const DOCUMENTATION = rangesOf("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24");

/** Whether a place has public IPv4 addresses that may belong to an Oracle service. */
export function mayBeServices({ ranges }: Place): boolean {
  return ranges.some(
    (range) =>
      range.family === 4 &&
      !DOCUMENTATION.some((other) => contains(other, range)) &&
      PUBLIC.some((other) => overlaps(other, range)),
  );
}

/** The public pieces of a range, and the others. */
export function splitPublic(range: AddressRange): {
  publicRanges: AddressRange[];
  otherRanges: AddressRange[];
} {
  const pieces = cut(range, PUBLIC);
  const isPublic = (piece: AddressRange) => PUBLIC.some((other) => contains(other, piece));
  return { publicRanges: pieces.filter(isPublic), otherRanges: pieces.filter((piece) => !isPublic(piece)) };
}

/** Whether a place is inside a range; a place that was split by the range is never partly inside. */
export function isWithin({ ranges }: Place, outer: AddressRange): Tri {
  const inside = ranges.filter((range) => contains(outer, range)).length;
  if (inside === ranges.length && inside > 0) return Tri.YES;
  return ranges.some((range) => overlaps(outer, range)) ? Tri.MAYBE : Tri.NO;
}

/** Splits places by ranges, so that each piece is fully inside or outside of each range. */
export function cutPlaces(places: readonly Place[], ranges: readonly AddressRange[]): Place[] {
  const split: Place[] = [];
  for (const place of places) {
    const pieces = place.exact ? place.ranges.flatMap((range) => cut(range, ranges)) : [];
    // Keeps the object, which caches use as a key.
    if (pieces.length <= 1) split.push(place);
    else for (const range of pieces) split.push({ ranges: [range], exact: true });
  }
  return split;
}
