import { Chart } from "cdk8s";
import {
  DefaultTokenResolver,
  Lazy,
  StringConcat,
  TerraformOutput,
  TerraformStack,
  Tokenization,
  type IResolvable,
  type IResolveContext,
} from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { chartsIn, objectsOf } from "./chart-objects";
import { outputOf, setOutput } from "./chart-scopes";
import { checkExpression, checkObjects } from "./check-objects";
import { produceLazies } from "./lazy-values";
import { writeAtSynthesis, type Preview } from "./previews";
import { previewYaml, terraformYaml } from "./render";
import { guardStaticSynthesis } from "./static-synthesis";
import { Acknowledgements } from "../core/acknowledgement";
import { Problems, ValidationError } from "../core/validation-error";

const ID = /^[A-Za-z][A-Za-z0-9_-]*$/;

/**
 * An output of a stack that holds the objects of a chart as YAML.
 *
 * The chart is read when the stack is synthesized, so what is added to it later, and patches of its objects, are there.
 */
export class ChartOutput extends Construct implements Preview {
  public readonly stack: TerraformStack;
  private preview = "";

  /** @param name the output is `<name>_manifests`. */
  constructor(
    scope: Construct,
    public readonly name: string,
    private readonly chart: Chart,
  ) {
    const stack = TerraformStack.of(scope);
    checkOutput(scope, stack, name, chart);
    super(scope, `Manifests-${name}`);
    this.stack = stack;
    setOutput(chart, this);
    guardStaticSynthesis(chart);
    Acknowledgements._include(this, chart);
    const output = new TerraformOutput(this, "Resource", {
      description: `Kubernetes objects of the chart ${chart.node.path || chart.node.id}`,
      // Resolved here and not left to cdktf: it would read a literal ${ of a manifest as the start of an expression.
      value: Lazy.anyValue({ produce: (context) => this.manifests(context) }),
    });
    output.overrideLogicalId(outputName(name));
    writeAtSynthesis(this, () => outputsIn(this.node.root));
  }

  /** The manifests for people, as they were last synthesized. */
  public get text(): string {
    return this.preview;
  }

  /** Throws what is wrong in any chart of the app, so that it can be mended at once. */
  private manifests(context: IResolveContext): string {
    const problems = new Problems(this);
    const manifests = problems.collect(() => this.write(context));
    if (manifests !== undefined) return manifests;
    for (const other of outputsIn(this.node.root)) {
      if (other !== this) problems.collect(() => other.check(context.preparing));
    }
    problems.throwIfAny();
    return "";
  }

  /** Writes for nobody; an error that is none of the library's is left for later. */
  private check(preparing: boolean): void {
    const resolver = new DefaultTokenResolver(new StringConcat());
    const manifests = Lazy.anyValue({ produce: (context) => this.write(context) });
    try {
      Tokenization.resolve(manifests, { scope: this, resolver, preparing });
    } catch (error) {
      if (ValidationError.isValidationError(error)) throw error;
    }
  }

  private write(context: IResolveContext): string {
    const objects = objectsOf(this.chart).map((object) => produceLazies(object, context));
    const problems = new Problems(this);
    checkName(problems, this.stack, this.name, this);
    checkObjects(problems, objects);
    const expressions = new Set<string>();
    const resolve = (reference: IResolvable | string) => {
      const expression = context.resolve(reference) as string;
      expressions.add(expression);
      return expression;
    };
    // Kept for the file beside the stack, so that the chart is read once and the two can't differ.
    this.preview = previewYaml(objects, resolve);
    for (const expression of expressions) checkExpression(problems, expression, this.stack);
    problems.throwIfAny();
    return terraformYaml(objects, resolve);
  }
}

function outputsIn(root: IConstruct): ChartOutput[] {
  return root.node.findAll().filter((one): one is ChartOutput => one instanceof ChartOutput);
}

function outputName(name: string): string {
  return `${name}_manifests`;
}

function checkOutput(scope: Construct, stack: TerraformStack, name: string, chart: Chart): void {
  const problems = new Problems(scope);
  if (typeof name !== "string" || !ID.test(name)) {
    problems.add(
      "NAME_INVALID",
      `${name === undefined ? "What was not given" : JSON.stringify(name)} can't name an output of Terraform`,
      "Begin with a letter and use letters, digits, _ and - only",
    );
  }
  if (!Chart.isChart(chart)) {
    problems.add(
      chart === undefined ? "ATTRIBUTE_MISSING" : "VALUE_INVALID",
      chart === undefined ? "The chart was not given" : "The chart is none of cdk8s",
      'Give a chart: new Chart(new App(), "shop", { namespace: "shop" })',
    );
  }
  problems.throwIfAny();
  checkName(problems, stack, name);
  const relatives = [
    ...chart.node.scopes.filter((one): one is Chart => Chart.isChart(one)),
    ...chartsIn(chart),
  ];
  const before = relatives.find((one) => outputOf(one));
  if (before) {
    problems.add(
      "MANIFEST_DUPLICATE",
      `The chart ${before.node.path} was added before, as ${outputOf(before)?.node.path}` +
        (before === chart ? "" : `, and shares objects with ${chart.node.path}`),
      "Add a chart once, with the charts inside of it; make a second chart for a second cluster",
    );
  }
  problems.throwIfAny();
}

function checkName(problems: Problems, stack: TerraformStack, name: string, own?: ChartOutput): void {
  const taken = stack.node
    .findAll()
    .filter((other): other is TerraformOutput => TerraformOutput.isTerraformOutput(other))
    .find((other) => other.friendlyUniqueId === outputName(name) && other.node.scope !== own);
  if (!taken) return;
  problems.add(
    "NAME_DUPLICATE",
    `The stack has an output ${outputName(name)} already, made by ${taken.node.path}`,
    "Give each chart of a stack an id of its own",
  );
}
