import { isIP } from "node:net";

/** An address range. Its arithmetic is independent of the library's, so that an error in one does not hide in the other. */
export interface Range {
  readonly family: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly hasHostBits: boolean;
}

export function range(cidr: string): Range | undefined {
  const [address = "", length = ""] = cidr.split("/");
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  if (family === 0 || !/^\d+$/.test(length) || Number(length) > width) return undefined;
  const size = 1n << BigInt(width - Number(length));
  const value = family === 4 ? join(address.split("."), 8n, 10) : join(groups(address), 16n, 16);
  const first = value - (value % size);
  return { family, first, last: first + size - 1n, hasHostBits: value !== first };
}

export function overlap(a: Range, b: Range): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

function join(parts: string[], bits: bigint, radix: number): bigint {
  return parts.reduce((value, part) => (value << bits) + BigInt(parseInt(part, radix)), 0n);
}

function groups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = !tail ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after];
}
