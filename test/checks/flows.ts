import { Endpoint, Verdict, type Reachability, type ReachabilityAnswer } from "../../lib/checks/reachability";
import { Port, Protocol } from "../../lib/core/port";

/** What one end may send to another: nothing else. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly Port[];
  /** Ports of which only a controller decides at run time. */
  readonly undecided?: readonly Port[];
  /** Ports that every rule lets through, but to which no route leads. */
  readonly unrouted?: readonly Port[];
  /** Whether only some addresses of the ends are meant to talk, such as one range of the internet. */
  readonly partly?: boolean;
}

const tcp = (...ports: number[]) => ports.map((port) => Port.tcp(port));
const MTU = Port.pathMtuDiscovery();
/** Kubernetes leaves open whether a policy that allows ports lets ICMP through. */
export const PINGS = [Port.icmp(8, 0), Port.icmp(3, 0), MTU];

/** The ends of a cluster, by the names that the flows use. */
export function endsOf(hostCidr: string): { [name: string]: Endpoint } {
  return {
    "the API endpoint": Endpoint.apiEndpoint(),
    nodes: Endpoint.nodes(),
    pods: Endpoint.pods(),
    "load balancers": Endpoint.loadBalancers(),
    "Oracle services": Endpoint.oracleServices(),
    "the internet": Endpoint.internet(),
    "another host of the VCN": Endpoint.addresses([hostCidr]),
    metadata: Endpoint.metadata(),
    "shop/web": Endpoint.workload("shop", "web"),
    "shop/api": Endpoint.workload("shop", "api"),
    administrators: Endpoint.addresses(["10.200.0.0/24"]),
    "an unknown pod of shop": Endpoint.pod("shop", {}),
    "a pod of another namespace": Endpoint.pod("other", { app: "other" }),
    DNS: Endpoint.pod("kube-system", { "k8s-app": "kube-dns" }),
  };
}

/** The matrix of a private cluster with VCN-native pods: what the network lets through, and nothing else. */
export const MATRIX: readonly Flow[] = [
  { from: "the API endpoint", to: "nodes", ports: [...tcp(10250), MTU] },
  { from: "the API endpoint", to: "pods", ports: [Port.tcpRange(1, 65535)] },
  { from: "the API endpoint", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "nodes", to: "the API endpoint", ports: [...tcp(6443, 12250), MTU] },
  { from: "nodes", to: "pods", ports: [Port.allTraffic()] },
  { from: "nodes", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "pods", to: "the API endpoint", ports: tcp(6443, 12250) },
  { from: "pods", to: "nodes", ports: tcp(10250) },
  { from: "pods", to: "pods", ports: [Port.allTraffic()] },
  { from: "pods", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "load balancers", to: "nodes", ports: tcp(10256), undecided: [Port.tcpRange(30000, 32767)] },
];

const NETWORK = [
  "the API endpoint",
  "nodes",
  "pods",
  "load balancers",
  "Oracle services",
  "the internet",
  "another host of the VCN",
];
const OUTSIDE = ["Oracle services", "the internet", "another host of the VCN"];

/** Every pair of ends of the network for which the given flows say nothing. */
export function silentPairs(flows: readonly Flow[]): Flow[] {
  return NETWORK.flatMap((from) => NETWORK.map((to) => ({ from, to, ports: [] })))
    .filter(({ from, to }) => !(OUTSIDE.includes(from) && OUTSIDE.includes(to)))
    .filter(({ from, to }) => !flows.some((flow) => flow.from === from && flow.to === to));
}

/** All TCP and UDP ports and some kinds of ICMP that are not among the given ones. */
export function othersThan(ports: readonly Port[]): Port[] {
  if (ports.some(({ protocol }) => protocol === Protocol.ALL)) return [];
  const gaps = (protocol: Protocol, make: (from: number, to: number) => Port) => {
    const own = ports.filter((port) => port.protocol === protocol).sort((a, b) => a.from! - b.from!);
    const starts = [1, ...own.map((port) => port.to! + 1)];
    const ends = [...own.map((port) => port.from! - 1), 65535];
    return starts.flatMap((from, index) => (from <= ends[index]! ? [make(from, ends[index]!)] : []));
  };
  const pings = PINGS.filter((ping) => !ports.some((port) => port.toString() === ping.toString()));
  return [...gaps(Protocol.TCP, Port.tcpRange), ...gaps(Protocol.UDP, Port.udpRange), ...pings];
}

/** What is not as the flow says, one after the other. */
export function* deviations(
  reach: Reachability,
  ends: { [name: string]: Endpoint },
  flow: Flow,
): Generator<string> {
  const { undecided = [], unrouted = [] } = flow;
  const expected: [readonly Port[], (answer: ReachabilityAnswer) => boolean][] = [
    [flow.ports, ({ verdict, complete }) => verdict === Verdict.YES && (complete || flow.partly === true)],
    [undecided, ({ verdict }) => verdict === Verdict.UNKNOWN],
    [unrouted, ({ reasons }) => reasons.length > 0 && reasons.every(({ layer }) => layer === "route")],
    [othersThan([...flow.ports, ...undecided, ...unrouted]), ({ verdict }) => verdict === Verdict.NO],
  ];
  for (const [ports, isRight] of expected) {
    for (const port of ports) {
      const answer = reach.ask(ends[flow.from]!, ends[flow.to]!, port);
      if (!isRight(answer)) yield answer.toString();
    }
  }
}

export function title({ from, to, ports, undecided = [], unrouted = [], partly }: Flow): string {
  const list = (all: readonly Port[]) => all.map(String).join(", ");
  const parts = [
    ports.length > 0 && `${list(ports)}${partly ? " in part" : ""}`,
    undecided.length > 0 && `perhaps some of ${list(undecided)}`,
    unrouted.length > 0 && `by its rules but without a route ${list(unrouted)}`,
    "nothing else",
  ];
  return `${from} -> ${to}: ${parts.filter(Boolean).join("; ")}`;
}
