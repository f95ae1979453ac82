import { TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";

/** The name of an output of a construct: its path in the stack and a suffix. */
export function outputNameOf(construct: IConstruct, word: string): string {
  const stack = TerraformStack.of(construct);
  const inStack = construct.node.scopes.slice(stack.node.scopes.length);
  return [...inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")), word].join("_");
}
