import { App, TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { type Problems } from "./validation-error";
import { MarkOn } from "./construct-state";

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
  for (const one of construct.node.scopes) {
    for (const { name, version, isOwn } of classesOf(one, own)) {
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
