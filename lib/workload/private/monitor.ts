import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { type TraceProtocol } from "../monitoring-options";
import { type NamedPort } from "../pods/named-port";
import { type HardenedPod } from "../pods/private/hardened-pod";
import { StateOfTree } from "../../core/construct-state";
import { Problems } from "../../core/validation-error";
import { type IConnectable } from "../../network-policy/connections";
import { isSameCluster, scopeOf, whenAdded } from "../../synthesis/chart-scopes";
import { needCluster } from "../../synthesis/chart-guards";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";

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
