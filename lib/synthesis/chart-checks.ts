import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { Problems } from "../core/validation-error";
import { StateOf } from "../core/construct-state";

/** A check of a chart after all of its objects have been created and patched; throws a ValidationError with the problems. */
type ChartCheck = (chart: Chart) => void;

const checks = new StateOf<IConstruct, ChartCheck[]>(() => []);

/** Registers a check for each chart that was or will be added below a construct of Terraform; it runs whenever the chart is written. */
export function checkChartsBelow(scope: IConstruct, check: ChartCheck): void {
  checks.of(scope).push(check);
}

/** Runs the checks of all constructs around an output on its chart; throws all problems together. */
export function runChartChecks(output: IConstruct, chart: Chart): void {
  const problems = new Problems(output);
  for (const check of output.node.scopes.flatMap((scope) => checks.peek(scope) ?? [])) {
    problems.collect(() => {
      check(chart);
    });
  }
  problems.throwIfAny();
}
