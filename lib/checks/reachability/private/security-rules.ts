import {
  type AddressRange,
  hasPorts,
  isIcmp,
  isWithin,
  mayBeServices,
  overlaps,
  type Packets,
  type Place,
  type Span,
  spanContains,
  spansOverlap,
} from "./packets";
import { type Json, type Resolved } from "./terraform-model";
import { and, any, Tri, when } from "./three-valued-logic";

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
export function isSameVcn(vcn: Vcn | undefined, other: Vcn | undefined): Tri {
  if (!vcn || !other) return Tri.MAYBE;
  if (vcn.key === other.key) return Tri.YES;
  return vcn.kind === other.kind && vcn.kind !== "data" ? Tri.NO : Tri.MAYBE;
}

/** The known addresses of a VCN. */
export interface VcnRanges {
  readonly ranges: readonly AddressRange[];
  /** The address families in which it may have further addresses. */
  readonly unknownFamilies: readonly (4 | 6)[];
}

export const NO_RANGES: VcnRanges = { ranges: [], unknownFamilies: [4, 6] };

/** The addresses of a VCN in its configuration; Oracle assigns the IPv6 block when it creates the VCN. */
export function rangesOfVcn(resolved: Resolved, read: (attributes: string[]) => Place[]): VcnRanges {
  if (resolved.kind !== "resource" || resolved.resource.type !== VCN) return NO_RANGES;
  const { body } = resolved.resource;
  const places = read(["cidr_blocks", "cidr_block", "ipv6private_cidr_blocks"]);
  const ranges = places.filter(({ exact }) => exact).flatMap(({ ranges }) => [...ranges]);
  const unknownFamilies: (4 | 6)[] = [
    ...(places.every(({ exact }) => exact) ? [] : [4 as const]),
    ...(hasIpv6(body) ? [6 as const] : []),
  ];
  return { ranges, unknownFamilies };
}

function hasIpv6({ is_ipv6enabled: isEnabled, byoipv6cidr_details: own }: Json): boolean {
  return ![undefined, false, "false"].includes(isEnabled) || own !== undefined;
}

/** Whether a place may be inside a VCN, whose addresses may be unknown. */
export function mayContain({ ranges, unknownFamilies }: VcnRanges, place: Place): Tri {
  const overlapsKnown = place.ranges.some((addresses) => ranges.some((range) => overlaps(range, addresses)));
  return overlapsKnown || place.ranges.some(({ family }) => unknownFamilies.includes(family))
    ? Tri.MAYBE
    : Tri.NO;
}

/** The services of a label: all of the region, Object Storage, or those of an unknown label. */
export type ServiceLabel = "all" | "object-storage" | "unknown";

/** The source or destination of a rule. */
export type RuleEnd =
  | { readonly kind: "range"; readonly range: AddressRange }
  | { readonly kind: "group"; readonly key: string; readonly document?: number }
  | { readonly kind: "services"; readonly label: ServiceLabel }
  | { readonly kind: "unknown"; readonly why: string };

/** A rule of a security group or a security list. */
export interface SecurityRule {
  /** The Terraform address, with the index in a list. */
  readonly address: string;
  readonly incoming: boolean;
  readonly stateless: boolean;
  /** Whether it is unknown if the rule is stateless. */
  readonly maybeStateless?: boolean;
  /** The number of the protocol; undefined for all. */
  readonly protocol?: number;
  readonly source?: Span;
  readonly destination?: Span;
  readonly end: RuleEnd;
  /** The reason why the rule may match fewer packets, or not exist, until Terraform or a controller has run. */
  readonly doubt?: string;
}

/** An end as rules and policies of the other end match it. */
export interface Peer {
  readonly name: string;
  readonly places: readonly Place[];
  /** The keys of the security groups. */
  readonly groups: ReadonlySet<string>;
  /** Whether there may be further, unknown groups. */
  readonly moreGroups?: boolean;
  /** The services, for Oracle services. */
  readonly services?: ServiceLabel;
  /** The location: an interface in a VCN, which may be unknown; outside every VCN; or hosts with known addresses only. */
  readonly home: { readonly vcn: Vcn | undefined } | "nowhere" | "anywhere";
  /** The identity, for a pod. */
  readonly pod?: PodIdentity;
  /** Whether it may include pods with unknown labels, which any selector may match. */
  readonly maybePod?: boolean;
  /** Whether it has link-local addresses, which security rules do not filter: the metadata service. */
  readonly isLinkLocal?: boolean;
}

