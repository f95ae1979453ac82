import { type End, type LayerAnswer, type Layers, Side } from "./flow-side";
import {
  ALL_PORTS,
  cutSpan,
  FIRST_CLIENT_PORT,
  hasPorts,
  ICMP,
  ICMP6,
  isIcmp,
  type Packets,
  type Place,
  UDP,
} from "./packets";
import { and, or, Tri } from "./three-valued-logic";
import { StateOf } from "../../../core/construct-state";

/** The verdict of a layer, with the end that it belongs to. */
export interface EndAnswer extends LayerAnswer {
  readonly end: "source" | "target";
  readonly name: string;
}

/** Whether packets pass between two ends: some of them, or all of them. */
export interface PairAnswer {
  readonly some: Tri;
  readonly all: Tri;
  readonly answers: () => EndAnswer[];
}

const FAMILIES = [4, 6] as const;
const BOTH: Layers = { network: true, policies: true };
const TUNNEL: Packets = { protocol: UDP, source: ALL_PORTS, destination: ALL_PORTS };

/** Evaluates packets from one interface to another. */
export function evaluatePair(source: End, target: End, packets: Packets): PairAnswer {
  const answer = evaluateOverlay(source, target, packets);
  const routing = source.guard?.packetRouting ?? target.guard?.packetRouting;
  if (answer.some === Tri.NO || !routing) return answer;
  // Routing policies only restrict: unless one certainly allows the packets, another policy of the tenancy may.
  if (routing.routing.allowing(source, target, packets) !== undefined) return answer;
  const reasons = [...packetRoutingOf("source", source), ...packetRoutingOf("target", target)];
  return {
    some: and(answer.some, Tri.MAYBE),
    all: and(answer.all, Tri.MAYBE),
    answers: () => [...answer.answers(), ...reasons],
  };
}

function packetRoutingOf(end: "source" | "target", { peer, guard }: End): EndAnswer[] {
  if (!guard?.packetRouting) return [];
  const labels = guard.packetRouting.own;
  const text = `no packet routing policy of the configuration certainly allows the label ${labels.join(", ")}`;
  return [{ end, name: peer.name, layer: "packet routing", verdict: Tri.MAYBE, by: labels, text }];
}

function evaluateOverlay(source: End, target: End, packets: Packets): PairAnswer {
  if (!target.overlay) return evaluate(source, target, packets, BOTH);
  if (!source.overlay && !source.isNode) return unreachableOverlay(target);
  return tunnelled(source, target, packets, target.overlay);
}

function unreachableOverlay(target: End): PairAnswer {
  const text = "its address belongs to an overlay, which only the nodes of its cluster can reach";
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

/** Between nodes, packets of an overlay travel in UDP packets; policies filter the inner packets. */
function tunnelled(source: End, target: End, packets: Packets, overlay: Place): PairAnswer {
  const insideOverlay = (end: End): End => ({
    ...end,
    peer: { ...end.peer, places: inOverlay(end, overlay) },
  });
  const inside = evaluate(insideOverlay(source), insideOverlay(target), packets, {
    network: false,
    policies: true,
  });
  const outside = evaluate(source, target, TUNNEL, { network: true, policies: false });
  // The overlay chooses its port, which may not be among the open ones.
  const tunnelVerdict = outside.all === Tri.YES ? Tri.YES : outside.some === Tri.NO ? Tri.NO : Tri.MAYBE;
  const doubt: EndAnswer = {
    end: "target",
    name: target.peer.name,
    layer: "security rules",
    verdict: Tri.MAYBE,
    by: [],
    text: "nodes can reach each other on some UDP ports, and the overlay may use another port",
  };
  return {
    some: and(inside.some, tunnelVerdict),
    all: and(inside.all, tunnelVerdict),
    answers: () => [
      ...inside.answers(),
      ...outside.answers(),
      ...(tunnelVerdict === Tri.MAYBE ? [doubt] : []),
    ],
  };
}

/** The addresses of an end inside the overlay: a node uses its own address or one of the overlay. */
function inOverlay({ peer, overlay }: End, overlayRange: Place): Place[] {
  if (overlay) return [overlay];
  return [{ ranges: [...peer.places.flatMap(({ ranges }) => ranges), ...overlayRange.ranges], exact: false }];
}

/** Evaluates each address family separately: a packet has addresses of one family. */
function evaluate(source: End, target: End, packets: Packets, layers: Layers): PairAnswer {
  const answers = FAMILIES.filter((family) => isOfFamily(packets.protocol, family)).flatMap((family) => {
    const [from, to] = [ofFamily(source, family), ofFamily(target, family)];
    return from && to ? evaluateFamily(from, to, packets, layers) : [];
  });
  const [first, ...others] = answers;
  if (!first) return noSharedFamily(source, target, packets);
  return others.reduce(
    (merged, other) => ({
      some: or(merged.some, other.some),
      all: and(merged.all, other.all),
      answers: other.some > merged.some ? other.answers : merged.answers,
    }),
    first,
  );
}

function noSharedFamily(source: End, target: End, { protocol }: Packets): PairAnswer {
  const text = `it has no address of the same family as ${source.peer.name} for this protocol`;
  const name = target.peer.name;
  const answer: EndAnswer = { end: "target", name, layer: "route", verdict: Tri.NO, by: [], text };
  // The ICMP version of the other family does not apply, so it does not count as missing.
  return { some: Tri.NO, all: isIcmp(protocol) ? Tri.YES : Tri.NO, answers: () => [answer] };
}

function isOfFamily(protocol: number, family: 4 | 6): boolean {
  return protocol !== (family === 4 ? ICMP6 : ICMP);
}

const endsByFamily = new StateOf<End, { readonly [family: number]: End | undefined }>((end) => ({
  4: cutToFamily(end, 4),
  6: cutToFamily(end, 6),
}));

/** An end with its addresses of one family only; undefined if it has none. */
function ofFamily(end: End, family: 4 | 6): End | undefined {
  return endsByFamily.of(end)[family];
}

function cutToFamily(end: End, family: 4 | 6): End | undefined {
  const places = end.peer.places
    .map((place) => ({ ...place, ranges: place.ranges.filter((range) => range.family === family) }))
    .filter(({ ranges }) => ranges.length > 0);
  return places.length === 0 ? undefined : { ...end, peer: { ...end.peer, places } };
}

function evaluateFamily(source: End, target: End, packets: Packets, layers: Layers): PairAnswer {
  const from = new Side(source.guard, target.peer, false, packets, layers);
  const to = new Side(target.guard, source.peer, true, packets, layers);
  const explain = (chosen: Packets, side: Side, end: "source" | "target", name: string): EndAnswer[] => {
    const place = side.placeToExplain(chosen);
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
    const [egress, ingress] = [from.evaluate(piece), to.evaluate(piece)];
    const verdict = and(egress.some, ingress.some);
    const rank = verdict * 10 + egress.some + ingress.some;
    if (!best || rank > best.rank) best = { piece, rank };
    some = or(some, verdict);
    if (isOrdinaryClient(piece)) all = and(all, egress.all, ingress.all);
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

/** Whether packets may come from an ordinary program: rules may leave out the source ports of system programs. */
function isOrdinaryClient({ protocol, source }: Packets): boolean {
  return !hasPorts(protocol) || source.to >= FIRST_CLIENT_PORT;
}
