import { type Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { EXAMPLE_FLOWS } from "../checks/example-flows";
import { contentsOf, endsOf, NETWORK, PINGS, STRANGER, unknownPod } from "../checks/flows";

const LAST_PORT = 65535;
/** An address range in the VCN of most examples that no subnet uses. */
const UNUSED_RANGE = "10.0.9.0/24";
/** Ports that Kubernetes and OKE choose and that no configuration contains: load balancer health checks and node ports. */
const CHOSEN_PORTS = [10256, 30000, 32767];
/** How much of the traffic is allowed; empty where none is. */
type Word = "" | "open" | "in part" | "perhaps";
type Range = readonly [from: number, to: number];

/** The allowed flows of a synthesized example as Markdown, with one line for each pair of endpoints. */
export function flowSummary(
  name: string,
  texts: { readonly terraform: readonly any[]; readonly objects: readonly any[] },
): string {
  const { terraform, objects } = texts;
  const { host = UNUSED_RANGE, ends: further = {} } = EXAMPLE_FLOWS[name] ?? {};
  const cast = contentsOf(objects);
  const reach = Reachability.fromTexts({
    terraform: terraform.map((stack) => JSON.stringify(stack)),
    manifests: [JSON.stringify(objects)],
  });
  const endpoints = { ...endsOf(host, cast), ...further };
  const ranges = rangesOf([terraform, objects]);
  const network = [...NETWORK, ...Object.keys(further)];
  const pods = [...cast.workloads, ...cast.namespaces.map(unknownPod)];
  // Pods without policies are the peers in other namespaces, except where the policies of the example decide.
  const outside = network.filter((name) => name !== "pods");
  const linesOf = (sources: readonly string[], targets: readonly string[]) =>
    sources.flatMap((from) =>
      targets.flatMap((to) => {
        const text = pairText(new Pair(reach, endpoints[from]!, endpoints[to]!), ranges);
        return text ? [`- ${from} → ${to}: ${text}`] : [];
      }),
    );
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ["", `## ${title}`, "", ...lines] : [];
  return [
    `# Flows of the example ${name}`,
    "",
    "Computed from the synthesized stacks and manifests with `Reachability`. Every pair that is not listed is closed.",
    "",
    "- **in part**: only some of the addresses get through",
    "- **perhaps**: depends on what is known only at run time",
    ...section("Network", linesOf(network, network)),
    ...section("To pods with NetworkPolicies", linesOf([...outside, STRANGER], pods)),
    ...section(
      "From pods with NetworkPolicies",
      linesOf(pods, [...pods, ...outside, STRANGER, "DNS", "metadata"]),
    ),
    "",
  ].join("\n");
}

/** Port ranges within which each rule of a configuration treats all ports alike. */
function rangesOf(configuration: unknown): Range[] {
  // Each number may be a port; a number that is not one only splits a range.
  const numbers = JSON.stringify(configuration).match(/\b\d{1,5}\b/g) ?? [];
  const ports = [...CHOSEN_PORTS, ...numbers.map(Number)].filter((port) => port >= 1 && port <= LAST_PORT);
  const starts = [...new Set([1, ...ports, ...ports.map((port) => port + 1)])]
    .filter((port) => port <= LAST_PORT)
    .sort((a, b) => a - b);
  return starts.map((from, index) => [from, (starts[index + 1] ?? LAST_PORT + 1) - 1]);
}

/** A source and a target, and the traffic that is allowed between them. */
class Pair {
  constructor(
    private readonly reach: Reachability,
    private readonly source: Endpoint,
    private readonly target: Endpoint,
  ) {}

  public ask(port: Port): Word {
    try {
      const { verdict, complete } = this.reach.ask(this.source, this.target, port);
      if (verdict === Verdict.NO) return "";
      if (verdict === Verdict.UNKNOWN) return "perhaps";
      return complete ? "open" : "in part";
    } catch (error) {
      // The configuration has no such endpoint, or does not decide the traffic between the two.
      const codes = ValidationErrors.problemsOf(error).map(({ code }) => code);
      if (codes.includes("ENDPOINTS_OUTSIDE") || codes.includes("ENDPOINT_UNKNOWN")) return "";
      throw error;
    }
  }
}

/** The allowed traffic of a pair, such as `tcp 443, icmp 3/4; perhaps tcp 30000-32767`. */
function pairText(pair: Pair, ranges: readonly Range[]): string {
  const words = new Map<Word, string[]>();
  const add = (word: Word, text: string) => words.set(word, [...(words.get(word) ?? []), text]);
  const all = pair.ask(Port.allTraffic());
  if (all === "") return "";
  if (all === "open") return "everything";
  for (const [protocol, make] of [
    ["tcp", Port.tcpRange],
    ["udp", Port.udpRange],
  ] as const) {
    for (const [word, [from, to]] of openRanges((...range) => pair.ask(make(...range)), ranges)) {
      add(word, `${protocol} ${from === to ? from : `${from}-${to}`}`);
    }
  }
  const pings = PINGS.map((ping) => [pair.ask(ping), `icmp ${ping.icmpType}/${ping.icmpCode}`] as const);
  const [first] = pings;
  if (first?.[0] && pings.every(([word]) => word === first[0])) add(first[0], "icmp");
  else for (const [word, text] of pings) if (word) add(word, text);
  return [...words]
    .map(([word, texts]) => `${word === "open" ? "" : `${word} `}${texts.join(", ")}`)
    .join("; ");
}

/** Splits the ports in halves until each part has one answer, and joins neighbors with the same answer. */
function openRanges(ask: (from: number, to: number) => Word, ranges: readonly Range[]): [Word, Range][] {
  const first = ranges[0];
  const last = ranges.at(-1);
  if (!first || !last) return [];
  const word = ask(first[0], last[1]);
  if (word === "") return [];
  if (word === "open" || ranges.length === 1) return [[word, [first[0], last[1]]]];
  const middle = Math.ceil(ranges.length / 2);
  const parts = [...openRanges(ask, ranges.slice(0, middle)), ...openRanges(ask, ranges.slice(middle))];
  return parts.reduce<[Word, Range][]>((joined, [next, [from, to]]) => {
    const before = joined.at(-1);
    if (before?.[0] !== next || before[1][1] + 1 !== from) return [...joined, [next, [from, to]]];
    return [...joined.slice(0, -1), [next, [before[1][0], to]]];
  }, []);
}
