// A naive packet simulator that tries packets one by one. It shares no code with the library, so that the two can disagree.

/** A rule of a group or a list, in numbers. */
export interface SimRule {
  readonly direction: "in" | "out";
  readonly stateless: boolean;
  readonly protocol: "all" | 1 | 6 | 17 | 58;
  /** A block, or the name of a group. */
  readonly end: SimBlock | string;
  readonly destination?: readonly [number, number];
  readonly source?: readonly [number, number];
  /** The type and perhaps the code of ICMP. */
  readonly icmp?: readonly [number, number | undefined];
}

/** A block of addresses that differ in the last number only: `10.0.0.<from>` to `10.0.0.<from + size - 1>`. */
export interface SimBlock {
  readonly family: 4 | 6;
  readonly from: number;
  readonly size: number;
}

export interface SimHost {
  readonly groups: readonly string[];
  readonly rules: readonly SimRule[];
  readonly blocks: readonly SimBlock[];
}

interface Packet {
  readonly family: 4 | 6;
  readonly from: number;
  readonly to: number;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly targetPort: number;
}

export interface SimQuestion {
  readonly protocol: 1 | 6 | 17;
  /** The ports to try, or the one pair of type and code. */
  readonly targets: readonly number[];
  readonly sources: readonly number[];
}

function ruleHits(rule: SimRule, packet: Packet, other: SimHost, address: number): boolean {
  if (rule.protocol !== "all" && rule.protocol !== packet.protocol) return false;
  if (typeof rule.end === "string") {
    if (!other.groups.includes(rule.end)) return false;
  } else {
    if (rule.end.family !== packet.family) return false;
    if (address < rule.end.from || address >= rule.end.from + rule.end.size) return false;
  }
  if (rule.protocol === "all") return true;
  if (packet.protocol === 1) {
    if (!rule.icmp) return true;
    const [type, code] = rule.icmp;
    return packet.targetPort === type && (code === undefined || code === packet.sourcePort);
  }
  const { destination: d, source: s } = rule;
  if (d && (packet.targetPort < d[0] || packet.targetPort > d[1])) return false;
  return !s || (packet.sourcePort >= s[0] && packet.sourcePort <= s[1]);
}

/** The decision of a host about a packet: drop it, allow it without tracking, or allow it and track the connection. */
function filter(
  host: SimHost,
  way: "in" | "out",
  packet: Packet,
  other: SimHost,
  address: number,
): "drop" | "pass" | "track" {
  const hits = host.rules.filter((rule) => rule.direction === way && ruleHits(rule, packet, other, address));
  if (hits.length === 0) return "drop";
  return hits.some((rule) => rule.stateless) ? "pass" : "track";
}

function connects(a: SimHost, b: SimHost, packet: Packet): boolean {
  const atA = filter(a, "out", packet, b, packet.to);
  const atB = filter(b, "in", packet, a, packet.from);
  if (atA === "drop" || atB === "drop") return false;
  if (packet.protocol !== 6) return true;
  const answer = {
    ...packet,
    from: packet.to,
    to: packet.from,
    sourcePort: packet.targetPort,
    targetPort: packet.sourcePort,
  };
  const leaves = atB === "track" || filter(b, "out", answer, a, answer.to) !== "drop";
  const arrives = atA === "track" || filter(a, "in", answer, b, answer.from) !== "drop";
  return leaves && arrives;
}

function addressesOf(host: SimHost): { family: 4 | 6; address: number }[] {
  return host.blocks.flatMap(({ family, from, size }) =>
    Array.from({ length: size }, (_, index) => ({ family, address: from + index })),
  );
}

/** Tries every packet: whether some pass, and whether all packets of ordinary programs pass. */
export function simulate(a: SimHost, b: SimHost, question: SimQuestion): { some: boolean; all: boolean } {
  let some = false;
  let all = true;
  let tried = false;
  for (const from of addressesOf(a)) {
    for (const to of addressesOf(b)) {
      if (from.family !== to.family || (question.protocol === 1 && from.family === 6)) continue;
      for (const targetPort of question.targets) {
        for (const sourcePort of question.sources) {
          tried = true;
          const passes = connects(a, b, {
            family: from.family,
            from: from.address,
            to: to.address,
            protocol: question.protocol,
            sourcePort,
            targetPort,
          });
          some ||= passes;
          if (!passes && (question.protocol === 1 || sourcePort >= 1024)) all = false;
        }
      }
    }
  }
  return { some, all: tried && some && all };
}
