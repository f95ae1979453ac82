import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { chartsIn } from "./chart-objects";
import { computeOnce } from "./reading";
import { identityOf } from "../core/reference";
import { type Problems } from "../core/validation-error";

/** What is done with the scope that a chart is added to; throws what is wrong. */
type Then = (scope: IConstruct) => void;

const outputs = new WeakMap<IConstruct, IConstruct>();
const rootsWithOutputs = new WeakSet<IConstruct>();
const waiting = new WeakMap<IConstruct, Then[]>();

/** Notes the output that a chart was added as. */
export function setOutput(chart: Chart, output: IConstruct): void {
  outputs.set(chart, output);
  rootsWithOutputs.add(chart.node.root);
}

/** Whether a chart of an App of cdk8s was added. */
export function isAnyAddedIn(root: IConstruct): boolean {
  return rootsWithOutputs.has(root);
}

/** Whether a chart, or one around it, was added. */
export function isAdded(chart: Chart): boolean {
  return scopeOf(chart) !== undefined;
}

/** The output that a chart itself was added as. */
export function outputOf(chart: Chart): IConstruct | undefined {
  return outputs.get(chart);
}

/** What a chart, or one around it, was added to: a cluster, where the chart goes through one. */
export function scopeOf(chart: Chart): IConstruct | undefined {
  const added = chart.node.scopes.find((one) => Chart.isChart(one) && outputs.has(one));
  return added && outputs.get(added)?.node.scope;
}

/** Does something with what a chart is added to: now where it was added already, and else when it is added. */
export function whenAdded(chart: Chart, then: Then): void {
  const scope = scopeOf(chart);
  if (scope) then(scope);
  else {
    const others = waiting.get(chart);
    if (others) others.push(then);
    else waiting.set(chart, [then]);
  }
}

/** Does what waits for a chart, or for one inside of it, to be added; all that is wrong with it goes into the problems. */
export function runWaiting(problems: Problems, chart: Chart, scope: IConstruct): void {
  for (const then of chartsIn(chart).flatMap((one) => waiting.get(one) ?? [])) {
    problems.collect(() => then(scope));
  }
}

/** Whether two scopes of outputs are one cluster: a cluster may be made in one stack and imported in another one. */
export function isSameCluster(one: IConstruct, other: IConstruct): boolean {
  if (one === other) return true;
  return computeOnce(one, clusterKeyOf) === computeOnce(other, clusterKeyOf);
}

/** What is the same for all scopes of one cluster. */
export function clusterKeyOf(scope: IConstruct): unknown {
  return clusterIdOf(scope) ?? scope;
}

/** The cluster's OCID, or what it refers to. */
function clusterIdOf(scope: IConstruct): string | undefined {
  const { clusterId } = scope as { clusterId?: unknown };
  return typeof clusterId === "string" ? identityOf(scope, clusterId) : undefined;
}
