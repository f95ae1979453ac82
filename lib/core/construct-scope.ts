import { TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { shown } from "./display-value";
import { checkCopies } from "./package-copies";
import { Problems } from "./validation-error";

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

/** Adds a problem if Terraform resources can't be created in a scope. */
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
