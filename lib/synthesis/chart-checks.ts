import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { Problems } from "../core/validation-error";

/** Looks at a chart when all in it is made and patched; throws a ValidationError with what is wrong. */
type ChartCheck = (chart: Chart) => void;

const checks = new WeakMap<IConstruct, ChartCheck[]>();

/** Has each chart checked that was or will be added below a construct of Terraform, whenever the chart is written there. */
export function checkChartsBelow(scope: IConstruct, check: ChartCheck): void {
  checks.set(scope, [...(checks.get(scope) ?? []), check]);
}

/** Runs the checks of all constructs around an output with the chart that it holds; throws all that they find. */
export function runChartChecks(output: IConstruct, chart: Chart): void {
  const problems = new Problems(output);
  for (const check of output.node.scopes.flatMap((scope) => checks.get(scope) ?? [])) {
    problems.collect(() => {
      check(chart);
    });
  }
  problems.throwIfAny();
}
