import { spansMeet, type Packets } from "./packets";
import { matchesEnd, type Peer, type SecurityRule } from "./security-rule";
import { any, Tri } from "./tri";

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