/** The properties of a pod that policies refer to. */
export interface PodIdentity {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** The keys of labels that its controller sets, with unknown values. */
  readonly controllerLabels?: readonly string[];
  /** The container ports; undefined if they are unknown. */
  readonly ports?: readonly PodPort[];
  /** The addresses that policies match, if they differ from those of security rules: those of an overlay. */
  readonly overlay?: Place;
}

/** A named port of a container. */
export interface PodPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** Whether a service label matches a peer at a place; no configuration contains the addresses of Oracle services. */
export function matchesLabel(label: ServiceLabel, { services, home }: Peer, place: Place): Tri {
  if (services !== undefined) return matchesServices(label, services);
  return home === "anywhere" && mayBeServices(place) ? Tri.MAYBE : Tri.NO;
}

function matchesServices(label: ServiceLabel, services: ServiceLabel): Tri {
  if (label === "unknown" || services === "unknown") return Tri.MAYBE;
  // A rule for all services covers Object Storage.
  return label === "all" || label === services ? Tri.YES : Tri.NO;
}

/** Whether the group belongs to another document, so that this document may refer to it by its OCID. */
export function isOfOtherDocument(key: string, document: number): boolean {
  return /^\d+:/.test(key) && !key.startsWith(`${document}:`);
}

function mayBeOneOf({ key, document }: { key: string; document?: number }, { groups }: Peer): boolean {
  if (document === undefined || !key.startsWith("ocid1.")) return false;
  return [...groups].some((group) => isOfOtherDocument(group, document));
}

/** Whether the source or destination of a rule matches a peer at a place. */
function matchesEnd(end: RuleEnd, peer: Peer, place: Place): Tri {
  switch (end.kind) {
    case "range":
      return isWithin(place, end.range);
    case "group":
      if (peer.groups.has(end.key)) return Tri.YES;
      return peer.moreGroups || mayBeOneOf(end, peer) ? Tri.MAYBE : Tri.NO;
    case "services":
      return matchesLabel(end.label, peer, place);
    case "unknown":
      return Tri.MAYBE;
  }
}

/** Whether a rule matches packets, which were split by the spans of the rule. */
function matchesPackets(rule: SecurityRule, packets: Packets): Tri {
  if (rule.protocol === undefined) return Tri.YES;
  if (rule.protocol !== packets.protocol) return Tri.NO;
  if (!hasPorts(packets.protocol) && !isIcmp(packets.protocol)) return Tri.YES;
  const { source, destination } = rule;
  return and(
    when(!source || spanContains(source, packets.source)),
    when(!destination || spanContains(destination, packets.destination)),
  );
}

/** Whether a rule allows packets from or to a peer. */
export function matches(rule: SecurityRule, packets: Packets, peer: Peer, place: Place): Tri {
  const match = and(matchesPackets(rule, packets), matchesEnd(rule.end, peer, place));
  return match !== Tri.NO && rule.doubt !== undefined ? Tri.MAYBE : match;
}

/** The rules of one direction of an interface, indexed by group: most rules of a large network refer to a group. */
export class RuleIndex {
  private readonly byGroup = new Map<string, SecurityRule[]>();
  private readonly others: SecurityRule[] = [];

  constructor(private readonly rules: readonly SecurityRule[]) {
    for (const rule of rules) {
      if (rule.end.kind !== "group" || rule.end.key.startsWith("ocid1.")) {
        this.others.push(rule);
        continue;
      }
      const same = this.byGroup.get(rule.end.key);
      if (same) same.push(rule);
      else this.byGroup.set(rule.end.key, [rule]);
    }
  }

  /** The rules that may match some of the packets, in no particular order. */
  public candidates(packets: Packets, peer: Peer): SecurityRule[] {
    const relevant = peer.moreGroups
      ? this.rules
      : [...[...peer.groups].flatMap((key) => this.byGroup.get(key) ?? []), ...this.others];
    return relevant.filter(
      (rule) =>
        mayMatch(rule, packets) && any(peer.places, (place) => matchesEnd(rule.end, peer, place)) !== Tri.NO,
    );
  }
}

function mayMatch({ protocol, source, destination }: SecurityRule, packets: Packets): boolean {
  if (protocol === undefined) return true;
  if (protocol !== packets.protocol) return false;
  return (
    (!source || spansOverlap(source, packets.source)) &&
    (!destination || spansOverlap(destination, packets.destination))
  );
}
