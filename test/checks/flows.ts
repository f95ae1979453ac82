import { Endpoint, Verdict, type Reachability, type ReachabilityAnswer } from "../../lib/checks";
import { Port, IpProtocol } from "../../lib/core/port";

/** The packets that may pass between two ends; all others may not. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly Port[];
  /** Ports with an unknown verdict, which a controller decides at run time. */
  readonly undecided?: readonly Port[];
  /** Ports that every rule allows, but that have no route. */
  readonly unrouted?: readonly Port[];
  /** Whether only some addresses of the ends may connect, such as one range of the internet. */
  readonly partly?: boolean;
}

const tcp = (...ports: number[]) => ports.map((port) => Port.tcp(port));
const MTU = Port.pathMtuDiscovery();
/** Kubernetes does not define whether a policy that allows ports allows ICMP. */
export const PINGS = [Port.icmp(8, 0), Port.icmp(3, 0), MTU];

/** The workloads and namespaces of an example. */
export interface Contents {
  /** Workloads as `<namespace>/<name>`. */
  readonly workloads: readonly string[];
  readonly namespaces: readonly string[];
}

const KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

export function contentsOf(objects: readonly any[]): Contents {
  const names = (kinds: string[], nameOf: (metadata: any) => string) =>
    objects.filter(({ kind }) => kinds.includes(kind)).map(({ metadata }) => nameOf(metadata));
  return {
    workloads: names(KINDS, ({ namespace, name }) => `${namespace}/${name}`),
    namespaces: names(["Namespace"], ({ name }) => name),
  };
}

/** A pod of a namespace without labels of a workload. */
export const unknownPod = (namespace: string) => `an unknown pod of ${namespace}`;
/** A pod of a namespace without policies. */
export const STRANGER = "a pod of another namespace";
const DNS = "DNS";

/** The ends of a cluster, by the names that the flows use. */
export function endsOf(hostCidr: string, { workloads, namespaces }: Contents): { [name: string]: Endpoint } {
  const pods = workloads.map((name) => {
    const [namespace, workload] = name.split("/") as [string, string];
    return [name, Endpoint.workload(namespace, workload)];
  });
  const unknown = namespaces.map((namespace) => [unknownPod(namespace), Endpoint.pod(namespace, {})]);
  return {
    "the API endpoint": Endpoint.apiEndpoint(),
    nodes: Endpoint.nodes(),
    pods: Endpoint.pods(),
    "load balancers": Endpoint.loadBalancers(),
    "Oracle services": Endpoint.oracleServices(),
    "the internet": Endpoint.internet(),
    "another host of the VCN": Endpoint.addresses([hostCidr]),
    metadata: Endpoint.metadata(),
    ...Object.fromEntries([...pods, ...unknown]),
    [STRANGER]: Endpoint.pod("other", { app: "other" }),
    [DNS]: Endpoint.pod("kube-system", { "k8s-app": "kube-dns" }),
  };
}

/** The flows that the network of a private cluster with VCN-native pods allows. */
export const MATRIX: readonly Flow[] = [
  { from: "the API endpoint", to: "nodes", ports: [...tcp(10250), MTU] },
  { from: "the API endpoint", to: "pods", ports: [Port.tcpRange(1, 65535)] },
  { from: "the API endpoint", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "nodes", to: "the API endpoint", ports: [...tcp(6443, 12250), MTU] },
  { from: "nodes", to: "nodes", ports: [Port.allTraffic()] },
  { from: "nodes", to: "pods", ports: [Port.allTraffic()] },
  { from: "nodes", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "pods", to: "the API endpoint", ports: tcp(6443, 12250) },
  { from: "pods", to: "nodes", ports: tcp(10250) },
  { from: "pods", to: "pods", ports: [Port.allTraffic()] },
  { from: "pods", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "load balancers", to: "nodes", ports: tcp(10256), undecided: [Port.tcpRange(30000, 32767)] },
];

/** The ends of the network of every example. */
export const NETWORK = [
  "the API endpoint",
  "nodes",
  "pods",
  "load balancers",
  "Oracle services",
  "the internet",
  "another host of the VCN",
];
const OUTSIDE = ["Oracle services", "the internet", "another host of the VCN"];

/** A flow without ports for each pair of network ends without a declared flow. */
export function closedPairs(flows: readonly Flow[], further: readonly string[]): Flow[] {
  const [ends, outside] = [
    [...NETWORK, ...further],
    [...OUTSIDE, ...further],
  ];
  return ends
    .flatMap((from) => ends.map((to) => ({ from, to, ports: [] })))
    .filter(({ from, to }) => !(outside.includes(from) && outside.includes(to)))
    .filter(({ from, to }) => !flows.some((flow) => flow.from === from && flow.to === to));
}

const DNS_PORTS = [Port.tcp(53), Port.udp(53)];

/** The flows of pods to DNS, and a flow without ports for each other pair with pods that has no declared flow. */
export function podFlows(
  flows: readonly Flow[],
  { workloads, namespaces }: Contents,
  ends: readonly string[],
): Flow[] {
  const pods = [...workloads, ...namespaces.map(unknownPod)];
  const dns = pods.map((from) => ({ from, to: DNS, ports: DNS_PORTS, undecided: PINGS }));
  const others = [...ends, STRANGER].filter((name) => name !== "pods");
  const outwards = pods.flatMap((from) =>
    [...pods, ...others, "metadata"].map((to) => ({ from, to, ports: [] })),
  );
  const inwards = others.flatMap((from) => pods.map((to) => ({ from, to, ports: [] })));
  const closed = [...outwards, ...inwards].filter(
    ({ from, to }) => !flows.some((flow) => flow.from === from && flow.to === to),
  );
  // A pod on the network of its node is not subject to policies, and its flows are given.
  const restricted = dns.filter(
    ({ from, to }) => !flows.some((flow) => flow.from === from && flow.to === to),
  );
  return [...restricted, ...closed];
}

/** All other TCP and UDP ports, and some ICMP types. */
export function othersThan(ports: readonly Port[]): Port[] {
  if (ports.some(({ protocol }) => protocol === IpProtocol.ALL)) return [];
  const gaps = (protocol: IpProtocol, make: (from: number, to: number) => Port) => {
    const own = ports.filter((port) => port.protocol === protocol).sort((a, b) => a.from! - b.from!);
    const starts = [1, ...own.map((port) => port.to! + 1)];
    const ends = [...own.map((port) => port.from! - 1), 65535];
    return starts.flatMap((from, index) => (from <= ends[index]! ? [make(from, ends[index]!)] : []));
  };
  const pings = PINGS.filter((ping) => !ports.some((port) => port.toString() === ping.toString()));
  return [...gaps(IpProtocol.TCP, Port.tcpRange), ...gaps(IpProtocol.UDP, Port.udpRange), ...pings];
}

/** The answers that contradict a flow. */
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
    undecided.length > 0 && `possibly ${list(undecided)}`,
    unrouted.length > 0 && `allowed but unrouted ${list(unrouted)}`,
    "nothing else",
  ];
  return `${from} -> ${to}: ${parts.filter(Boolean).join("; ")}`;
}
