import { type End } from "./flow-ends";
import { type LayerAnswer, type Layers, Side } from "./flow-side";
import { and, or, Tri } from "./label-selector";
import {
  ALL_PORTS,
  cutSpan,
  FIRST_CLIENT_PORT,
  hasPorts,
  ICMP,
  ICMP6,
  isIcmp,
  type Packets,
  UDP,
} from "./packets";
import { type Place } from "./ranges";

/** An answer of one end, with the end that gave it. */
export interface EndAnswer extends LayerAnswer {
  readonly end: "source" | "target";
  readonly name: string;
}

/** Whether packets pass between two ends. */
export interface PairAnswer {
  readonly some: Tri;
  readonly all: Tri;
  readonly answers: () => EndAnswer[];
}

const FAMILIES = [4, 6] as const;
const BOTH: Layers = { network: true, policies: true };
const TUNNEL: Packets = { protocol: UDP, source: ALL_PORTS, destination: ALL_PORTS };

/** Whether packets pass from one end to the other: an interface each. */
export function judgePair(source: End, target: End, packets: Packets): PairAnswer {
  const answer = judgeRules(source, target, packets);
  const routing = source.guard?.packetRouting ?? target.guard?.packetRouting;
  if (answer.some === Tri.NO || !routing) return answer;
  // Such policies only take away: without one that is sure to allow it, others of the tenancy may or may not.
  if (routing.routing.allowing(source, target, packets) !== undefined) return answer;
  const labelled = [
    { end: "source", of: source },
    { end: "target", of: target },
  ] as const;
  return {
    some: and(answer.some, Tri.MAYBE),
    all: and(answer.all, Tri.MAYBE),
    answers: () => [...answer.answers(), ...labelled.flatMap(({ end, of }) => byLabels(end, of))],
  };
}

function byLabels(end: "source" | "target", { peer, guard }: End): EndAnswer[] {
  if (!guard?.packetRouting) return [];
  const labels = guard.packetRouting.own;
  const text = `has the label ${labels.join(", ")}, and no policy of packet routing in the configuration surely lets them pass`;
  return [{ end, name: peer.name, layer: "packet routing", verdict: Tri.MAYBE, by: labels, text }];
}

function judgeRules(source: End, target: End, packets: Packets): PairAnswer {
  if (!target.overlay) return judge(source, target, packets, BOTH);
  if (!source.overlay && !source.isNode) return unreachableOverlay(target);
  return tunnelled(source, target, packets, target.overlay);
}

function unreachableOverlay(target: End): PairAnswer {
  const text = "its address is of an overlay, which only the nodes of its cluster know";
  const answer: EndAnswer = {
    end: "target",
    name: target.peer.name,
    layer: "route",
    verdict: Tri.NO,
    by: [],
    text,
  };
  return { some: Tri.NO, all: Tri.NO, answers: () => [answer] };
}

/** Between nodes, an overlay's packets are packets of UDP; policies see what is inside of them. */
function tunnelled(source: End, target: End, packets: Packets, overlay: Place): PairAnswer {
  const asSeen = (end: End): End => ({ ...end, peer: { ...end.peer, places: inOverlay(end, overlay) } });
  const inside = judge(asSeen(source), asSeen(target), packets, { network: false, policies: true });
  const outside = judge(source, target, TUNNEL, { network: true, policies: false });
  // Which of the ports the overlay uses is its own choice: some open ports may be others.
  const carried = outside.all === Tri.YES ? Tri.YES : outside.some === Tri.NO ? Tri.NO : Tri.MAYBE;
  const doubt: EndAnswer = {
    end: "target",
    name: target.peer.name,
    layer: "security rules",
    verdict: Tri.MAYBE,
    by: [],
    text: "nodes reach each other on some UDP ports, and the overlay may use another one",
  };
  return {
    some: and(inside.some, carried),
    all: and(inside.all, carried),
    answers: () => [...inside.answers(), ...outside.answers(), ...(carried === Tri.MAYBE ? [doubt] : [])],
  };
}

/** A node shows pods an address of its own or one of the overlay. */
function inOverlay({ peer, overlay }: End, of: Place): Place[] {
  if (overlay) return [overlay];
  return [{ ranges: [...peer.places.flatMap(({ ranges }) => ranges), ...of.ranges], exact: false }];
}

