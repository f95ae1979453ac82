import { type ITerraformDependable, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";

/**
 * The dependencies that order a resource after others without a reference to their attributes.
 *
 * Resources can't refer to those of another stack, but a whole stack is applied before the stacks that depend on it.
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

/** Merges dependency lists; undefined if all of them are empty. */
export function together(
  ...lists: readonly (ITerraformDependable[] | undefined)[]
): ITerraformDependable[] | undefined {
  const all = lists.flatMap((list) => list ?? []);
  return all.length > 0 ? all : undefined;
}
