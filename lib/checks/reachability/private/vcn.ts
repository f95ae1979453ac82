import { Tri } from "./three-valued-logic";
import { type AddressRange, overlaps, type Place } from "./address-ranges";
import { type Json, type Resolved } from "./terraform-model";

const VCN = "oci_core_vcn";

/** The VCN of an interface: a resource of the configuration, an OCID, or a data source. */
export interface Vcn {
  readonly kind: "resource" | "ocid" | "data";
  readonly key: string;
}

/** The VCN of a value; undefined if it is unknown before Terraform runs. */
export function vcnOf(resolved: Resolved): Vcn | undefined {
  if (resolved.kind === "resource") {
    const { type, key } = resolved.resource;
    return { kind: type === VCN ? "resource" : "data", key };
  }
  const isOcid = resolved.kind === "literal" && /^ocid1\.vcn\./.test(String(resolved.value));
  return isOcid ? { kind: "ocid", key: String(resolved.value) } : undefined;
}

/**
 * Whether two interfaces are in one VCN.
 *
 * A VCN that one stack creates and one that another stack refers to by OCID may be the same.
 */
export function isSameVcn(one: Vcn | undefined, other: Vcn | undefined): Tri {
  if (!one || !other) return Tri.MAYBE;
  if (one.key === other.key) return Tri.YES;
  return one.kind === other.kind && one.kind !== "data" ? Tri.NO : Tri.MAYBE;
}

/** The known addresses of a VCN. */
export interface VcnRanges {
  readonly ranges: readonly AddressRange[];
  /** The address families in which it may have further addresses. */
  readonly more: readonly (4 | 6)[];
}

export const NO_RANGES: VcnRanges = { ranges: [], more: [4, 6] };

/** The addresses of a VCN in its configuration; Oracle assigns the IPv6 block when it creates the VCN. */
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

/** Whether a place may be inside a VCN, whose addresses may be unknown. */
export function mayContain({ ranges, more }: VcnRanges, place: Place): Tri {
  const overlapsKnown = place.ranges.some((addresses) => ranges.some((range) => overlaps(range, addresses)));
  return overlapsKnown || place.ranges.some(({ family }) => more.includes(family)) ? Tri.MAYBE : Tri.NO;
}
