import { Chart } from "cdk8s";
import { addWarning } from "../../core/warnings";
import { type IConstruct } from "constructs";
import { outputOf } from "../../manifests/chart-scopes";

const told = new WeakMap<IConstruct, Set<string>>();

/**
 * Says something once: in the stack that a chart goes through, where the tools of Terraform's side show it; else to whoever
 * runs the program.
 */
export function warn(scope: IConstruct, text: string): void {
  const output = outputAround(scope);
  const target = output ?? scope;
  const texts = told.get(target) ?? new Set();
  told.set(target, texts);
  if (texts.has(text)) return;
  texts.add(text);
  if (output) addWarning(output, text);
  else process.emitWarning(text, { type: "HardeningWarning" });
}

/** The output of a chart that has something of the scope in it. */
function outputAround(scope: IConstruct): IConstruct | undefined {
  const charts = [...scope.node.scopes].reverse().concat(scope.node.findAll());
  return charts
    .filter((one): one is Chart => Chart.isChart(one))
    .map(outputOf)
    .find((output) => output !== undefined);
}
