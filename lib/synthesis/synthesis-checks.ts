import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { computeOnce, rememberDuring, whileReading } from "./rendering";
import { MarkOn, StateOf, StateOfTree } from "../core/construct-state";
import { Problems, ValidationError } from "../core/validation-error";

/** A check of a construct after everything has been created and patched; throws a ValidationError with the problems. */
type Check = () => void;

const checks = new StateOfTree(checksOf);
const suspended = new MarkOn<IConstruct>();

/**
 * Registers a check that runs whenever the tree of a construct is synthesized, before anything of it is written.
 *
 * The validations of cdk8s return texts, which lose the error codes. So there is one validation, at the root, which cdk8s runs
 * first, and which throws the problems of all checks together.
 */
export function checkAtSynthesis(construct: IConstruct, check: Check): void {
  checks.of(construct).push(check);
}

/** The checks of a tree, which run whenever it is synthesized. */
function checksOf(root: IConstruct): Check[] {
  // cdk8s validates the whole tree for each chart that it writes; these are the only writing methods of App.
  if ("synthYaml" in root) rememberDuring(root, ["synth", "synthYaml"]);
  const validate = () => {
    runChecks(root);
    return [];
  };
  root.node.addValidation({ validate });
  return [];
}

/** Runs the checks of a tree, unless it is being read without them; throws all of their problems. */
export function runChecks(root: IConstruct): void {
  if (suspended.has(root)) return;
  const error = whileReading(() => computeOnce(root, refusalOf));
  if (error) throw error;
}

/** The problems of all checks of a tree. */
function refusalOf(root: IConstruct): ValidationError | undefined {
  const problems = new Problems(root);
  withoutChecks(root, () => {
    for (const check of checks.peek(root) ?? []) problems.collect(check);
  });
  try {
    problems.throwIfAny();
    return undefined;
  } catch (error) {
    if (ValidationError.isValidationError(error)) return error;
    throw error;
  }
}

/** Reads a tree without running its checks, which cdk8s would run for the whole tree with each chart. */
export function withoutChecks<T>(root: IConstruct, read: () => T): T {
  if (!suspended.once(root)) return read();
  try {
    return read();
  } finally {
    suspended.clear(root);
  }
}

/** A check of a chart after all of its objects have been created and patched; throws a ValidationError with the problems. */
type ChartCheck = (chart: Chart) => void;

const chartChecks = new StateOf<IConstruct, ChartCheck[]>(() => []);

/** Registers a check for each chart that was or will be added below a construct of Terraform; it runs whenever the chart is written. */
export function checkChartsBelow(scope: IConstruct, check: ChartCheck): void {
  chartChecks.of(scope).push(check);
}

/** Runs the checks of all constructs around an output on its chart; throws all problems together. */
export function runChartChecks(output: IConstruct, chart: Chart): void {
  const problems = new Problems(output);
  for (const check of output.node.scopes.flatMap((scope) => chartChecks.peek(scope) ?? [])) {
    problems.collect(() => {
      check(chart);
    });
  }
  problems.throwIfAny();
}
