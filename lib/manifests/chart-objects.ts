import { ApiObject, App, Chart, type IResolver } from "cdk8s";
import { Token, Tokenization } from "cdktf";
import { type IConstruct } from "constructs";
import { withPatches } from "./patches";
import { runChecks, withoutChecks } from "./synthesis-checks";

// While the bridge itself reads a chart, references in it are welcome.
let bridging = false;

/**
 * The objects of a chart and of the charts inside of it as plain data, namespaces first.
 *
 * References stand in them as cdktf writes them into strings, numbers, lists and maps.
 */
export function objectsOf(chart: Chart): unknown[] {
  const before = bridging;
  bridging = true;
  try {
    const app = App.of(chart);
    keepReferences(app);
    runChecks(app);
    return namespacesFirst(withoutChecks(app, () => readCharts(chart)));
  } finally {
    bridging = before;
  }
}

/** One object as plain data, as `objectsOf` has it; or what else is read of it in its place. */
export function dataOf(object: ApiObject, read: () => unknown = () => object.toJson() as unknown): unknown {
  keepReferences(App.of(object));
  return withPatches([object], read);
}

/** Whether the bridge is reading a chart right now, as opposed to cdk8s writing it. */
export function isBridging(): boolean {
  return bridging;
}

/** A chart itself, or an App, and the charts inside of it, whose objects cdk8s does not count as those of the outer one. */
export function chartsIn(scope: IConstruct): Chart[] {
  return scope.node.findAll().filter((construct): construct is Chart => Chart.isChart(construct));
}

function readCharts(chart: Chart): unknown[] {
  const charts = chartsIn(chart);
  const objects = new Map(
    charts.map((one) => [one, withPatches(apiObjectsIn(chart), () => one.toJson() as unknown[])]),
  );
  if (charts.length === 1) return [...objects.values()].flat();
  // Reading has told cdk8s which chart needs which.
  return App.of(chart).charts.flatMap((one) => objects.get(one) ?? []);
}

/** The objects in a construct and below it, those of charts inside of it too. */
export function apiObjectsIn(scope: IConstruct): ApiObject[] {
  return scope.node.findAll().filter((one) => ApiObject.isApiObject(one));
}

/** kubectl applies objects one by one, and refuses those whose namespace comes later. */
function namespacesFirst(objects: unknown[]): unknown[] {
  const isNamespace = (object: unknown) => (object as { kind?: unknown }).kind === "Namespace";
  return [...objects.filter(isNamespace), ...objects.filter((object) => !isNamespace(object))];
}

/** What cdktf gives for a boolean and for most functions; cdk8s would take it for a value of its own and fail. */
const REFERENCES: IResolver = {
  resolve: (context) => {
    const value: unknown = context.value;
    if (Tokenization.isResolvable(value) && "creationStack" in value) {
      context.replaceValue(Token.asAnyMap(value));
    }
  },
};

function keepReferences({ resolvers }: App): void {
  if (!resolvers.includes(REFERENCES)) resolvers.unshift(REFERENCES);
}
