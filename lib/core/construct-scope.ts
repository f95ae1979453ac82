import { App, TerraformStack, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { MarkOn } from "./construct-state";
import { shown } from "./display-value";
import { Problems } from "./validation-error";
import { kind, type Reader } from "./value-readers";

/**
 * The future path of a construct.
 *
 * Input is validated before the construct is created: a rejected one leaves no empty node behind that occupies its id.
 */
export function pathOf(scope: Construct | undefined, id: string): string {
  const path = scope?.node?.path ?? "";
  const last = typeof id !== "string" || Token.isUnresolved(id) ? `(${shown(id)})` : id;
  return path === "" ? last : `${path}/${last}`;
}

const EXAMPLE =
  "Pass a TerraformStack, or a construct in one, for example `this` in the constructor of a stack";

/**
 * The problems of a construct that will contain Terraform resources, starting with those of its scope and its id.
 *
 * Throws immediately if the scope is not valid: nothing else could be checked in it.
 */
export function problemsIn(scope: Construct, id: string): Problems {
  const problems = new Problems(pathOf(scope, id));
  checkScope(problems, scope);
  checkIdIsGiven(problems, id);
  if (problems.any) problems.throwIfAny();
  if (scope.node.tryFindChild(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The id ${shown(id)} is that of another construct of the scope`,
      "Give each construct of a scope an id of its own",
    );
  }
  return problems;
}

/** Reads a scope of any kind. */
export function anyScope(): Reader<IConstruct> {
  return kind<IConstruct>(["node"], "an App, a stack, a cluster, a chart or any other construct");
}

/** Adds a problem if Terraform resources can't be created in a scope. */
export function checkScope(problems: Problems, scope: unknown): void {
  if (scope === undefined || scope === null) {
    problems.add("ATTRIBUTE_MISSING", "scope was not given", EXAMPLE);
  } else if (!Construct.isConstruct(scope)) {
    problems.add("VALUE_INVALID", `scope is ${shown(scope)}`, EXAMPLE);
  } else if (!scope.node.scopes.some((each) => TerraformStack.isStack(each))) {
    const { path } = scope.node;
    const what = path === "" ? "an app" : `the construct ${shown(path)}`;
    problems.add("VALUE_INVALID", `scope is ${what}, which is not in a TerraformStack`, EXAMPLE);
  } else checkCopies(problems, scope);
}

function checkIdIsGiven(problems: Problems, id: unknown): void {
  if (typeof id === "string" && id.trim() !== "" && !Token.isUnresolved(id)) return;
  problems.add(
    "NAME_INVALID",
    `The id is ${shown(id)}`,
    "Give the construct an id that is not blank, as a literal",
  );
}

/**
 * Adds a problem if Terraform would reject the resource names that are derived from the construct's id.
 *
 * The name of a resource is its path in the stack, reduced to letters, digits, `_` and `-`; Terraform accepts no name that begins with a
 * digit or a dash.
 */
export function checkConstructId(problems: Problems, scope: Construct, id: string): void {
  const inStack = [...scope.node.scopes.slice(TerraformStack.of(scope).node.scopes.length), { node: { id } }];
  const name = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]/g, "")).join("");
  if (!/^[0-9-]/.test(name)) return;
  problems.add(
    "NAME_INVALID",
    `The id ${JSON.stringify(inStack[0]?.node.id)} begins with a digit or a dash, and with it the names of Terraform's resources`,
    "Begin it with a letter",
  );
}

/** A class of a package that a program must load only once, by its jsii name, such as `cdk8s.Chart`. */
export interface OwnClasses {
  readonly [name: string]: unknown;
}

interface WithName {
  readonly [RTTI]?: { readonly fqn: string; readonly version: string };
}

// jsii sets it on each class, identically in all copies.
const RTTI: unique symbol = Symbol.for("jsii.rtti") as never;
const OWN: OwnClasses = {
  "cdktf.App": App,
  "cdktf.TerraformStack": TerraformStack,
  "constructs.Construct": Construct,
};
/** Constructs that come from the same copies as the library. */
const verified = new MarkOn<IConstruct>();

/**
 * Adds a problem if a construct, or one of its scopes, comes from another copy of a package than the library's.
 *
 * Such constructs look alike, but do not resolve each other's references.
 */
export function checkCopies(problems: Problems, construct: IConstruct, classes: OwnClasses = {}): void {
  if (verified.has(construct)) return;
  const own = { ...OWN, ...classes };
  const found = new Map<string, string>();
  for (const ancestor of construct.node.scopes) {
    for (const { name, version, isOwn } of classesOf(ancestor, own)) {
      const packageName = name.slice(0, name.indexOf("."));
      const ours = (own[name] as WithName)[RTTI]?.version ?? "?";
      if (!isOwn) found.set(packageName, `${version} and ${ours}`);
    }
  }
  for (const [name, versions] of found) {
    problems.add(
      "PACKAGE_DUPLICATED",
      `The program has two copies of ${name}, ${versions}: one of ${construct.node.path || "the app"}, one of this library${pathsOf(name)}`,
      `Install ${name} once: \`npm ls ${name}\` shows who brings each copy; give all packages of the workspace one version, then ` +
        "`npm dedupe` or `overrides`, and run the program with the node_modules that this library is in",
    );
  }
  if (found.size === 0) verified.once(construct);
}

interface FoundClass {
  readonly name: string;
  readonly version: string;
  readonly isOwn: boolean;
}

/** The classes of the packages that a construct is an instance of; without instanceof, which some of them override with a symbol. */
function classesOf(construct: IConstruct, own: OwnClasses): FoundClass[] {
  const found: FoundClass[] = [];
  let prototype = Object.getPrototypeOf(construct) as object | null;
  for (; prototype; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const type = prototype.constructor as unknown as WithName;
    // A class without its own name has that of its superclass.
    const rtti = Object.prototype.hasOwnProperty.call(type, RTTI) ? type[RTTI] : undefined;
    if (rtti && rtti.fqn in own)
      found.push({ name: rtti.fqn, version: rtti.version, isOwn: own[rtti.fqn] === type });
  }
  return found;
}

/** The locations of the copies, as far as Node knows them. */
function pathsOf(name: string): string {
  const end = new RegExp(`[\\\\/]node_modules[\\\\/]${name}[\\\\/]lib[\\\\/]index\\.js$`);
  const paths = Object.keys((require as Partial<NodeJS.Require>).cache ?? {}).filter((path) =>
    end.test(path),
  );
  return paths.length > 1
    ? ` (${paths.map((path) => path.replace(/[\\/]lib[\\/]index\.js$/, "")).join(", ")})`
    : "";
}
