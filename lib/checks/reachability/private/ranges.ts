import { Tri } from "./label-selector";
import { readCidr } from "../../../core/cidr";
import { Problems } from "../../../core/validation-error";

/** Addresses from the first to the last one, both included. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Where somebody is: each of the addresses of its ranges, or, where that is not exact, an address somewhere in them.
 *
 * A place that is not exact is what an unresolved reference leaves: it can be compared, but not cut into pieces.
 */
export interface Place {
  readonly ranges: readonly AddressRange[];
  readonly exact: boolean;
}

/** A block as a range; undefined where the text is none. */
export function rangeOf(text: unknown): AddressRange | undefined {
  if (typeof text !== "string") return undefined;
  const cidr = readCidr(new Problems("cidr"), "cidr", text);
  return cidr && { family: cidr.family, first: cidr.first, last: cidr.last };
}

function known(...texts: string[]): AddressRange[] {
  return texts.map((text) => rangeOf(text) as AddressRange);
}

export const ANYWHERE: Place = { ranges: known("0.0.0.0/0", "::/0"), exact: false };
export const METADATA_ADDRESS: readonly AddressRange[] = known("169.254.169.254/32");

// Addresses that no host of the internet has: private, shared, loopback, link-local, multicast, reserved.
const NOT_PUBLIC = known(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
);

export function meets(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function holds(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Splits a range into pieces that are each fully inside or outside of every other range. */
export function cut(range: AddressRange, others: readonly AddressRange[]): AddressRange[] {
  // Most of the others hold all of the range, or are somewhere else.
  let starts: Set<bigint> | undefined;
  for (const other of others) {
    if (!meets(range, other) || holds(other, range)) continue;
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

/** The addresses of the internet. */
export const PUBLIC: readonly AddressRange[] = [
  ...cut(known("0.0.0.0/0")[0] as AddressRange, NOT_PUBLIC).filter(
    (piece) => !NOT_PUBLIC.some((other) => holds(other, piece)),
  ),
  ...known("2000::/3"),
];

// Addresses for texts, which nobody has.
const DOCUMENTATION = known("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24");

/** Whether a place has public IPv4 addresses that somebody may have: they may be those of one of Oracle's services. */
export function mayBeServices({ ranges }: Place): boolean {
  return ranges.some(
    (range) =>
      range.family === 4 &&
      !DOCUMENTATION.some((other) => holds(other, range)) &&
      PUBLIC.some((other) => meets(other, range)),
  );
}

/** The pieces of a range inside of the internet, and those outside of it. */
export function splitPublic(range: AddressRange): { open: AddressRange[]; own: AddressRange[] } {
  const pieces = cut(range, PUBLIC);
  const isOpen = (piece: AddressRange) => PUBLIC.some((other) => holds(other, piece));
  return { open: pieces.filter(isOpen), own: pieces.filter((piece) => !isOpen(piece)) };
}

/** Whether a place is inside of a range; a place that was cut along the range is never half inside. */
export function isWithin({ ranges }: Place, outer: AddressRange): Tri {
  const inside = ranges.filter((range) => holds(outer, range)).length;
  if (inside === ranges.length && inside > 0) return Tri.YES;
  return ranges.some((range) => meets(outer, range)) ? Tri.MAYBE : Tri.NO;
}

/** The places of somebody in pieces along ranges, each a single answer to every question about those ranges. */
export function cutPlaces(places: readonly Place[], along: readonly AddressRange[]): Place[] {
  const pieces: Place[] = [];
  for (const place of places) {
    const cutUp = place.exact ? place.ranges.flatMap((range) => cut(range, along)) : [];
    // A place that stays whole stays the same.
    if (cutUp.length <= 1) pieces.push(place);
    else for (const range of cutUp) pieces.push({ ranges: [range], exact: true });
  }
  return pieces;
}
