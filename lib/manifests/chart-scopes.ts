import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";

const outputs = new WeakMap<IConstruct, IConstruct>();

/** Notes the output that a chart was added as. */
export function setOutput(chart: Chart, output: IConstruct): void {
  outputs.set(chart, output);
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
