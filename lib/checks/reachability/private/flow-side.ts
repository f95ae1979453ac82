import { type Labels } from "./packet-routing";
import { contains, cutPlaces, isWithin, type Packets, type Place, type Span, TCP } from "./packets";
import { type PodPolicies } from "./pod-policies";
import { type Exposure, rangesOfRoutes, route, type Routed, type RouteTable } from "./route-tables";
import {
  isSameVcn,
  matches,
  mayContain,
  type Peer,
  type RuleIndex,
  type SecurityRule,
  type Vcn,
  type VcnRanges,
} from "./security-rules";
import { and, any, not, or, Tri } from "./three-valued-logic";

/** The rules and routes of an interface, and the policies of its pod. */
export interface Guard {
  /** The names of the groups and lists that contain the rules, for messages. */
  readonly groupsAndLists: string;
  readonly ingress: RuleIndex;
  readonly egress: RuleIndex;
  readonly routes: RouteTable;
  readonly exposure: Exposure;
  /** The VCN, if it is known. */
  readonly vcn?: Vcn;
  /** The addresses of the VCN. */
  readonly vcnRanges: VcnRanges;
  /** The labels of Zero Trust Packet Routing, if the interface has any. */
  readonly packetRouting?: Labels;
  /** Set if there is no Terraform configuration, so that only policies can be evaluated. */
  readonly policiesOnly?: boolean;
  /** The policies of a pod, if an engine enforces them. */
  readonly policies?: PodPolicies;
}

/** An end of a flow: an interface or a range of addresses. */
export interface End {
  /** The end as rules and policies of the other end match it. */
  readonly peer: Peer;
  /** What filters its packets; undefined for an end outside the configuration. */
  readonly guard?: Guard;
  /** The overlay addresses, for a pod of an overlay network. */
  readonly overlay?: Place;
  readonly isNode?: boolean;
  /** A key shared by several ends if only one of them exists, and it is unknown which. */
  readonly oneOf?: string;
}

/** Whether both ends are in one VCN, without looking at their addresses. */
function shareVcn({ vcn }: Guard, { home }: Peer): Tri {
  if (home === "nowhere") return Tri.NO;
  return home === "anywhere" ? Tri.MAYBE : isSameVcn(vcn, home.vcn);
}

/** Whether packets are routed from an interface to a place and back: within its VCN, or by a route. */
function routeBetween(guard: Guard, peer: Peer, place: Place, incoming: boolean): Routed {
  const local = isLocal(guard, peer, place);
  if (local === Tri.YES)
    return detour(guard, place) ?? { verdict: local, by: [], why: "both are in one VCN" };
  const shared = shareVcn(guard, peer);
  const overlap = peer.home === "nowhere" ? Tri.NO : isOwn(guard, place);
  if (shared === Tri.NO && overlap === Tri.YES) {
    return { verdict: Tri.NO, by: [], why: "its own VCN has these addresses, so the packets stay there" };
  }
  const routed = route(guard.routes, guard.exposure, peer, place, incoming);
  const isDecided = local === Tri.NO && overlap === Tri.NO;
  if (isDecided || (routed.verdict === Tri.YES && overlap === Tri.NO)) return routed;
  if (shared === Tri.NO && routed.verdict === Tri.NO) return routed;
  return { verdict: Tri.MAYBE, by: routed.by, why: "it is unknown whether both are in one VCN" };
}

function isLocal(guard: Guard, peer: Peer, place: Place): Tri {
  const shared = shareVcn(guard, peer);
  if (shared !== Tri.MAYBE) return shared;
  if (peer.home === "anywhere" && isOwn(guard, place) === Tri.YES) return Tri.YES;
  return mayContain(guard.vcnRanges, place);
}

/** Whether a place is inside the known addresses of the interface's VCN. */
function isOwn({ vcnRanges: { ranges } }: Guard, place: Place): Tri {
  if (ranges.some((range) => place.ranges.every((addresses) => contains(range, addresses)))) return Tri.YES;
  return any(ranges, (range) => isWithin(place, range));
}

/**
 * A route to a part of the VCN, such as through a firewall, which takes precedence over the local route of
 * the VCN.
 */
function detour({ routes: { routes, name }, vcnRanges }: Guard, place: Place): Routed | undefined {
  const found = routes.filter(
    ({ end }) =>
      end.kind === "range" &&
      vcnRanges.ranges.some((range) => contains(range, end.range)) &&
      isWithin(place, end.range) !== Tri.NO,
  );
  if (found.length === 0) return undefined;
  const by = found.map(({ address }) => address);
  return { verdict: Tri.MAYBE, by, why: `${name} has a route that replaces the local route of the VCN` };
}

