import { App, Chart } from "cdk8s";
import { type ISynthesisSession, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf, isBridging, objectsOf } from "./chart-objects";
import { isAdded, isAnyAddedIn, whenAdded } from "./chart-scopes";
import { checkNames, describe, isPlainObject, namesOf } from "./check-objects";
import { holdsReference, misplacedField, originOf, referencePlaces } from "./references";
import { checkAtSynthesis } from "./synthesis-checks";
import { checkCopies } from "../core/construct-scope";
import { MarkOn, StateOf, StateOfTree } from "../core/construct-state";
import { Problems } from "../core/validation-error";

/** A need of a chart; throws a problem if the chart was not added to a cluster. */
type Need = () => void;

interface Reference {
  deref(): Chart | undefined;
}

// Missing in the types of the language version that jsii uses; every supported Node has it.
const { WeakRef } = globalThis as unknown as { WeakRef: new (chart: Chart) => Reference };

interface Known {
  readonly chart: Reference;
  /** The first chart of this program: the process may have run others before, such as an earlier test. */
  readonly number: number;
}

let known: Known[] = [];
let count = 0;
const needs = new StateOf<Chart, Need[]>(() => []);
const explained = new StateOf<Chart, (() => boolean)[]>(() => []);
/** The number of charts that existed when the first cluster of a tree was created. */
const starts = new StateOfTree(() => count);
const watched = new MarkOn<TerraformStack>();
const synthesized = new MarkOn<IConstruct>();
const records = new StateOf<Chart, object>(() => ({}));
// Paths are kept instead of charts: a chart that was garbage-collected is reported too, and none is kept alive.
const unwritten = new Map<object, string>();
let isEndWatched = false;

/** Records a chart with constructs of the library, to detect if it is not added to a cluster. */
export function noteChart(chart: Chart): void {
  known.push({ chart: new WeakRef(chart), number: count++ });
  unwritten.set(records.of(chart), chart.node.path || chart.node.id);
  whenAdded(chart, () => noteWritten(chart));
}

/** Records that a chart was added to a cluster, or written by plain cdk8s. */
export function noteWritten(chart: Chart): void {
  unwritten.delete(records.of(chart));
}

/**
 * Warns about each chart that nothing has written by the end of a program that wrote a stack with a cluster.
 *
 * Only then is it certain: plain cdk8s may write a chart long after the stack, for example for GitOps. The needs of the chart, the
 * time of its creation, and other programs of the process do not matter, as the writer of each chart is known.
 */
function warnAtEnd(): void {
  for (const path of unwritten.values()) {
    process.emitWarning(
      [
        `The chart ${path} was forgotten: neither a cluster nor plain cdk8s has written it`,
        "  Why: What it holds is never applied, and nothing else would report that it is missing.",
        `  Instead: Call cluster.addCdk8sChart(id, chart) before app.synth(), or synth() of its cdk8s App`,
      ].join("\n"),
      { type: "SecureOkeWarning", code: "chart-not-written" },
    );
  }
  unwritten.clear();
}

function endWithWarnings(): void {
  if (isEndWatched) return;
  isEndWatched = true;
  process.once("beforeExit", warnAtEnd);
}

/** Records that a chart must be added to a cluster; throws at synthesis of any cluster if it was not. */
export function needCluster(chart: Chart, need: Need): void {
  needs.of(chart).push(need);
  explainForgotten(chart, () => true);
}

/** Records that a construct of a chart reports by itself that the chart was not added to a cluster. */
export function explainForgotten(chart: Chart, isExplained: () => boolean): void {
  explained.of(chart).push(isExplained);
}

/**
 * Rejects a chart beside one that Terraform writes, because nothing would write it.
 *
 * Plain cdk8s writes all charts of an App, so nothing is rejected until one of them is added.
 */
export function checkBeside(chart: Chart): void {
  if (isAdded(chart) || !isAnyAddedIn(chart.node.root)) return;
  if ((explained.peek(chart) ?? []).some((isExplained) => isExplained())) return;
  refuse(
    chart,
    "other charts of its App were added to a cluster, and it was added to none, so that nobody writes it",
  );
}

