import { isIP } from "node:net";
import { type Cidr, cidrAt, overlaps, readIpv4Cidr } from "../../../core/cidr";
import { type Problems } from "../../../core/validation-error";

/** The largest VCN, as a prefix length. */
export const LARGEST_VCN = 16;
/** The smallest VCN with room for a cluster, as a prefix length; OCI also creates smaller ones. */
export const SMALLEST_VCN = 27;
/** The smallest VCN and the smallest subnet, as a prefix length. */
export const SMALLEST_SUBNET = 30;

// See https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm#Reserved
const RESERVED = [
  { cidr: cidrAt(0n, 8), use: 'of "this" network' },
  { cidr: cidrAt(0x7f000000n, 8), use: "for loopback" },
  { cidr: cidrAt(0xa9fe0000n, 16), use: "link-local, for boot volumes and instance metadata" },
  { cidr: cidrAt(0xe0000000n, 4), use: "for multicast" },
  { cidr: cidrAt(0xf0000000n, 4), use: "reserved for the future" },
];

/** Reads the range of a VCN to create; undefined if OCI creates no such VCN. */
export function readVcnRange(problems: Problems, name: string, text: string): Cidr | undefined {
  if (checkMade(problems, name, text)) return undefined;
  const vcn = readIpv4Cidr(problems, name, text);
  if (!vcn) return undefined;
  const reserved = RESERVED.filter(({ cidr }) => overlaps(cidr, vcn));
  for (const { cidr, use } of reserved) {
    problems.add(
      "CIDR_RESERVED",
      `${name} is ${vcn.text}, but the addresses of ${cidr.text} are ${use}`,
      'Use a block in 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16, for example "10.0.0.0/16"',
    );
  }
  const ofSize = vcn.prefix >= LARGEST_VCN && vcn.prefix <= SMALLEST_SUBNET;
  if (!ofSize) {
    problems.add(
      "SUBNET_SIZE",
      `${name} is ${vcn.text}, a /${vcn.prefix}`,
      `Give a range from a /${LARGEST_VCN} to a /${SMALLEST_VCN}, which just holds the four subnets`,
    );
  }
  return ofSize && reserved.length === 0 ? vcn : undefined;
}

/** Adds a problem for an address of a range, and advises a VCN that can be made: not the whole range, nor the one address. */
function checkMade(problems: Problems, name: string, text: unknown): boolean {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(String(text)) ?? [];
  if (isIP(address) !== 4 || Number(length) > 32) return false;
  const number = address.split(".").reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (number % 2n ** BigInt(32 - Number(length)) === 0n) return false;
  const prefix = Math.min(Math.max(Number(length), LARGEST_VCN), SMALLEST_VCN);
  const size = 2n ** BigInt(32 - prefix);
  const advised = cidrAt((number / size) * size, prefix);
  const isReserved = RESERVED.some(({ cidr }) => overlaps(cidr, advised));
  problems.add(
    "CIDR_HOST_BITS",
    `${name} is ${text as string}, whose address has bits set beyond the first ${length}`,
    isReserved
      ? 'Use a block in 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16, for example "10.0.0.0/16"'
      : `Write ${advised.text} for a VCN that contains the address`,
  );
  return true;
}
