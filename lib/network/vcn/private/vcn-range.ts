import { isIP } from "node:net";
import { type Cidr, cidrAt, overlaps } from "../../../core/cidr";
import { checkedBy, cidr, type Reader } from "../../../core/readers";
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

/** Reads the range of a VCN to create, of a size that OCI creates. */
export const vcnRange: Reader<Cidr> = (problems, name, value) =>
  checkHostBits(problems, name, value) ? VCN_RANGE(problems, name, value) : undefined;

const VCN_RANGE = checkedBy(cidr(), (problems, name, vcn) => {
  for (const { cidr: reserved, use } of RESERVED.filter((range) => overlaps(range.cidr, vcn))) {
    problems.add(
      "CIDR_RESERVED",
      `${name} is ${vcn.text}, but the addresses of ${reserved.text} are ${use}`,
      'Use a block in 10.0.0.0/8, 172.16.0.0/12, or 192.168.0.0/16, for example "10.0.0.0/16"',
    );
  }
  if (vcn.prefix >= LARGEST_VCN && vcn.prefix <= SMALLEST_SUBNET) return;
  problems.add(
    "SUBNET_SIZE",
    `${name} is ${vcn.text}, a /${vcn.prefix}`,
    `Give a range from a /${LARGEST_VCN} to a /${SMALLEST_VCN}, which just holds the four subnets`,
  );
});

/** Adds a problem for an address within a range; the fix is the range of a VCN that OCI creates and that contains the address. */
function checkHostBits(problems: Problems, name: string, text: unknown): boolean {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(String(text)) ?? [];
  if (isIP(address) !== 4 || Number(length) > 32) return true;
  const number = address.split(".").reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (number % 2n ** BigInt(32 - Number(length)) === 0n) return true;
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
  return false;
}
