import { and, any, Tri, when } from "./label-selector";
import { hasPorts, isIcmp, type Packets, type Span, spanHolds, spansMeet } from "./packets";
import { type AddressRange, isWithin, mayBeServices, type Place } from "./ranges";
import { type Vcn } from "./vcn";

/** The services behind a label: all of the region, or object storage, or those of a label that is not known. */
export type ServiceLabel = "all" | "object-storage" | "unknown";

/** What a rule names as its other end. */
export type RuleEnd =
  | { readonly kind: "range"; readonly range: AddressRange }
  | { readonly kind: "group"; readonly key: string; readonly document?: number }
  | { readonly kind: "services"; readonly label: ServiceLabel }
  | { readonly kind: "unknown"; readonly why: string };

/** A rule of a security group or a security list, as far as it is known. */
export interface SecurityRule {
  /** How a reader finds it: its Terraform address, with its place in a list. */
  readonly address: string;
  readonly incoming: boolean;
  readonly stateless: boolean;
  /** Whether it may be stateless too, as that is not known yet. */
  readonly maybeStateless?: boolean;
  /** The number of the protocol; undefined for all. */
  readonly protocol?: number;
  readonly source?: Span;
  readonly destination?: Span;
  readonly end: RuleEnd;
  /** Why it may say less than it seems to, where that is not known before Terraform or a controller has run. */
  readonly doubt?: string;
}

/** Somebody as the rules and policies of the other end see them. */
export interface Peer {
  readonly name: string;
  readonly places: readonly Place[];
  /** The keys of the security groups. */
  readonly groups: ReadonlySet<string>;
  /** Whether there may be groups that are not known. */
  readonly moreGroups?: boolean;
  /** Set for Oracle services. */
  readonly services?: ServiceLabel;
  /** Where it is: an interface of a VCN, known or not; what is in none; or hosts of which only the addresses are known. */
  readonly home: { readonly vcn: Vcn | undefined } | "nowhere" | "anywhere";
  /** Set for a pod: its namespace and labels, and where policies see it. */
  readonly pod?: PodIdentity;
  /** Whether pods that nobody described are among it: any selector may mean them. */
  readonly maybePod?: boolean;
  /** Set where packets to it leave the node by no VNIC rule: the metadata service. */
  readonly isLinkLocal?: boolean;
}

/** What policies ask of a pod. */
export interface PodIdentity {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** The keys of labels that its controller writes, of which the values are not known. */
  readonly written?: readonly string[];
  /** The container ports, or undefined where they are not known. */
  readonly ports?: readonly PodPort[];
  /** Where policies see the pod, if not where the rules do: an overlay has addresses of its own. */
  readonly overlay?: Place;
}

/** A named port of a container. */
export interface PodPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** Whether a label of services names a peer at a place; which addresses of a region are Oracle's, no configuration says. */
export function matchesLabel(label: ServiceLabel, { services, home }: Peer, place: Place): Tri {
  if (services !== undefined) return matchesServices(label, services);
  return home === "anywhere" && mayBeServices(place) ? Tri.MAYBE : Tri.NO;
}

function matchesServices(label: ServiceLabel, asked: ServiceLabel): Tri {
  if (label === "unknown" || asked === "unknown") return Tri.MAYBE;
  // Whoever asks for all of them asks for object storage too.
  return label === "all" || label === asked ? Tri.YES : Tri.NO;
}

/** Whether a group is made by another document than this one, which then may name it by its OCID. */
export function isMadeElsewhere(key: string, document: number): boolean {
  return /^\d+:/.test(key) && !key.startsWith(`${document}:`);
}

function mayBeOneOf({ key, document }: { key: string; document?: number }, { groups }: Peer): boolean {
  if (document === undefined || !key.startsWith("ocid1.")) return false;
  return [...groups].some((one) => isMadeElsewhere(one, document));
}

/** Whether the other end of a rule is this peer, at this place of it. */
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

/** Whether a rule is about these packets at all; the packets were cut along the rule's spans. */
function matchesPackets(rule: SecurityRule, packets: Packets): Tri {
  if (rule.protocol === undefined) return Tri.YES;
  if (rule.protocol !== packets.protocol) return Tri.NO;
  if (!hasPorts(packets.protocol) && !isIcmp(packets.protocol)) return Tri.YES;
  const { source, destination } = rule;
  return and(
    when(!source || spanHolds(source, packets.source)),
    when(!destination || spanHolds(destination, packets.destination)),
  );
}

/** Whether a rule lets packets of this peer through. */
export function matches(rule: SecurityRule, packets: Packets, peer: Peer, place: Place): Tri {
  const match = and(matchesPackets(rule, packets), matchesEnd(rule.end, peer, place));
  return match !== Tri.NO && rule.doubt !== undefined ? Tri.MAYBE : match;
}

/** The rules of one direction of an interface, found by the group that they name: most of a large network's name one. */
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

  /** The rules that some of the packets of a peer may fit, in no order that means anything. */
  public candidates(packets: Packets, peer: Peer): SecurityRule[] {
    const named = peer.moreGroups
      ? this.rules
      : [...[...peer.groups].flatMap((key) => this.byGroup.get(key) ?? []), ...this.others];
    return named.filter(
      (rule) =>
        isAbout(rule, packets) && any(peer.places, (place) => matchesEnd(rule.end, peer, place)) !== Tri.NO,
    );
  }
}

function isAbout({ protocol, source, destination }: SecurityRule, packets: Packets): boolean {
  if (protocol === undefined) return true;
  if (protocol !== packets.protocol) return false;
  return (
    (!source || spansMeet(source, packets.source)) &&
    (!destination || spansMeet(destination, packets.destination))
  );
}
