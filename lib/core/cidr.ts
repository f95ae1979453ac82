import { Token } from "cdktf";
import { Address4, Address6 } from "ip-address";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { type Reader } from "./value-readers";

/** A CIDR block whose host bits are zero. */
export interface Cidr {
  readonly text: string;
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** The rules for checking a list of CIDR blocks. */
export interface CidrRules {
  /** Whether IPv6 blocks are supported. @default false */
  readonly ipv6?: boolean;
  /** Whether the list may be as wide as the internet. @default false */
  readonly wide?: boolean;
  /** The factory for allowing every address, if there is one. */
  readonly everyone?: string;
}

// A quarter of a private network is a typical branch; four /8 networks is more than any company's own ranges.
const WIDEST = { 4: { prefix: 8, total: 2n ** 26n }, 6: { prefix: 19, total: 2n ** 109n } } as const;

function parse(text: string): Cidr | undefined {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const Address = text.includes(":") ? Address6 : Address4;
  if (!Address.isValid(text)) return undefined;
  const address = new Address(text);
  const family = text.includes(":") ? 6 : 4;
  return {
    text,
    family,
    prefix: address.subnetMask,
    first: address.startAddress().bigInt(),
    last: address.endAddress().bigInt(),
  };
}

/** The block that starts at an address, in text form. */
export function cidrAt(first: bigint, prefix: number): Cidr {
  const text = `${[24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 255n).join(".")}/${prefix}`;
  return { text, family: 4, prefix, first, last: first + (1n << BigInt(32 - prefix)) - 1n };
}

/** OCI reserves the first two addresses and the last one of every subnet. */
export const RESERVED_ADDRESSES = 3;

/** The number of addresses in a block. */
export function sizeOf(cidr: Cidr): number {
  return Number(cidr.last - cidr.first + 1n);
}

/** The number of addresses in a subnet that are available for VNICs. */
export function usableAddresses(cidr: Cidr): number {
  return sizeOf(cidr) - RESERVED_ADDRESSES;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

// See https://www.rfc-editor.org/rfc/rfc1918 and https://www.rfc-editor.org/rfc/rfc6598
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

/** The private ranges, for the fix of a problem. */
export const PRIVATE_RANGES = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10";

/** Whether a part of the block is private, so that a NAT gateway can't reach it. */
export function isPrivate(block: Cidr): boolean {
  return PRIVATE.some((range) => overlaps(range, block));
}

/** Whether the whole block is private. */
export function isInsidePrivate(block: Cidr): boolean {
  return PRIVATE.some((range) => contains(range, block));
}

/** The first address range of a block, written as a block of the same size with zero host bits. */
function withoutHostBits(cidr: Cidr): string {
  const Address = cidr.family === 6 ? Address6 : Address4;
  return `${new Address(cidr.text).startAddress().correctForm()}/${cidr.prefix}`;
}

function hasHostBits(cidr: Cidr): boolean {
  const Address = cidr.family === 6 ? Address6 : Address4;
  return new Address(cidr.text.split("/")[0]).bigInt() !== cidr.first;
}

function notABlock(name: string, text: unknown): string {
  if (text === undefined || text === null) return `${name} was not given`;
  if (Token.isUnresolved(text)) return `${name} is a reference to a Terraform value, which is not known yet`;
  return `${name} is ${shown(text)}, which is not a CIDR block`;
}

function blockFix(text: unknown): string {
  const example = 'Write an address and a prefix length, for example "10.0.0.0/16"';
  if (Token.isUnresolved(text)) return `${example}: the block itself is needed here`;
  return `${example}; a single address is "192.0.2.10/32"`;
}

/** Reads one CIDR block and adds its problems. */
export function readCidr(problems: Problems, name: string, text: string): Cidr | undefined {
  const cidr = typeof text === "string" ? parse(text) : undefined;
  if (!cidr) {
    problems.add("CIDR_INVALID", notABlock(name, text), blockFix(text));
    return undefined;
  }
  if (hasHostBits(cidr)) {
    const fix = withoutHostBits(cidr);
    problems.add(
      "CIDR_HOST_BITS",
      `${name} is ${text}, whose address has bits set beyond the first ${cidr.prefix}`,
      `Write ${fix} for the range, or ${text.split("/")[0]}/${cidr.family === 4 ? 32 : 128} for the one address`,
    );
    return undefined;
  }
  return cidr;
}

/** Reads one CIDR block of an IPv4 network. */
export function readIpv4Cidr(problems: Problems, name: string, text: string): Cidr | undefined {
  const cidr = readCidr(problems, name, text);
  if (cidr?.family !== 6) return cidr;
  problems.add(
    "CIDR_IPV6",
    `${name} is ${text}, an IPv6 block`,
    'Write an IPv4 block, for example "10.0.0.0/16"',
  );
  return undefined;
}

/** Reads one IPv4 CIDR block; a reference to a Terraform value passes, as its value is not known yet. */
export function readIpv4CidrIfKnown(problems: Problems, name: string, text: string): Cidr | undefined {
  return Token.isUnresolved(text) ? undefined : readIpv4Cidr(problems, name, text);
}

/** A CIDR block as it was given; a reference to a Terraform value has no `block`, as its value is not known yet. */
export interface GivenCidr {
  readonly text: string;
  readonly block?: Cidr;
}

/** Reads one CIDR block, as a literal; only IPv4, unless IPv6 is supported. */
export function cidr({ ipv6 = false }: { readonly ipv6?: boolean } = {}): Reader<Cidr> {
  const read = ipv6 ? readCidr : readIpv4Cidr;
  return (problems, name, value) => read(problems, name, value as string);
}

/** Reads one IPv4 CIDR block, or a reference to a Terraform value. */
export function cidrOrReference(): Reader<GivenCidr> {
  return (problems, name, value) => {
    if (typeof value === "string" && Token.isUnresolved(value)) return { text: value };
    const block = readIpv4Cidr(problems, name, value as string);
    return block && { text: block.text, block };
  };
}

/** Reads a list of CIDR blocks that limits who may connect, as `readCidrs` does. */
export function cidrs(rules: CidrRules = {}): Reader<readonly GivenCidr[]> {
  return (problems, name, value) => {
    const before = problems.count;
    const texts = readCidrs(problems, name, value as string[], rules);
    return problems.count === before ? texts.map(givenCidr) : undefined;
  };
}

/** Reads such a list whose blocks must be literals, because their values matter. */
export function literalCidrs(rules: CidrRules = {}): Reader<readonly Cidr[]> {
  const read = rules.ipv6 ? readCidr : readIpv4Cidr;
  const list = cidrs(rules);
  return (problems, name, value) => {
    const ranges = list(problems, name, value);
    const blocks = ranges?.map(({ text, block }) => block ?? read(problems, name, text));
    return blocks?.every((block) => block !== undefined) ? blocks : undefined;
  };
}

function givenCidr(text: string): GivenCidr {
  return Token.isUnresolved(text) ? { text } : { text, block: parse(text) };
}

/** The number of different addresses that the blocks cover together. */
function coverage(cidrs: readonly Cidr[]): bigint {
  const sorted = [...cidrs].sort((a, b) => (a.first < b.first ? -1 : 1));
  let end = -1n;
  let total = 0n;
  for (const { first, last } of sorted) {
    if (last <= end) continue;
    total += last - (first > end ? first : end + 1n) + 1n;
    end = last;
  }
  return total;
}

function checkWidth(
  problems: Problems,
  name: string,
  cidrs: readonly Cidr[],
  everyone: string | undefined,
): void {
  const fix =
    "Name the ranges that need access, such as those of a VCN, an office, or a VPN" +
    (everyone === undefined ? "" : `; for all addresses, write ${everyone}`);
  const wide = cidrs.filter((cidr) => cidr.prefix < WIDEST[cidr.family].prefix);
  for (const cidr of wide) {
    const limit = WIDEST[cidr.family].prefix;
    problems.add("CIDR_TOO_WIDE", `${name} holds ${cidr.text}, which is wider than a /${limit}`, fix);
  }
  if (wide.length > 0) return;
  for (const family of [4, 6] as const) {
    const own = cidrs.filter((cidr) => cidr.family === family);
    if (coverage(own) <= WIDEST[family].total) continue;
    problems.add(
      "CIDR_TOO_WIDE",
      `${name} holds ${own.length} blocks that together cover ${coverage(own).toLocaleString("en")} addresses`,
      fix,
    );
  }
}

function notAList(name: string, texts: unknown): string {
  if (texts === undefined || texts === null) return `${name} was not given`;
  return `${name} is ${shown(texts)}, not a list of CIDR blocks`;
}

/**
 * Reads a list of CIDR blocks that limits who may connect; sorted and without duplicates.
 *
 * Terraform references are kept as they are, at the end: their values are not known yet, and their placeholders have no stable order.
 */
export function readCidrs(
  problems: Problems,
  name: string,
  texts: readonly string[],
  rules: CidrRules = {},
): string[] {
  if (!Array.isArray(texts) || Token.isUnresolved(texts)) {
    problems.add("CIDR_INVALID", notAList(name, texts), `Give a list of blocks, for example ["10.0.0.0/16"]`);
    return [];
  }
  if (texts.length === 0) {
    problems.add(
      "CIDR_LIST_EMPTY",
      `${name} is empty`,
      'Name at least one range, for example ["10.0.0.0/16"]',
    );
    return [];
  }
  const literals = texts.filter((text) => !Token.isUnresolved(text));
  const read = rules.ipv6 ? readCidr : readIpv4Cidr;
  const cidrs = literals.map((text) => read(problems, name, text)).filter((cidr) => cidr !== undefined);
  if (!rules.wide) checkWidth(problems, name, cidrs, rules.everyone);
  const references = texts.filter((text) => Token.isUnresolved(text));
  return [...new Set([...literals.sort(), ...references])];
}
