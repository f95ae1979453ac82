import { TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { shown } from "./display-value";
import { checkCopies } from "./package-copies";
import { Problems } from "./validation-error";

/**
 * What a construct's path will be.
 *
 * Input is checked before the construct is made: one that was refused leaves no empty node behind that has its id.
 */
export function pathOf(scope: Construct | undefined, id: string): string {
  const path = scope?.node?.path ?? "";
  const last = typeof id !== "string" || Token.isUnresolved(id) ? `(${shown(id)})` : id;
  return path === "" ? last : `${path}/${last}`;
}

const EXAMPLE =
  "Pass a TerraformStack, or a construct in one, for example `this` in the constructor of a stack";

/**
 * The problems of a construct that is to be made of resources of Terraform, with what is wrong with its place and its id.
 *
 * Throws at once where there is no such place: nothing else could be checked there.
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

/** Adds a problem where resources of Terraform can't be made in a scope. */
export function checkScope(problems: Problems, scope: unknown): void {
  if (scope === undefined || scope === null) {
    problems.add("ATTRIBUTE_MISSING", "scope was not given", EXAMPLE);
  } else if (!Construct.isConstruct(scope)) {
    problems.add("VALUE_INVALID", `scope is ${shown(scope)}`, EXAMPLE);
  } else if (!scope.node.scopes.some((one) => TerraformStack.isStack(one))) {
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