/** The layers to evaluate. */
export interface Layers {
  readonly network: boolean;
  readonly policies: boolean;
}

/** The verdict of one layer at one end for some packets. */
export interface LayerAnswer {
  readonly layer: "security rules" | "packet routing" | "return path" | "route" | "network policy";
  readonly verdict: Tri;
  /** The deciding rules, in readable form. */
  readonly by: readonly string[];
  readonly text: string;
}

/** The verdicts of one end for packets of all places of the other end. */
interface SideVerdict {
  /** Whether packets pass for at least one place. */
  readonly some: Tri;
  /** Whether packets pass for every place. */
  readonly all: Tri;
}

/** The number of places that are examined for the explanation. */
const MAX_EXPLAINED = 50;
const OPEN: SideVerdict = { some: Tri.YES, all: Tri.YES };
const NO_LAYERS: Layers = { network: false, policies: false };

/** The rules, routes and policies of one end, evaluated against the other end. */
export class Side {
  /** Whether no rule matches the packets at all. */
  public readonly isClosed: boolean = false;
  private readonly layers: Layers;
  private readonly needsReply: boolean;
  private readonly forward: SecurityRule[] = [];
  private readonly back: SecurityRule[] = [];
  private readonly places: readonly Place[] = [];

  constructor(
    private readonly guard: Guard | undefined,
    private readonly peer: Peer,
    private readonly incoming: boolean,
    packets: Packets,
    layers: Layers,
  ) {
    this.needsReply = packets.protocol === TCP;
    this.layers = guard ? { ...layers, network: layers.network && !guard.policiesOnly } : NO_LAYERS;
    if (!guard) return;
    if (this.layers.network && !peer.isLinkLocal) {
      const [forward, back] = incoming ? [guard.ingress, guard.egress] : [guard.egress, guard.ingress];
      this.forward = forward.candidates(packets, peer);
      this.isClosed = this.forward.length === 0;
      // Only packets allowed by a stateless rule need a rule for the replies.
      if (this.needsReply && this.forward.some((rule) => mayBe(rule, true))) {
        this.back = back.candidates(reversed(packets), peer);
      }
    }
    this.places = this.cutPlaces(guard);
  }

  /** The spans that packets are split by, so that each piece has a single answer. */
  public get spans(): { source: Span[]; destination: Span[] } {
    const policies = this.layers.policies
      ? (this.guard?.policies?.spans(this.peer, this.incoming) ?? [])
      : [];
    const defined = (spans: (Span | undefined)[]) => spans.filter((span) => span !== undefined);
    return {
      source: defined([
        ...this.forward.map(({ source }) => source),
        ...this.back.map((rule) => rule.destination),
      ]),
      destination: defined([
        ...this.forward.map(({ destination }) => destination),
        ...this.back.map((rule) => rule.source),
        ...policies,
      ]),
    };
  }

  /** Whether packets pass for some places, and for every place, of the other end. */
  public evaluate(packets: Packets): SideVerdict {
    if (!this.layers.network && !this.layers.policies) return OPEN;
    let [some, all] = [Tri.NO as Tri, Tri.YES as Tri];
    for (const place of this.places) {
      const verdict = this.verdict(packets, place);
      some = or(some, verdict);
      all = and(all, verdict);
    }
    return { some, all };
  }

  /** The most informative place: one with the best verdict, or with the fewest denying layers. */
  public placeToExplain(packets: Packets): Place | undefined {
    const ranked = this.places.slice(0, MAX_EXPLAINED).map((place) => {
      const denials = this.explain(packets, place).filter(({ verdict }) => verdict === Tri.NO).length;
      return { place, rank: this.verdict(packets, place) * 10 - denials };
    });
    const best = this.places.find((place) => this.verdict(packets, place) === Tri.YES);
    return best ?? ranked.sort((a, b) => b.rank - a.rank)[0]?.place;
  }

  /** The verdict of each layer for one place. */
  public explain(packets: Packets, place: Place): LayerAnswer[] {
    const answers: LayerAnswer[] = [];
    if (this.layers.network && this.guard && !this.peer.isLinkLocal) {
      answers.push(
        this.explainRules(this.guard, packets, place),
        ...this.explainBack(this.guard, packets, place),
      );
      const { verdict, by, why } = this.routed(this.guard, place);
      answers.push({ layer: "route", verdict, by, text: why });
    }
    const policies = this.layers.policies ? this.guard?.policies : undefined;
    if (policies) {
      const { verdict, by, why } = policies.admit(packets, this.peer, place, this.incoming);
      answers.push({ layer: "network policy", verdict, by, text: why() });
    }
    return answers;
  }

