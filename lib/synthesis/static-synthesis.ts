import { App, Chart } from "cdk8s";
import { isBridging, objectsOf } from "./chart-objects";
import { describe, isPlainObject } from "./check-objects";
import { checkBeside, noteChart, noteWritten } from "./forgotten-charts";
import { checkNames, namesOf } from "./object-names";
import { misplacedField, referencePlaces } from "./reference-places";
import { holdsReference } from "./references";
import { checkAtSynthesis } from "./synthesis-checks";
import { checkCopies } from "../core/construct-scope";
import { Problems } from "../core/validation-error";
import { MarkOn } from "../core/construct-state";

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
