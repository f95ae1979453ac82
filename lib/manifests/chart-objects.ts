import { ApiObject, App, Chart, DependencyGraph, type IResolver } from "cdk8s";
import { Token, Tokenization } from "cdktf";
import { type IConstruct } from "constructs";
import { withPatches } from "./patches";
import { computeOnce, rememberObject, whileReading } from "./reading";
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
    return whileReading(() => {
      const app = App.of(chart);
      keepReferences(app);
      computeOnce(app, isOrdered);
      runChecks(app);
      return namespacesFirst(withoutChecks(app, () => readCharts(chart)));
    });
  } finally {
    bridging = before;
  }
}

/** One object as plain data, as `objectsOf` has it; not to be changed, as others may get the same. */
export function dataOf(object: ApiObject): unknown {
  return rememberObject(object, () => renderObject(object));
}

/** The same, for who changes it; or what else is read of the object in its place. */
export function renderObject(
  object: ApiObject,
  read: () => unknown = () => object.toJson() as unknown,
): unknown {
  keepReferences(App.of(object));
  return withPatches(() => [object], read);
}

/** Whether the bridge is reading a chart right now, as opposed to cdk8s writing it. */
export function isBridging(): boolean {
  return bridging;
}

/** A chart itself, or an App, and the charts inside of it, whose objects cdk8s does not count as those of the outer one. */
export function chartsIn(scope: IConstruct): Chart[] {
  return scope.node.findAll().filter((construct): construct is Chart => Chart.isChart(construct));
}

/**
 * Has cdk8s find out which objects need which, in the whole App, and keeps what it renders for that.
 *
 * cdk8s does so again for each chart that it renders, and no call of its own is for that alone. Where it fails, who reads the
 * chart next meets the error.
 */
function isOrdered(app: App): boolean {
  const chart = chartsIn(app).find(isPlain);
  if (!chart) return false;
  try {
    const written = withoutChecks(app, () => chart.toJson() as unknown[]);
    const objects = inOrder(chart);
    if (written.length !== objects.length) return false;
    objects.forEach((object, index) => rememberObject(object, () => written[index]));
    return true;
  } catch {
    return false;
  }
}

/** Whether a chart is written as cdk8s does it, and by no method of a subclass. */
function isPlain(chart: Chart): boolean {
  return chart.toJson === Chart.prototype.toJson;
}

/** The objects that cdk8s writes for a chart, each after what it needs. */
function inOrder(chart: Chart): ApiObject[] {
  const objects = new DependencyGraph(chart.node).topology().filter((one) => ApiObject.isApiObject(one));
  return objects.filter((object) => object.chart === chart);
}

function readChart(chart: Chart): unknown[] {
  if (isPlain(chart) && computeOnce(App.of(chart), isOrdered)) return inOrder(chart).map(dataOf);
  return withPatches(
    () => apiObjectsIn(chart),
    () => chart.toJson() as unknown[],
  );
}

function readCharts(chart: Chart): unknown[] {
  const charts = chartsIn(chart);
  const objects = new Map(charts.map((one) => [one, readChart(one)]));
  if (charts.length === 1) return [...objects.values()].flat();
  // Reading has told cdk8s which chart needs which.
  return computeOnce(App.of(chart), sortedCharts).flatMap((one) => objects.get(one) ?? []);
}

function sortedCharts(app: App): Chart[] {
  return app.charts;
}

/** The objects in a construct and below it, those of charts inside of it too. */
export function apiObjectsIn(scope: IConstruct): readonly ApiObject[] {
  return computeOnce(scope, findObjects);
}

function findObjects(scope: IConstruct): ApiObject[] {
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
