import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { chartsIn } from "./chart-objects";
import { computeOnce } from "./rendering";
import { MarkOn, NoteOn, StateOf } from "../core/construct-state";
import { identityOf } from "../core/terraform-text";
import { type Problems } from "../core/validation-error";

/** What a chart is added to: a cluster, or a stack. */
export interface IChartScope extends IConstruct {
  /** The OCID of the cluster, or a reference to it. @default - the scope is not a cluster */
  readonly clusterId?: string;
  /** The type of the cluster, such as `BASIC_CLUSTER`. @default - not known */
  readonly clusterType?: string;
}

/** Adds a problem if a cluster is known to be a basic one, and a feature needs an enhanced one. */
export function checkEnhanced(
  problems: Problems,
  cluster: IChartScope,
  feature: string,
  code: "ADD_ON_INVALID" | "VALUE_INVALID" = "ADD_ON_INVALID",
): void {
  if (cluster.clusterType !== "BASIC_CLUSTER") return;
  problems.add(
    code,
    `cluster is ${cluster.node.path}, a basic cluster, and ${feature} needs an enhanced one`,
    "Upgrade the cluster first: `oci ce cluster update --cluster-id <OCID> --type ENHANCED_CLUSTER`; this can't be undone",
  );
}

/** An output that contains the objects of a chart. */
interface Output extends IConstruct {
  readonly scope: IChartScope;
}

/** An action on the scope that a chart is added to; throws problems. */
type Then = (scope: IChartScope) => void;

const outputs = new NoteOn<IConstruct, Output>();
const rootsWithOutputs = new MarkOn<IConstruct>();
const waiting = new StateOf<IConstruct, Then[]>(() => []);

/** Records the output that a chart was added as. */
export function setOutput(chart: Chart, output: Output): void {
  outputs.set(chart, output);
  rootsWithOutputs.once(chart.node.root);
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
export function outputOf(chart: Chart): Output | undefined {
  return outputs.get(chart);
}

/** The scope that a chart, or one around it, was added to: a cluster, if it was added through one. */
export function scopeOf(chart: Chart): IChartScope | undefined {
  const added = chart.node.scopes.find((scope) => Chart.isChart(scope) && outputs.has(scope));
  return added && outputs.get(added)?.scope;
}

/** Runs an action on the scope that a chart is added to: immediately if it was added already, otherwise when it is added. */
export function whenAdded(chart: Chart, then: Then): void {
  const scope = scopeOf(chart);
  if (scope) then(scope);
  else waiting.of(chart).push(then);
}

/** Runs the pending actions of a chart and its nested charts when it is added; collects all of their problems. */
export function runWaiting(problems: Problems, chart: Chart, scope: IChartScope): void {
  for (const then of chartsIn(chart).flatMap((each) => waiting.peek(each) ?? [])) {
    problems.collect(() => then(scope));
  }
}

/** Whether two scopes represent the same cluster, which may be created in one stack and imported in another. */
export function isSameCluster(scope: IChartScope, other: IChartScope): boolean {
  if (scope === other) return true;
  return computeOnce(scope, clusterKeyOf) === computeOnce(other, clusterKeyOf);
}

/** A key that is the same for all scopes of one cluster. */
export function clusterKeyOf(scope: IChartScope): unknown {
  return scope.clusterId === undefined ? scope : identityOf(scope, scope.clusterId);
}

/**
 * Whether two constructs of charts belong to one cluster, as far as known at synthesis.
 *
 * Charts without a cluster are written side by side, and count as charts of one cluster.
 */
export function isOfSameCluster(first: IConstruct, other: IConstruct): boolean {
  const [scope, otherScope] = [first, other].map((construct) => scopeOf(Chart.of(construct)));
  if (scope === undefined || otherScope === undefined) return scope === otherScope;
  return isSameCluster(scope, otherScope);
}
