import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { cidrAt, contains, overlaps, readIpv4Cidr, type Cidr } from "../core/cidr";
import { Problems } from "../core/validation-error";

// See https://www.rfc-editor.org/rfc/rfc1918 and https://www.rfc-editor.org/rfc/rfc6598
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

const UNREACHABLE = [
  { cidr: cidrAt(0n, 8), use: 'mean "this" network' },
  { cidr: cidrAt(0x7f000000n, 8), use: "are for loopback" },
  {
    cidr: cidrAt(0xa9fe0000n, 16),
    use: "are link-local: OCI serves DNS and metadata there, without a route",
  },
  { cidr: cidrAt(0xe0000000n, 4), use: "are for multicast" },
  { cidr: cidrAt(0xf0000000n, 4), use: "are reserved" },
];

/** A block of which is known already whether it is one. */
export function blockOf(text: string): Cidr | undefined {
  return readIpv4Cidr(new Problems("The block"), "It", text);
}

/** The block that something says, where it is known: what was not given throws when it is read, and references say nothing yet. */
export function knownBlock(scope: IConstruct, read: () => string | undefined): Cidr | undefined {
  const text = new Problems(scope).collect(read);
  return text === undefined || Token.isUnresolved(text) ? undefined : blockOf(text);
}

/** The blocks of a list, of which what is wrong was said before; references to Terraform values are refused here. */
export function literalBlocks(problems: Problems, name: string, texts: readonly string[]): Cidr[] {
  for (const text of texts.filter((one) => Token.isUnresolved(one))) readIpv4Cidr(problems, name, text);
  return texts.map(blockOf).filter((cidr) => cidr !== undefined);
}

/** Whether a NAT gateway can't reach a part of the block, because it is not of the internet. */
export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => overlaps(range, cidr));
}

/** Whether all of the block is private. */
export function isInsidePrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => contains(range, cidr));
}

/** Whether a part of the block is of no host: loopback, link-local, multicast or reserved. */
export function isUnreachable(cidr: Cidr): boolean {
  return UNREACHABLE.some((range) => overlaps(range.cidr, cidr));
}

/** Adds a problem where no gateway can reach a block. */
export function checkReachable(problems: Problems, name: string, cidr: Cidr): void {
  // What is wider is refused for that.
  const range = cidr.prefix < 8 ? undefined : UNREACHABLE.find((one) => overlaps(one.cidr, cidr));
  if (range === undefined) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, whose addresses ${range.use}`,
    "Give the range of the hosts that are to be reached",
  );
}

/** Adds a problem where a destination is of the VCN itself. */
export function checkOutside(problems: Problems, name: string, cidr: Cidr, vcn: Cidr): void {
  if (!overlaps(cidr, vcn)) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, which overlaps the VCN's own ${vcn.text}`,
    "Leave the VCN's addresses out: inside of it no route is needed, and two groups are connected by allowTo of one of them",
  );
}
