import { TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { type Problems } from "./validation-error";

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
