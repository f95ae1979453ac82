import * as fs from "node:fs";
import * as path from "node:path";
import { Chart } from "cdk8s";
import {
  DefaultTokenResolver,
  type IResolvable,
  type IResolveContext,
  type ISynthesisSession,
  Lazy,
  StringConcat,
  TerraformOutput,
  TerraformStack,
  Token,
  Tokenization,
} from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { guardStaticSynthesis, wasSynthesized } from "./chart-guards";
import { apiObjectsIn, chartsIn, dataOf, objectsOf } from "./chart-objects";
import {
  clusterKeyOf,
  type IChartScope,
  isSameCluster,
  outputOf,
  runWaiting,
  setOutput,
} from "./chart-scopes";
import { ChartYaml } from "./chart-yaml";
import { changedDatesOf, checkIncluded } from "./check-included";
import {
  addDuplicate,
  checkExpression,
  checkNames,
  checkObjects,
  describe,
  isPlain,
  isPlainObject,
  makersOf,
  namesOf,
  noteNames,
  type ObjectName,
  type ResolveName,
} from "./check-objects";
import { originOf, produceLazies, referencePlaces } from "./references";
import { computeOnce, rememberDuring } from "./rendering";
import { runChartChecks } from "./synthesis-checks";
import { Acknowledgements } from "../core/acknowledgement";
import { StateOf } from "../core/construct-state";
import { refuseLate, wrongValuesIn } from "../core/late-values";
import { matching, readProps } from "../core/readers";
import { explainReferences, guardStackCycles } from "../core/stack-cycles";
import { Problems, ValidationError } from "../core/validation-error";
import { type Reader, refuseKind } from "../core/value-readers";
import { addWarning } from "../core/warnings";

const FOLDER = "manifests";

/** The readable manifests of a chart, a file beside the stack that has them as an output. */
export interface Preview {
  readonly stack: TerraformStack;
  readonly name: string;
  /** The text, known after the synthesis of the stack. */
  readonly text: string;
}

function fileOf({ stack, name }: Preview): string {
  return path.join(stack.node.id, `${name}.yaml`);
}

const previews = new StateOf<TerraformStack, Preview[]>(() => []);

/** Writes a preview whenever its stack is written; synthesizers are the only hook of cdktf for additional files. */
export function writeAtSynthesis(preview: Preview, all: () => readonly Preview[]): void {
  const { stack } = preview;
  const own = previews.of(stack);
  own.push(preview);
  if (own.length > 1) return;
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      inner.synthesize(session);
      const folder = path.join(session.outdir, FOLDER);
      removeOthers(folder, new Set(all().map(fileOf)));
      fs.mkdirSync(path.join(folder, stack.node.id), { recursive: true });
      for (const each of own) fs.writeFileSync(path.join(folder, fileOf(each)), each.text);
    },
  };
}

/** Removes files of earlier runs for charts that no longer exist, so that they are not applied by mistake. */
function removeOthers(folder: string, kept: ReadonlySet<string>): void {
  for (const stack of foldersIn(folder)) {
    const own = path.join(folder, stack);
    for (const file of fs.readdirSync(own).filter((name) => name.endsWith(".yaml"))) {
      if (!kept.has(path.join(stack, file))) fs.rmSync(path.join(own, file));
    }
    if (fs.readdirSync(own).length === 0) fs.rmdirSync(own);
  }
}

function foldersIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

// A field whose whole value is undefined is left out, as cdk8s does with its own.
const PROMISED = { part: "text", text: "optional text", value: "any" } as const;

/** Adds a problem for each `Lazy` or token of cdktf in an object that turns out to be `null`, or a list where text is expected. */
function checkLateValues(problems: Problems, object: unknown, context: IResolveContext): void {
  for (const { field, token, in: place } of referencePlaces(object)) {
    for (const wrong of wrongValuesIn(token, context.scope, field, PROMISED[place])) {
      refuseLate(problems, `${wrong.field} of ${describe(object).replace("The", "the")}`, wrong.what);
    }
  }
}

/** Reads a chart, also one of another copy of cdk8s. */
const checkedChart: Reader<Chart> = (problems, name, value) =>
  Chart.isChart(value)
    ? value
    : refuseKind(problems, name, value, 'new Chart(new App(), "shop", { namespace: "shop" })');

