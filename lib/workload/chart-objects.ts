import { ApiObject, Chart } from "cdk8s";
import { type Construct } from "constructs";
import { type Problems } from "../core/validation-error";

/** An object of props without those that are undefined, so that they don't hide defaults. */
export function given<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}

/** Adds a problem where the chart has an object of one of these kinds and of this name already. */
export function checkUnused(
  problems: Problems,
  scope: Construct,
  kinds: readonly string[],
  name: string,
  fix = "Give each a name of its own",
): void {
  const chart = Chart.of(scope);
  const taken = chart.node
    .findAll()
    .filter((other) => ApiObject.isApiObject(other))
    .find(
      ({ kind, name: other, metadata }) =>
        kinds.includes(kind) &&
        other === name &&
        (kind === "Namespace" || metadata.namespace === chart.namespace),
    );
  if (!taken) return;
  problems.add(
    "NAME_DUPLICATE",
    `The chart has a ${taken.kind} named ${name} already, made by ${taken.node.scope?.node.path}`,
    fix,
  );
}
