import { Tri } from "./three-valued-logic";
import { readCidr } from "../../../core/cidr";
import { IpProtocol, type Port } from "../../../core/port";
import { Problems } from "../../../core/validation-error";

/** A range of whole numbers: ports, or types or codes of ICMP. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Packets of one protocol.
 *
 * For ICMP, the destination is the type and the source is the code; other protocols have neither.
 */
export interface Packets {
  /** The number of the protocol. */
  readonly protocol: number;
  readonly source: Span;
  readonly destination: Span;
}

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMP6 = 58;
/** A number that stands for every other protocol. */
const OTHER = 253;

/** All ports. */
export const ALL_PORTS: Span = { from: 1, to: 65535 };
/** All types or codes of ICMP. */
export const ICMP_VALUES: Span = { from: 0, to: 255 };
const NONE: Span = { from: 0, to: 0 };

/** The first port that ordinary programs connect from; only system programs use lower ones. */
export const FIRST_CLIENT_PORT = 1024;

/** Whether packets of a protocol have ports. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP;
}

/** Whether a protocol is ICMP, for IPv4 or IPv6. */
export function isIcmp(protocol: number): boolean {
  return protocol === ICMP || protocol === ICMP6;
}

/** The packets of a port, one entry for each protocol. */
export function packetsOf(port: Port): Packets[] {
  const destination = { from: port.from ?? 0, to: port.to ?? 0 };
  switch (port.protocol) {
    case IpProtocol.TCP:
      return [{ protocol: TCP, source: ALL_PORTS, destination }];
    case IpProtocol.UDP:
      return [{ protocol: UDP, source: ALL_PORTS, destination }];
    case IpProtocol.ICMP:
      return [{ protocol: ICMP, source: single(port.icmpCode), destination: single(port.icmpType) }];
    case IpProtocol.ALL:
      return [
        { protocol: TCP, source: ALL_PORTS, destination: ALL_PORTS },
        { protocol: UDP, source: ALL_PORTS, destination: ALL_PORTS },
        { protocol: ICMP, source: ICMP_VALUES, destination: ICMP_VALUES },
        { protocol: ICMP6, source: ICMP_VALUES, destination: ICMP_VALUES },
        { protocol: OTHER, source: NONE, destination: NONE },
      ];
  }
}

function single(value = 0): Span {
  return { from: value, to: value };
}

/** Whether a span contains all numbers of another one. */
export function spanContains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

/** Whether two spans share a number. */
export function spansOverlap(a: Span, b: Span): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** Splits a span into pieces that are each fully inside or outside of every other span. */
export function cutSpan(span: Span, others: readonly Span[]): Span[] {
  const starts = new Set([span.from]);
  for (const other of others) {
    if (other.from > span.from && other.from <= span.to) starts.add(other.from);
    if (other.to >= span.from && other.to < span.to) starts.add(other.to + 1);
  }
  if (starts.size === 1) return [span];
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.map((from, index) => ({ from, to: (sorted[index + 1] ?? span.to + 1) - 1 }));
}

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

/** Every address, one of which is meant. */
export const ANYWHERE: Place = { ranges: rangesOf("0.0.0.0/0", "::/0"), exact: false };
/** The address of the metadata service of an instance. */
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

/** Whether two ranges share an address. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Whether a range contains all addresses of another one. */
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