const OUTPUT = {
  id: matching(
    /^[A-Za-z][A-Za-z0-9_-]*$/,
    "Begin with a letter and use letters, digits, _ and - only, as in the names of Terraform's outputs",
  ),
  chart: checkedChart,
};

/**
 * An output of a stack that contains the objects of a chart as YAML.
 *
 * The chart is read at synthesis, so later additions and patches are included.
 */
export class ChartOutput extends Construct implements Preview {
  public readonly stack: TerraformStack;
  /** The objects as plain data, from the last write. */
  public written: readonly unknown[] = [];
  private preview = "";
  /** The names of the objects, from the last write. */
  private names: readonly ObjectName[] = [];
  private readonly warned = new Set<string>();

  /** @param name the output is `<name>_manifests`. */
  constructor(
    public readonly scope: Construct & IChartScope,
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
      // Resolved here and not by cdktf, which would read a literal ${ of a manifest as the start of an expression.
      value: Lazy.anyValue({ produce: (context) => this.manifests(context) }),
    });
    output.overrideLogicalId(outputName(name));
    rememberDuring(stack, ["prepareStack", "toTerraform", "toHclTerraform"]);
    explainReferences(this.stack, (other) => this.referenceTo(other));
    writeAtSynthesis(this, () => outputsIn(this.node.root));
  }

  /** The readable manifests, from the last synthesis. */
  public get text(): string {
    return this.preview;
  }

  /** Throws the problems of all charts of the app, so that they can be fixed together. */
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

  /** Writes the chart without using the result; errors from outside of the library are left for later. */
  private check(preparing: boolean): void {
    const resolver = new DefaultTokenResolver(new StringConcat());
    const manifests = Lazy.anyValue({ produce: (context) => this.write(context) });
    try {
      Tokenization.resolve(manifests, { scope: this, resolver, preparing });
    } catch (error) {
      if (ValidationError.isValidationError(error)) throw error;
    }
  }

  /** Names the object of the chart that refers to another stack, and the place of the reference. */
  private referenceTo(other: TerraformStack): string | undefined {
    for (const object of apiObjectsIn(this.chart)) {
      const place = referencePlaces(dataOf(object)).find(({ token }) => originOf(token) === other);
      if (!place) continue;
      const { kind, name, node } = object;
      return `the ${kind} ${Token.isUnresolved(name) ? node.path : name} of the chart ${this.chart.node.path}, added to ${this.scope.node.path}, refers to the stack ${other.node.path} in ${place.field}`;
    }
    return undefined;
  }

  private write(context: IResolveContext): string {
    if (context.preparing) guardStackCycles(this.node.root);
    const problems = new Problems(this);
    const objects = objectsOf(this.chart).map((object) => {
      if (isPlainObject(object)) return object;
      checkLateValues(problems, object, context);
      return produceLazies(object, context);
    });
    this.written = objects;
    problems.collect(() => {
      runChartChecks(this, this.chart);
    });
    checkName(problems, this.stack, this.name, this);
    checkObjects(problems, objects);
    checkIncluded(problems, this.chart, objects);
    for (const date of changedDatesOf(this.chart, objects)) this.warnOnce(date);
    this.checkNames(problems, objects, context);
    const expressions = new Set<string>();
    const resolve = (reference: IResolvable | string) => {
      const expression = context.resolve(reference) as string;
      expressions.add(expression);
      return expression;
    };
    const yaml = new ChartYaml(objects);
    // Here cdktf only searches for references and discards the result, and YAML is the most expensive step.
    if (context.preparing) yaml.resolveAll(resolve);
    // Kept for the file beside the stack, so that the chart is read once and the two can't differ.
    else this.preview = yaml.preview(resolve);
    for (const expression of expressions) checkExpression(problems, expression, this.stack);
    problems.throwIfAny();
    return context.preparing ? "" : yaml.terraform(resolve);
  }

  private warnOnce(text: string): void {
    if (this.warned.has(text)) return;
    this.warned.add(text);
    addWarning(this, text);
  }

  /** Finds names that two objects of the cluster share, in this chart or in another one that was added to it. */
  private checkNames(problems: Problems, objects: readonly unknown[], context: IResolveContext): void {
    const before = this.names;
    this.names = namesOf(objects, this.resolveName(context));
    checkNames(problems, this.chart, this.names, (data) => this.namesIn(data, context));
    if (!noteNames(this, computeOnce(this.scope, clusterKeyOf), before, this.names)) return;
    const own = new Map(this.names.map((name) => [name.key, name]));
    for (const other of this.others()) {
      const shared = new Set(other.names.map(({ key }) => own.get(key)).filter((name) => name !== undefined));
      for (const name of shared) problems.collect(() => this.refuseShared(other, name, context));
    }
  }

  private others(): ChartOutput[] {
    return outputsIn(this.node.root).filter(
      (other) => other !== this && isSameCluster(other.scope, this.scope),
    );
  }

  /** Throws the same error from whichever of the two outputs is written later, so that it is reported once. */
  private refuseShared(other: ChartOutput, name: ObjectName, context: IResolveContext): void {
    const makers = [this, other].map(({ chart, node }) => ({
      output: node.path,
      // Read again: what the other output wrote may have changed since.
      paths: makersOf(chart, name, (data) => this.namesIn(data, context)),
    }));
    if (makers.some(({ paths }) => paths.length === 0)) return;
    const [cluster = ""] = [this.scope, other.scope].map(({ node }) => node.path).sort();
    const problems = new Problems(cluster);
    const texts = makers.map(({ output, paths }) => `${paths[0]} of the chart of ${output}`);
    addDuplicate(problems, name, texts.sort());
    problems.throwIfAny();
  }

  private namesIn(data: unknown, context: IResolveContext): ObjectName[] {
    return namesOf([produceLazies(data, context)], this.resolveName(context));
  }

  private resolveName(context: IResolveContext): ResolveName {
    return (text) => {
      if (isPlain(text) || !Token.isUnresolved(text)) return text;
      return `${context.resolve(text)} of ${this.stack.node.path}`;
    };
  }
}

