import { type Port, IpProtocol } from "../../../core/port";

/** A range of whole numbers: ports, or types or codes of ICMP. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Packets of one protocol.
 *
 * For ICMP, the destination is the type and the source is the code; for other protocols there are none.
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

export const ALL_PORTS: Span = { from: 1, to: 65535 };
export const ICMP_VALUES: Span = { from: 0, to: 255 };
const NONE: Span = { from: 0, to: 0 };

/** The first port that ordinary programs connect from; only system programs use lower ones. */
export const FIRST_CLIENT_PORT = 1024;

export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP;
}

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

export function spanContains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

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
