import { Chart, type ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { type Problems } from "../core/validation-error";
import { apiObjectsIn } from "../manifests/chart-objects";
import { ObjectIndex } from "../manifests/object-index";

/** An object of props without those that are undefined, so that they don't hide defaults. */
export function given<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}

/** The chart that a construct is in. */
export function chartOf(scope: Construct): Chart | undefined {
  return [...scope.node.scopes].reverse().find((one): one is Chart => Chart.isChart(one));
}

/** The object of one of these kinds and of this name that a chart has already. */
export function findNamed(chart: Chart, kinds: readonly string[], name: string): ApiObject | undefined {
  const index = ObjectIndex.of(chart);
  if (!kinds.some((kind) => index.mayHold(kind, name))) return undefined;
  return apiObjectsIn(chart).find(
    ({ kind, name: other, metadata }) =>
      kinds.includes(kind) &&
      other === name &&
      (kind === "Namespace" || metadata.namespace === chart.namespace),
  );
}

/** Adds a problem where the chart has an object of one of these kinds and of this name already. */
export function checkUnused(
  problems: Problems,
  scope: Construct,
  kinds: readonly string[],
  name: string,
  fix = "Give each a name of its own",
): void {
  const chart = chartOf(scope);
  if (!chart) {
    problems.add(
      "VALUE_INVALID",
      `The scope ${scope.node.path} is in no chart`,
      'Make it in a chart of cdk8s: new Chart(new App(), "shop", { namespace: "shop" })',
    );
    return;
  }
  const taken = findNamed(chart, kinds, name);
  if (!taken) return;
  problems.add(
    "NAME_DUPLICATE",
    `The chart has a ${taken.kind} named ${name} already, made by ${taken.node.scope?.node.path}`,
    fix,
  );
}
