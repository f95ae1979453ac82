import { ApiObject, App, Chart, DependencyGraph, type IResolver, JsonPatch } from "cdk8s";
import { Token, Tokenization } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { computeOnce, rememberObject, whileReading } from "./rendering";
import { runChecks, withoutChecks } from "./synthesis-checks";
import { StateOf } from "../core/construct-state";
import { Problems, ValidationError } from "../core/validation-error";

/** A JSON patch of cdk8s, reduced to its readable parts. */
interface Patch {
  _toJson?(): { readonly op?: string; readonly path?: string };
}

/** Reads objects; if that fails because of an invalid patch, which cdk8s doesn't identify, the error names the patch. */
function withPatches<T>(objects: () => readonly ApiObject[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (ValidationError.isValidationError(error)) throw error;
    const problems = new Problems("patches");
    for (const object of objects()) problems.collect(() => checkPatches(object));
    problems.throwIfAny();
    throw error;
  }
}

function canBeWritten(object: ApiObject): boolean {
  try {
    object.toJson();
    return true;
  } catch {
    return false;
  }
}

/** Throws if one of the object's patches can't be applied. */
function checkPatches(object: ApiObject): void {
  const { patches } = object as unknown as { readonly patches?: Patch[] };
  if (!patches || patches.length === 0) return;
  const all = patches.splice(0);
  try {
    let isFine = canBeWritten(object);
    for (const patch of all) {
      if (!isFine) return;
      patches.push(patch);
      isFine = canBeWritten(object);
      if (!isFine) refuse(object, patch);
    }
  } finally {
    patches.splice(0, patches.length, ...all);
  }
}

function refuse(object: ApiObject, patch: Patch): void {
  const { op = "", path = "" } = patch._toJson?.() ?? {};
  const problems = new Problems(object);
  problems.add(
    "PATCH_INVALID",
    `The ${object.kind} has nothing that the patch ${op} ${path} could be applied to`,
    "Use an existing path, or add its parent first; write ~1 for a / in a name, and ~0 for a ~",
  );
  problems.throwIfAny();
}

// References in a chart are allowed only while the bridge itself reads it.
let bridging = false;

/**
 * The objects of a chart and its nested charts as plain data, namespaces first.
 *
 * References are in the form in which cdktf writes them into strings, numbers, lists and maps.
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

/** One object as plain data, as in `objectsOf`; it must not be changed, as callers may share it. */
export function dataOf(object: ApiObject): unknown {
  return rememberObject(object, () => renderObject(object));
}

/** The same data as a copy that the caller may change; or another property of the object. */
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

/** A chart or an App with its nested charts, whose objects cdk8s does not count as those of the outer one. */
export function chartsIn(scope: IConstruct): Chart[] {
  return scope.node.findAll().filter((construct): construct is Chart => Chart.isChart(construct));
}

/**
 * Makes cdk8s determine the dependencies between objects in the whole App, and keeps what it renders for that.
 *
 * cdk8s repeats this for each chart that it renders, and has no separate call for it. If it fails, the next reader of the chart gets the
 * error.
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

/** Whether a chart is written by cdk8s itself, and not by a method of a subclass. */
function isPlain(chart: Chart): boolean {
  return chart.toJson === Chart.prototype.toJson;
}

/** The objects that cdk8s writes for a chart, each after its dependencies. */
function inOrder(chart: Chart): ApiObject[] {
  const objects = new DependencyGraph(chart.node)
    .topology()
    .filter((construct) => ApiObject.isApiObject(construct));
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
  const objects = new Map(charts.map((each) => [each, readChart(each)]));
  if (charts.length === 1) return [...objects.values()].flat();
  // Reading has told cdk8s which chart needs which.
  return computeOnce(App.of(chart), sortedCharts).flatMap((each) => objects.get(each) ?? []);
}

function sortedCharts(app: App): Chart[] {
  return app.charts;
}

/** The objects in a construct and its descendants, including those of nested charts. */
export function apiObjectsIn(scope: IConstruct): readonly ApiObject[] {
  return computeOnce(scope, findObjects);
}

function findObjects(scope: IConstruct): ApiObject[] {
  return scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
}

/** kubectl applies objects one by one, and rejects objects whose namespace comes later. */
function namespacesFirst(objects: unknown[]): unknown[] {
  const isNamespace = (object: unknown) => (object as { kind?: unknown }).kind === "Namespace";
  return [...objects.filter(isNamespace), ...objects.filter((object) => !isNamespace(object))];
}

/** Resolves the values that cdktf returns for a boolean and for most functions; cdk8s would treat them as its own values and fail. */
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

/** A node, with the method by which constructs adds children to it. */
interface Parent {
  addChild?: (child: IConstruct, id: string) => void;
}

/**
 * The kinds and names of the objects of a chart and its nested charts.
 *
 * Each construct asks whether its names are taken, and searching the chart each time would be quadratic in its size. So the index is
 * notified of each construct that is added anywhere below the chart, and reads the new ones on the next query. It stays correct because
 * an object never changes its kind or name; it doesn't track removed objects.
 */
class ObjectIndex {
  private readonly keys = new Set<string>();
  /** Read later than they are added: constructs adds a child before its constructor has finished. */
  private added: IConstruct[];
  /** Whether constructs adds children without notifying the index. */
  private isBlind = false;

  constructor(chart: Chart) {
    this.added = [chart];
  }

  /** Whether the chart may have an object of a kind and a name; the caller must search for it if so. */
  public mayHold(kind: string, name: string): boolean {
    // The list grows during the iteration by the children of its items.
    for (const construct of this.added) this.include(construct);
    this.added = [];
    return this.isBlind || this.keys.has(keyOf(kind, name));
  }

  private include(construct: IConstruct): void {
    this.watch(construct);
    for (const child of construct.node.children) this.added.push(child);
    if (ApiObject.isApiObject(construct)) this.keys.add(keyOf(construct.kind, construct.name));
  }

  /** constructs has no event for a new child. */
  private watch({ node }: IConstruct): void {
    const parent = node as unknown as Parent;
    const add = parent.addChild;
    if (!add) {
      this.isBlind = true;
      return;
    }
    parent.addChild = (child, id) => {
      add.call(node, child, id);
      this.added.push(child);
    };
  }
}

/** The index of each chart, created on first use. */
const indexes = new StateOf((chart: Chart) => new ObjectIndex(chart));

const keyOf = (kind: string, name: string) => `${kind}/${name}`;

/** A copy of props without undefined members, so that they don't hide defaults. */
export function given<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}

/** The chart that a construct is in. */
export function chartOf(scope: Construct): Chart | undefined {
  return [...scope.node.scopes].reverse().find((construct): construct is Chart => Chart.isChart(construct));
}

/** Removes the namespace of a cluster-scoped object: cdk8s sets the chart's namespace on every object. */
export function removeNamespace(object: ApiObject): void {
  if (Chart.of(object).namespace !== undefined) object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
}

/** The object with one of these kinds and this name, if the chart already has one. */
export function findNamed(chart: Chart, kinds: readonly string[], name: string): ApiObject | undefined {
  const index = indexes.of(chart);
  if (!kinds.some((kind) => index.mayHold(kind, name))) return undefined;
  return apiObjectsIn(chart).find(
    ({ kind, name: other, metadata }) =>
      kinds.includes(kind) &&
      other === name &&
      (kind === "Namespace" || metadata.namespace === chart.namespace),
  );
}

/** Adds a problem if the chart already has an object with one of these kinds and this name. */
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
    `The chart already has a ${taken.kind} named ${name}, created by ${taken.node.scope?.node.path}`,
    fix,
  );
}