/** Rejects charts that only the stack of a cluster could write, whenever that stack is synthesized without them. */
export function watchCharts(cluster: IConstruct): void {
  const stack = TerraformStack.of(cluster);
  const { root } = cluster.node;
  const start = starts.of(root);
  if (!watched.once(stack)) return;
  const inner = stack.synthesizer;
  // Not an aspect, which runs for `Testing.synth` too: a test of a single stack does not have to add its charts.
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      checkAlone(root, start);
      inner.synthesize(session);
      synthesized.once(stack);
      endWithWarnings();
    },
  };
}

/** Whether the stack was already written, so that later additions are missing in it. */
export function wasSynthesized(stack: TerraformStack): boolean {
  return synthesized.has(stack);
}

function checkAlone(root: IConstruct, start: number): void {
  const problems = new Problems(root);
  known = known.filter(({ chart }) => chart.deref() !== undefined);
  for (const { chart: reference, number } of known) {
    const chart = reference.deref();
    // If another chart of the App was added, this one is reported when that one is written.
    if (!chart || number < start || isAdded(chart) || isAnyAddedIn(chart.node.root)) continue;
    for (const need of needs.peek(chart) ?? []) problems.collect(need);
    if (needs.has(chart) || !refersTo(chart, root)) continue;
    problems.collect(() => {
      refuse(
        chart,
        "it holds references to Terraform values, and was added to no cluster, so that nothing can write it",
      );
    });
  }
  problems.throwIfAny();
}

function refuse(chart: Chart, why: string): void {
  const problems = new Problems(chart);
  problems.add(
    "CHART_NOT_ADDED",
    `The chart ${chart.node.path || chart.node.id} was forgotten: ${why}`,
    `Call cluster.addCdk8sChart("${chart.node.id}", chart) before app.synth(); a chart that plain cdk8s writes belongs into an App of its own`,
  );
  problems.throwIfAny();
}

/** Whether a chart refers to an app of cdktf. */
function refersTo(chart: Chart, root: IConstruct): boolean {
  return apiObjectsIn(chart).some((object) => {
    try {
      return referencePlaces(dataOf(object)).some(({ token }) => originOf(token)?.node.root === root);
    } catch {
      // The writer of the chart reports what can't be read.
      return false;
    }
  });
}

const CDK8S = { "cdk8s.App": App, "cdk8s.Chart": Chart };
const guarded = new MarkOn<Chart>();

/**
 * Prevents plain cdk8s from writing a chart with references to Terraform values.
 *
 * cdk8s would silently write placeholders for them. Charts without references are unaffected.
 */
export function guardStaticSynthesis(chart: Chart): void {
  if (guarded.has(chart)) return;
  const problems = new Problems(chart);
  checkCopies(problems, chart, CDK8S);
  problems.throwIfAny();
  guarded.once(chart);
  noteChart(chart);
  checkAtSynthesis(chart, () => check(chart));
}

function check(chart: Chart): void {
  if (isBridging()) {
    checkBeside(chart);
    return;
  }
  const objects = objectsOf(chart);
  const problems = new Problems(chart);
  if (objects.some((object) => !isPlainObject(object) && holdsReference(object))) {
    problems.add(
      "MANIFEST_REFERENCES",
      `The chart holds references to Terraform values, which cdk8s can't resolve: ${placesIn(objects)}`,
      `Call cluster.addCdk8sChart("${chart.node.id}", chart) and app.synth() of the cdktf app; ` +
        "Terraform then writes the manifests with the real values. Don't call synth() of the cdk8s app",
    );
  } else {
    const read = (object: unknown) => namesOf([object], (name) => name);
    checkNames(problems, chart, objects.flatMap(read), read);
  }
  problems.throwIfAny();
  noteWritten(chart);
}

const MAX_PLACES = 3;

/** The first places with references, each with its object. */
function placesIn(objects: readonly unknown[]): string {
  const all = objects.filter(holdsReference).map((object) => {
    const [place] = referencePlaces(object);
    return `${describe(object).replace("The", "the")} in ${place?.field ?? misplacedField(object)}`;
  });
  const more = all.length > MAX_PLACES ? `, and ${all.length - MAX_PLACES} more objects` : "";
  return `${all.slice(0, MAX_PLACES).join(", ")}${more}`;
}
