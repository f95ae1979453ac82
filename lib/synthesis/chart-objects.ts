import { ApiObject, App, Chart, DependencyGraph, type IResolver } from "cdk8s";
import { Token, Tokenization } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { computeOnce, rememberObject, whileReading } from "./reading";
import { runChecks, withoutChecks } from "./synthesis-checks";
import { Problems, ValidationError } from "../core/validation-error";

/** A JSON patch of cdk8s, as far as it can be read. */
interface Patch {
  _toJson?(): { readonly op?: string; readonly path?: string };
}

/** Reads objects; where that fails by a patch that can't be applied, of which cdk8s says nothing, says which one it is. */
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

/** Throws where the object can be written until one of its patches is applied. */
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
    "Write a path that is there, or add what is above it first; a / within a name is ~1, and a ~ is ~0",
  );
  problems.throwIfAny();
}

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

/** A node, with the method by which constructs gives it a child. */
interface Parent {
  addChild?: (child: IConstruct, id: string) => void;
}

const indexes = new WeakMap<IConstruct, ObjectIndex>();

/**
 * The kinds and names of the objects of a chart, those of charts inside of it too.
 *
 * Each construct asks whether its names are taken, and looking through the chart each time would cost the square of its size.
 * So the index is told of each construct that is added anywhere below the chart, and looks at the new ones when it is asked. It
 * stays right because an object never changes its kind or name; of those that were removed it knows nothing.
 */
class ObjectIndex {
  /** That of a chart, made when it is asked for first. */
  public static of(chart: Chart): ObjectIndex {
    const known = indexes.get(chart);
    if (known) return known;
    const index = new ObjectIndex(chart);
    indexes.set(chart, index);
    return index;
  }

  private readonly keys = new Set<string>();
  /** Not looked at when it is added: constructs adds a child before it is made. */
  private added: IConstruct[];
  /** Whether constructs adds children in a way of which the index is not told. */
  private isBlind = false;

  private constructor(chart: Chart) {
    this.added = [chart];
  }

  /** Whether the chart may have an object of a kind and a name; who is told that it may has to look. */
  public mayHold(kind: string, name: string): boolean {
    // A list that grows while one goes through it, by the children of what is in it.
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

const keyOf = (kind: string, name: string) => `${kind}/${name}`;

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