  private cutPlaces(guard: Guard): Place[] {
    const { peer } = this;
    const rules = [...this.forward, ...this.back].flatMap(({ end }) =>
      end.kind === "range" ? [end.range] : [],
    );
    const routes =
      this.layers.network && shareVcn(guard, peer) !== Tri.YES
        ? [...rangesOfRoutes(guard.routes), ...guard.vcnRanges.ranges]
        : [];
    const policies = this.layers.policies ? (guard.policies?.ranges(this.incoming) ?? []) : [];
    return cutPlaces(peer.places, [...rules, ...routes, ...policies]);
  }

  private verdict(packets: Packets, place: Place): Tri {
    const { guard } = this;
    if (!guard) return Tri.YES;
    let verdict = Tri.YES as Tri;
    if (this.layers.network && !this.peer.isLinkLocal) {
      verdict = and(this.passes(packets, place), this.returns(packets, place));
      if (verdict !== Tri.NO) verdict = and(verdict, this.routed(guard, place).verdict);
    }
    if (!this.layers.policies || !guard.policies || verdict === Tri.NO) return verdict;
    return and(verdict, guard.policies.admit(packets, this.peer, place, this.incoming).verdict);
  }

  private passes(packets: Packets, place: Place): Tri {
    return any(this.forward, (rule) => matches(rule, packets, this.peer, place));
  }

  /**
   * Whether replies pass: a stateless rule takes precedence over a stateful one, and its packets are not
   * tracked.
   */
  private returns(packets: Packets, place: Place): Tri {
    if (!this.needsReply) return Tri.YES;
    if (!this.forward.some((rule) => mayBe(rule, true))) return Tri.YES;
    const matchedBy = (stateless: boolean) =>
      any(this.forward, (rule) =>
        mayBe(rule, stateless) ? matches(rule, packets, this.peer, place) : Tri.NO,
      );
    const tracked = and(matchedBy(false), not(matchedBy(true)));
    return or(
      tracked,
      any(this.back, (rule) => matches(rule, reversed(packets), this.peer, place)),
    );
  }

  private routed(guard: Guard, place: Place): Routed {
    return routeBetween(guard, this.peer, place, this.incoming);
  }

  private explainRules(guard: Guard, packets: Packets, place: Place): LayerAnswer {
    const verdict = this.passes(packets, place);
    const deciding = this.forward.filter((rule) => matches(rule, packets, this.peer, place) === verdict);
    const by = verdict === Tri.NO ? [] : deciding.map(({ address }) => address);
    const direction = this.incoming ? `ingress from ${this.peer.name}` : `egress to ${this.peer.name}`;
    const text =
      verdict === Tri.MAYBE
        ? deciding.map(doubtOf).filter(Boolean).join("; ")
        : `${verdict === Tri.YES ? "rules allow" : `no rule of ${guard.groupsAndLists} allows`} ${direction}`;
    return { layer: "security rules", verdict, by, text };
  }

  private explainBack(guard: Guard, packets: Packets, place: Place): LayerAnswer[] {
    const verdict = this.returns(packets, place);
    if (this.passes(packets, place) === Tri.NO || !this.needsReply) return [];
    if (verdict !== Tri.NO && this.back.length === 0) return [];
    const deciding = this.back.filter(
      (rule) => matches(rule, reversed(packets), this.peer, place) === verdict,
    );
    const by = verdict === Tri.NO ? [] : deciding.map(({ address }) => address);
    const text =
      verdict === Tri.NO
        ? `a stateless rule allows the packets, and no rule of ${guard.groupsAndLists} allows the replies`
        : "rules allow the replies to packets that a stateless rule allows";
    return [{ layer: "return path", verdict, by, text }];
  }
}

/** Whether a rule may be stateless, or may be stateful. */
function mayBe(rule: SecurityRule, stateless: boolean): boolean {
  return rule.stateless === stateless || rule.maybeStateless === true;
}

function doubtOf(rule: SecurityRule): string {
  if (rule.doubt !== undefined) return `${rule.address}: ${rule.doubt}`;
  return rule.end.kind === "unknown" ? `${rule.address}: ${rule.end.why}` : `${rule.address} may match`;
}

/** The reply packets. */
function reversed({ protocol, source, destination }: Packets): Packets {
  return { protocol, source: destination, destination: source };
}
