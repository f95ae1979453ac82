import { Chart } from "cdk8s";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";
import { Problems } from "../core/validation-error";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

const names = new WeakMap<Chart, Set<string>>();
const RUN_PODS = ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"];

/** Notes that a chart makes a namespace, and has the chart checked once for all of its namespaces. */
export function noteNamespace(chart: Chart, name: string): void {
  const known = names.get(chart);
  names.set(chart, (known ?? new Set()).add(name));
  if (!known) checkAtSynthesis(chart, () => checkMembers(chart));
}

/**
 * Throws where pods of a chart go into the chart's own namespace while the chart makes another one.
 *
 * They would run in a namespace that nobody secured; the two names were meant to be one.
 */
function checkMembers(chart: Chart): void {
  const made = [...(names.get(chart) ?? [])].sort();
  const { namespace } = chart;
  if (namespace !== undefined && made.includes(namespace)) return;
  const lost = apiObjectsIn(chart)
    .filter((one) => Chart.of(one) === chart && RUN_PODS.includes(one.kind))
    .filter((one) => (dataOf(one) as { metadata: { namespace?: string } }).metadata.namespace === namespace);
  const [first] = lost;
  if (!first) return;
  const problems = new Problems(chart);
  problems.add(
    "NAME_INVALID",
    `The ${first.kind} ${first.name} goes into ${namespace === undefined ? "no namespace" : `the namespace ${namespace}`} of its ` +
      `chart, and the SecureNamespace of the chart is ${made.join(", ")}`,
    `Give both one name: new Chart(app, "${chart.node.id}", { namespace: "${made[0]}" })`,
  );
  problems.throwIfAny();
}
