import { Tri } from "./label-selector";
import { type AddressRange, meets, type Place } from "./ranges";
import { type Json, type Resolved } from "./terraform-model";

const VCN = "oci_core_vcn";

/** The VCN of an interface: one that the configuration makes, one that it names by its OCID, or one that it looks up. */
export interface Vcn {
  readonly kind: "made" | "named" | "found";
  readonly key: string;
}

/** The VCN that a value names; nothing where that is not known before Terraform runs. */
export function vcnOf(resolved: Resolved): Vcn | undefined {
  if (resolved.kind === "resource") {
    const { type, key } = resolved.resource;
    return { kind: type === VCN ? "made" : "found", key };
  }
  const isOcid = resolved.kind === "literal" && /^ocid1\.vcn\./.test(String(resolved.value));
  return isOcid ? { kind: "named", key: String(resolved.value) } : undefined;
}

/**
 * Whether two interfaces are in one VCN.
 *
 * What one stack makes another one may name by its OCID, so that of these two nobody knows.
 */
export function isSameVcn(one: Vcn | undefined, other: Vcn | undefined): Tri {
  if (!one || !other) return Tri.MAYBE;
  if (one.key === other.key) return Tri.YES;
  return one.kind === other.kind && one.kind !== "found" ? Tri.NO : Tri.MAYBE;
}

/** The addresses of a VCN, as far as they are known. */
export interface VcnRanges {
  readonly ranges: readonly AddressRange[];
  /** The families of addresses of which it may have more. */
  readonly more: readonly (4 | 6)[];
}

export const NO_RANGES: VcnRanges = { ranges: [], more: [4, 6] };

/** The addresses that a VCN of the configuration is made with; those of IPv6 Oracle gives it, and tells when it is made. */
export function rangesOfVcn(resolved: Resolved, read: (attributes: string[]) => Place[]): VcnRanges {
  if (resolved.kind !== "resource" || resolved.resource.type !== VCN) return NO_RANGES;
  const { body } = resolved.resource;
  const places = read(["cidr_blocks", "cidr_block", "ipv6private_cidr_blocks"]);
  const ranges = places.filter(({ exact }) => exact).flatMap(({ ranges }) => [...ranges]);
  const more: (4 | 6)[] = [
    ...(places.every(({ exact }) => exact) ? [] : [4 as const]),
    ...(hasIpv6(body) ? [6 as const] : []),
  ];
  return { ranges, more };
}

function hasIpv6({ is_ipv6enabled: isEnabled, byoipv6cidr_details: own }: Json): boolean {
  return ![undefined, false, "false"].includes(isEnabled) || own !== undefined;
}

/** Whether a place may be one of the addresses of a VCN, known or not. */
export function mayHold({ ranges, more }: VcnRanges, place: Place): Tri {
  const meetsKnown = place.ranges.some((one) => ranges.some((range) => meets(range, one)));
  return meetsKnown || place.ranges.some(({ family }) => more.includes(family)) ? Tri.MAYBE : Tri.NO;
}
