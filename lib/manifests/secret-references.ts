import { TerraformElement, TerraformStack, type IResolvable } from "cdktf";
import { resolveReference } from "../core/reference";

const VARIABLE = /\bvar\.([\w-]+)/g;
const LOCAL = /\blocal\.([\w-]+)/g;
const OF_OTHER_STACK = /\bterraform_remote_state\.cross-stack-reference-input-([\w/-]+)\.outputs\.([\w-]+)/g;

/** The sensitive variables that an expression of a stack reads, also by way of locals and of other stacks. */
export function secretsIn(expression: string, stack: TerraformStack, seen = new Set<string>()): string[] {
  // What is read in a circle is Terraform's to refuse.
  const key = `${stack.node.path} ${expression}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const secrets: string[] = [];
  for (const [name, id = ""] of expression.matchAll(VARIABLE)) {
    if ((declared(stack, "variable", id) as { sensitive?: unknown } | undefined)?.sensitive)
      secrets.push(name);
  }
  for (const [, id = ""] of expression.matchAll(LOCAL)) {
    secrets.push(...secretsIn(textOf(declared(stack, "locals", id), stack), stack, seen));
  }
  for (const [, path = "", id = ""] of expression.matchAll(OF_OTHER_STACK)) {
    const other = stackAt(stack, path);
    if (other) secrets.push(...secretsIn(textOf(declared(other, "output", id), other), other, seen));
  }
  return secrets;
}

/** What stands in a stack's JSON under a kind and a name. */
function declared(stack: TerraformStack, kind: string, id: string): unknown {
  return stack.node
    .findAll()
    .filter((construct): construct is TerraformElement => TerraformElement.isTerraformElement(construct))
    .filter((element) => element.friendlyUniqueId === id)
    .map((element) => (element.toTerraform() as { [kind: string]: { [id: string]: unknown } })[kind]?.[id])
    .find((declaration) => declaration !== undefined);
}

function stackAt(stack: TerraformStack, path: string): TerraformStack | undefined {
  return stack.node.root.node
    .findAll()
    .find((other): other is TerraformStack => TerraformStack.isStack(other) && other.node.path === path);
}

function textOf(value: unknown, scope: TerraformStack): string {
  return JSON.stringify(resolveReference(scope, value as IResolvable)) ?? "";
}
