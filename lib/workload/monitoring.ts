import { Chart, type Duration } from "cdk8s";
import { type IConstruct } from "constructs";
import { type NamedPort } from "./pods/ports";
import { type HardenedPod } from "./pods/private/hardened-pod";
import { StateOfTree } from "../core/construct-state";
import { shown } from "../core/display-value";
import {
  any,
  choice,
  matching,
  optional,
  type PropsSchema,
  readProps,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { type IConnectable } from "../network-policy/connections";
import { isSameCluster, scopeOf, whenAdded } from "../synthesis/chart-scopes";
import { needCluster } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";

/** Options of the metrics scrape of a workload, in the Prometheus text format. */
export interface ScrapeOptions {
  /**
   * The TCP port that serves the metrics, one of the workload's ports.
   *
   * @default - the port named `metrics`, otherwise the workload's own port
   */
  readonly port?: number;
  /**
   * The path of the metrics.
   *
   * @default "/metrics"
   */
  readonly path?: string;
  /**
   * The scrape interval, at least 5 seconds.
   *
   * @default - 30 seconds
   */
  readonly interval?: Duration;
  /**
   * The maximum number of samples per scrape; Prometheus drops a scrape that exceeds it.
   *
   * @default 50000
   */
  readonly sampleLimit?: number;
}

/** The protocol by which a program sends spans to the collector. */
export enum TraceProtocol {
  /** OTLP over HTTP, port 4318. */
  HTTP_PROTOBUF = "http/protobuf",
  /** OTLP over gRPC, port 4317. */
  GRPC = "grpc",
}

/** Options of the traces of a workload. */
export interface TraceOptions {
  /**
   * The protocol, one that the program's OpenTelemetry library supports.
   *
   * @default TraceProtocol.HTTP_PROTOBUF
   */
  readonly protocol?: TraceProtocol;
  /**
   * The ratio of sampled traces, from 0 to 1.
   *
   * @default 1
   */
  readonly sampledRatio?: number;
}

const SCRAPE = {
  port: optional(any<number>()),
  path: withDefault(
    matching(
      /^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/,
      'Begin with a slash, without blanks and parameters, for example "/metrics"',
      {
        code: "VALUE_INVALID",
      },
    ),
    "/metrics",
  ),
  interval: optional(wholeDuration("seconds", { least: 5, example: "Duration.seconds(30)" })),
  sampleLimit: optional(wholeNumber({ least: 1 })),
} satisfies PropsSchema<ScrapeOptions>;

/** Validates the scrape options; throws an error that lists every problem. */
export function readScrape(workload: Monitored, options: ScrapeOptions): ScrapeRequest {
  const problems = new Problems(workload);
  const { interval, path, port = portOf(workload), sampleLimit } = readProps(problems, options, SCRAPE);
  checkServed(problems, workload, port);
  return problems.resolved<ScrapeRequest>({ workload, port, path, intervalSeconds: interval, sampleLimit });
}

const TRACES = {
  protocol: withDefault(
    choice(TraceProtocol, "TraceProtocol.HTTP_PROTOBUF or TraceProtocol.GRPC"),
    TraceProtocol.HTTP_PROTOBUF,
  ),
  sampledRatio: withDefault(any<number>(), 1),
} satisfies PropsSchema<TraceOptions>;

/** Validates the trace options; throws an error that lists every problem. */
export function readTraces(workload: Traced, options: TraceOptions): TraceRequest {
  const problems = new Problems(workload);
  const { protocol, sampledRatio = 1 } = readProps(problems, options, TRACES);
  if (typeof sampledRatio !== "number" || !(sampledRatio >= 0 && sampledRatio <= 1)) {
    problems.add(
      "VALUE_INVALID",
      `sampledRatio is ${shown(sampledRatio)}`,
      "Give a number from 0 to 1, for example 0.1 for a tenth of all traces",
    );
  }
  return problems.resolved<TraceRequest>({ workload, protocol, sampledRatio });
}

function portOf({ port, ports = [] }: Monitored): number | undefined {
  return ports.find(({ name }) => name === "metrics")?.port ?? port;
}

function checkServed(problems: Problems, { port: ownPort, ports = [] }: Monitored, port: unknown): void {
  const served = new Set([...(ownPort === undefined ? [] : [ownPort]), ...ports.map((named) => named.port)]);
  if (served.has(port as number)) return;
  problems.add(
    "PORT_NOT_LISTENED",
    served.size === 0
      ? "port was not given, and the workload has no ports"
      : `port is ${shown(port)}, and the workload listens on ${[...served].join(", ")}`,
    'Add the port to the workload: ports: [{ name: "metrics", port: 9090 }]',
  );
}

/** A workload, as a monitoring needs it. */
export interface Traced extends IConnectable, IConstruct {
  readonly name: string;
  readonly namespace?: string;
  readonly selectorLabels: { [key: string]: string };
  readonly _pod: HardenedPod;
}

/** A long-running workload, which may listen on ports. */
export interface Monitored extends Traced {
  readonly port?: number;
  readonly ports?: NamedPort[];
}

/** A validated request to scrape a port of a workload. */
export interface ScrapeRequest {
  readonly workload: Monitored;
  readonly port: number;
  readonly path: string;
  readonly intervalSeconds?: number;
  readonly sampleLimit?: number;
}

/** A validated request to receive the traces of a workload. */
export interface TraceRequest {
  readonly workload: Traced;
  readonly protocol: TraceProtocol;
  readonly sampledRatio: number;
}

/** The monitoring of a cluster, as workloads use it. */
export interface Monitor extends IConstruct {
  _scrape(request: ScrapeRequest): void;
  _trace(request: TraceRequest): void;
}

interface Waiting {
  readonly cluster: IConstruct;
  readonly then: (monitor: Monitor) => void;
}

interface State {
  readonly monitors: { readonly cluster: IConstruct; readonly monitor: Monitor }[];
  waiting: Waiting[];
}

/** By the root of the clusters: charts of several cdk8s Apps may belong to one cluster. */
const states = new StateOfTree<State>(() => ({ monitors: [], waiting: [] }));

/** The monitoring of a cluster, if it exists. */
export function monitorOf(cluster: IConstruct): Monitor | undefined {
  return states.of(cluster).monitors.find((entry) => isSameCluster(entry.cluster, cluster))?.monitor;
}

/** Registers a monitoring for the workloads of its cluster, including earlier ones. */
export function setMonitor(cluster: IConstruct, monitor: Monitor): void {
  const state = states.of(cluster);
  state.monitors.push({ cluster, monitor });
  const ready = state.waiting.filter((entry) => isSameCluster(entry.cluster, cluster));
  state.waiting = state.waiting.filter((entry) => !ready.includes(entry));
  const problems = new Problems(monitor);
  for (const { then } of ready) problems.collect(() => then(monitor));
  problems.throwIfAny();
}

/**
 * Calls back with the monitoring of a workload's cluster, after the chart is added to the cluster and the
 * monitoring is created.
 *
 * @param what the feature that needs the monitoring, for messages
 */
export function requireMonitor(workload: IConstruct, what: string, then: (monitor: Monitor) => void): void {
  const chart = Chart.of(workload);
  const check = () => checkMonitored(workload, what);
  checkAtSynthesis(workload, check);
  needCluster(chart, check);
  whenMonitored(workload, then);
}

/** Calls back like `requireMonitor`, and never if the cluster has no monitoring. */
export function whenMonitored(workload: IConstruct, then: (monitor: Monitor) => void): void {
  whenAdded(Chart.of(workload), (cluster) => {
    const monitor = monitorOf(cluster);
    if (monitor) then(monitor);
    else states.of(cluster).waiting.push({ cluster, then });
  });
}

/** Throws if the workload would never be scraped, or its traces never be received. */
function checkMonitored(workload: IConstruct, what: string): void {
  const chart = Chart.of(workload);
  const cluster = scopeOf(chart);
  if (cluster && monitorOf(cluster)) return;
  const problems = new Problems(workload);
  if (cluster) {
    problems.add(
      "MONITORING_MISSING",
      `${what} needs a ClusterMonitoring, and ${cluster.node.path} has none`,
      'Create one: new ClusterMonitoring(chart, "monitoring", { cluster, … }), or remove the call',
    );
  } else {
    problems.add(
      "MONITORING_MISSING",
      `${what} needs a ClusterMonitoring, and the chart ${chart.node.path || chart.node.id} was added to no cluster`,
      `Add the chart to its cluster: cluster.addCdk8sChart("${chart.node.id}", chart)`,
    );
  }
  problems.throwIfAny();
}
