import { type Guard } from "./guard";
import { holds, isWithin, type Place } from "./ranges";
import { route, type Routed } from "./routes";
import { type Peer } from "./security-rule";
import { any, Tri } from "./tri";
import { isSameVcn, mayHold } from "./vcn";

/** Whether both ends are in one VCN, as far as that is known without their addresses. */
export function shareVcn({ vcn }: Guard, { home }: Peer): Tri {
  if (home === "nowhere") return Tri.NO;
  return home === "anywhere" ? Tri.MAYBE : isSameVcn(vcn, home.vcn);
}

/** Whether packets get from an interface to a place and back: within its VCN, or by a route. */
export function wayBetween(guard: Guard, peer: Peer, place: Place, incoming: boolean): Routed {
  const local = isLocal(guard, peer, place);
  if (local === Tri.YES)
    return detour(guard, place) ?? { verdict: local, by: [], why: "both are in one VCN" };
  const shared = shareVcn(guard, peer);
  const overlap = peer.home === "nowhere" ? Tri.NO : isOwn(guard, place);
  if (shared === Tri.NO && overlap === Tri.YES) {
    return { verdict: Tri.NO, by: [], why: "its own VCN has these addresses, so it looks for them there" };
  }
  const routed = route(guard.routes, guard.exposure, peer, place, incoming);
  const isDecided = local === Tri.NO && overlap === Tri.NO;
  if (isDecided || (routed.verdict === Tri.YES && overlap === Tri.NO)) return routed;
  if (shared === Tri.NO && routed.verdict === Tri.NO) return routed;
  return { verdict: Tri.MAYBE, by: routed.by, why: "whether both are in one VCN is not known" };
}

function isLocal(guard: Guard, peer: Peer, place: Place): Tri {
  const shared = shareVcn(guard, peer);
  if (shared !== Tri.MAYBE) return shared;
  if (peer.home === "anywhere" && isOwn(guard, place) === Tri.YES) return Tri.YES;
  return mayHold(guard.vcnRanges, place);
}

/** Whether a place is among the known addresses of the interface's VCN. */
function isOwn({ vcnRanges: { ranges } }: Guard, place: Place): Tri {
  if (ranges.some((range) => place.ranges.every((one) => holds(range, one)))) return Tri.YES;
  return any(ranges, (range) => isWithin(place, range));
}

/** A route to a part of the VCN, such as over a firewall: it counts before the way that all of the VCN has. */
function detour({ routes: { routes, name }, vcnRanges }: Guard, place: Place): Routed | undefined {
  const found = routes.filter(
    ({ end }) =>
      end.kind === "range" &&
      vcnRanges.ranges.some((range) => holds(range, end.range)) &&
      isWithin(place, end.range) !== Tri.NO,
  );
  if (found.length === 0) return undefined;
  const by = found.map(({ address }) => address);
  return { verdict: Tri.MAYBE, by, why: `${name} leads there past the direct way inside of the VCN` };
}
