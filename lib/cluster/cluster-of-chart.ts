import { type Chart } from "cdk8s";
import { type ISecureOkeCluster } from "./cluster-base";
import { type IChartScope, scopeOf } from "../synthesis/chart-scopes";

/** The cluster that a scope of charts is; undefined for a stack that is given charts without a cluster. */
export function asCluster(scope: IChartScope | undefined): ISecureOkeCluster | undefined {
  // Only clusters have an OCID of a cluster, and all of them implement the interface.
  return scope?.clusterId === undefined ? undefined : (scope as ISecureOkeCluster);
}

/** The cluster that a chart, or one around it, was added to. */
export function clusterOfChart(chart: Chart): ISecureOkeCluster | undefined {
  return asCluster(scopeOf(chart));
}
