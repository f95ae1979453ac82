import { TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";

/** The name of an output of a construct: its path in the stack and a suffix. */
export function outputNameOf({ node }: IConstruct, suffix: string): string {
  const stack = node.scopes.find((one): one is TerraformStack => TerraformStack.isStack(one));
  const inStack = node.scopes.slice(stack ? stack.node.scopes.length : 0);
  const path = inStack.map((scope) => scope.node.id.replace(/[^A-Za-z0-9_-]+/g, "-"));
  return [...path, suffix].join("_");
}