/** Packets are of one family of addresses: what one end lets through for the other family does not help. */
function judge(source: End, target: End, packets: Packets, layers: Layers): PairAnswer {
  const answers = FAMILIES.filter((family) => isOfFamily(packets.protocol, family)).flatMap((family) => {
    const [from, to] = [ofFamily(source, family), ofFamily(target, family)];
    return from && to ? judgeFamily(from, to, packets, layers) : [];
  });
  const [first, ...others] = answers;
  if (!first) return noSharedFamily(source, target, packets);
  return others.reduce(
    (one, other) => ({
      some: or(one.some, other.some),
      all: and(one.all, other.all),
      answers: other.some > one.some ? other.answers : one.answers,
    }),
    first,
  );
}

function noSharedFamily(source: End, target: End, { protocol }: Packets): PairAnswer {
  const text = `it shares no family of addresses with ${source.peer.name} for this protocol`;
  const name = target.peer.name;
  const answer: EndAnswer = { end: "target", name, layer: "route", verdict: Tri.NO, by: [], text };
  // The ICMP of the other family is nothing that could be missing.
  return { some: Tri.NO, all: isIcmp(protocol) ? Tri.YES : Tri.NO, answers: () => [answer] };
}

function isOfFamily(protocol: number, family: 4 | 6): boolean {
  return protocol !== (family === 4 ? ICMP6 : ICMP);
}

const families = new WeakMap<End, { [family: number]: End | undefined }>();

/** An end with its addresses of one family only; nothing where it has none. */
function ofFamily(end: End, family: 4 | 6): End | undefined {
  let both = families.get(end);
  if (!both) {
    both = { 4: cutToFamily(end, 4), 6: cutToFamily(end, 6) };
    families.set(end, both);
  }
  return both[family];
}

function cutToFamily(end: End, family: 4 | 6): End | undefined {
  const places = end.peer.places
    .map((place) => ({ ...place, ranges: place.ranges.filter((range) => range.family === family) }))
    .filter(({ ranges }) => ranges.length > 0);
  return places.length === 0 ? undefined : { ...end, peer: { ...end.peer, places } };
}

function judgeFamily(source: End, target: End, packets: Packets, layers: Layers): PairAnswer {
  const from = new Side(source.guard, target.peer, false, packets, layers);
  const to = new Side(target.guard, source.peer, true, packets, layers);
  const explain = (chosen: Packets, side: Side, end: "source" | "target", name: string): EndAnswer[] => {
    const place = side.placeToTell(chosen);
    return place ? side.explain(chosen, place).map((answer) => ({ ...answer, end, name })) : [];
  };
  const answersFor = (chosen: Packets) => () => [
    ...explain(chosen, from, "source", source.peer.name),
    ...explain(chosen, to, "target", target.peer.name),
  ];
  if (from.isClosed || to.isClosed) return { some: Tri.NO, all: Tri.NO, answers: answersFor(packets) };
  let [some, all] = [Tri.NO as Tri, Tri.YES as Tri];
  let best: { piece: Packets; rank: number } | undefined;
  for (const piece of pieces(packets, from, to)) {
    const [out, into] = [from.judge(piece), to.judge(piece)];
    const verdict = and(out.some, into.some);
    const rank = verdict * 10 + out.some + into.some;
    if (!best || rank > best.rank) best = { piece, rank };
    some = or(some, verdict);
    if (isAsked(piece)) all = and(all, out.all, into.all);
  }
  return { some, all, answers: answersFor(best?.piece ?? packets) };
}

/** Splits packets into pieces for which each end has a single answer. */
function pieces(packets: Packets, ...sides: Side[]): Packets[] {
  const spans = sides.map((side) => side.spans);
  const client = hasPorts(packets.protocol) ? [{ from: FIRST_CLIENT_PORT, to: ALL_PORTS.to }] : [];
  const sources = spans.flatMap(({ source }) => source);
  const destinations = cutSpan(
    packets.destination,
    spans.flatMap(({ destination }) => destination),
  );
  return cutSpan(packets.source, sources.length > 0 ? [...sources, ...client] : []).flatMap((source) =>
    destinations.map((destination) => ({ ...packets, source, destination })),
  );
}

/** A rule may leave out the source ports that no ordinary program connects from. */
function isAsked({ protocol, source }: Packets): boolean {
  return !hasPorts(protocol) || source.to >= FIRST_CLIENT_PORT;
}