function outputsIn(root: IConstruct): ChartOutput[] {
  return root.node
    .findAll()
    .filter((construct): construct is ChartOutput => construct instanceof ChartOutput);
}

/** All outputs of a stack; the outputs that cdktf adds while it prepares a stack have names that no chart has. */
function outputsByName(stack: TerraformStack): ReadonlyMap<string, readonly TerraformOutput[]> {
  const outputs = new Map<string, TerraformOutput[]>();
  for (const construct of stack.node.findAll()) {
    if (!TerraformOutput.isTerraformOutput(construct)) continue;
    const others = outputs.get(construct.friendlyUniqueId);
    if (others) others.push(construct);
    else outputs.set(construct.friendlyUniqueId, [construct]);
  }
  return outputs;
}

function outputName(name: string): string {
  return `${name}_manifests`;
}

function checkOutput(scope: Construct, stack: TerraformStack, name: string, chart: Chart): void {
  const problems = new Problems(scope);
  readProps(problems, { id: name, chart }, OUTPUT);
  problems.throwIfAny();
  checkName(problems, stack, name);
  if (wasSynthesized(stack)) {
    problems.add(
      "CHART_NOT_ADDED",
      `The chart ${chart.node.path || chart.node.id} was added after the stack ${stack.node.path} was written, which does not have it`,
      "Add all charts before app.synth()",
    );
  }
  const relatives = [
    ...chart.node.scopes.filter((construct): construct is Chart => Chart.isChart(construct)),
    ...chartsIn(chart),
  ];
  const before = relatives.find((relative) => outputOf(relative));
  if (before) {
    problems.add(
      "MANIFEST_DUPLICATE",
      `The chart ${before.node.path} was added before, as ${outputOf(before)?.node.path}` +
        (before === chart ? "" : `, and shares objects with ${chart.node.path}`),
      "Add a chart once, with the charts inside of it; make a second chart for a second cluster",
    );
  }
  problems.throwIfAny();
  // Before the output is created: the network may reject what a workload needs.
  runWaiting(problems, chart, scope);
  problems.throwIfAny();
}

function checkName(problems: Problems, stack: TerraformStack, name: string, own?: ChartOutput): void {
  const taken = (computeOnce(stack, outputsByName).get(outputName(name)) ?? []).find(
    (other) => other.node.scope !== own,
  );
  if (!taken) return;
  problems.add(
    "NAME_DUPLICATE",
    `The stack has an output ${outputName(name)} already, made by ${taken.node.path}`,
    "Give each chart of a stack an id of its own",
  );
}
