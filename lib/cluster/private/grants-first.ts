import { type ITerraformDependable, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";

/**
 * What a resource must name to be made after others, whose attributes it does not have to use.
 *
 * Resources can't name those of another stack, but all of a stack is applied before the stacks that depend on it.
 */
export function before(
  scope: IConstruct,
  owner: IConstruct,
  others: readonly ITerraformDependable[],
): ITerraformDependable[] | undefined {
  if (others.length === 0) return undefined;
  const [own, theirs] = [TerraformStack.of(scope), TerraformStack.of(owner)];
  if (own === theirs) return [...others];
  own.addDependency(theirs);
  return undefined;
}

/** Several such lists as one; undefined where there is nothing in them. */
export function together(
  ...lists: readonly (ITerraformDependable[] | undefined)[]
): ITerraformDependable[] | undefined {
  const all = lists.flatMap((list) => list ?? []);
  return all.length > 0 ? all : undefined;
}
