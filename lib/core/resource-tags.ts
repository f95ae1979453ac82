import { type IConstruct } from "constructs";
import { checked } from "./checked";
import { checkGiven, checkMembers } from "./required";
import { setScopeTags, tagsOfScopes } from "./scope-tags";
import { checkTags, type TaggingProps } from "./tagging";
import { Problems } from "./validation-error";

/**
 * Tags for everything that the library makes in a scope: an App, a stack, a cluster or any other construct.
 *
 * They are set once and reach each resource in the scope that can have tags, whether it was made before or after. What a
 * cluster makes at run time gets the tags of the cluster too: node pools of the cluster in any stack, block volumes, and the
 * load balancers of Services and of native ingress classes in the charts that are added to it.
 *
 * Where one key is set more than once, the nearest value holds: the props of a construct, then its own scope, then the scopes
 * around it up to the App; for a node pool the scopes of its cluster come before those of the pool. The library's own
 * `managed-by` and `construct` give way to all of them.
 *
 * The load balancer controller reads the tags when it makes a load balancer; a change reaches new load balancers only.
 *
 * @see https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm
 */
@checked
export class ResourceTags {
  /**
   * The tags of a scope.
   *
   * @throws ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static of(scope: IConstruct): ResourceTags {
    const problems = new Problems("ResourceTags.of");
    if (checkGiven(problems, { "The scope": scope })) {
      checkMembers(problems, "The scope", scope, ["node"], "an App, a stack, a cluster or any construct");
    }
    problems.throwIfAny();
    return new ResourceTags(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Adds tags; a key that was added to the same scope before gets the new value.
   *
   * At synthesis, a resource that would have more than ten free-form or 64 defined tags is refused.
   *
   * @throws TAG_INVALID, TEXT_TEMPLATE, ATTRIBUTE_MISSING
   */
  public add(tags: TaggingProps): void {
    const problems = new Problems(this.scope);
    if (checkGiven(problems, { tags })) checkTags(problems, tags);
    problems.throwIfAny();
    setScopeTags(this.scope, tags);
  }

  /** The free-form tags that a resource in the scope gets, those of the scopes around it included. */
  public get freeformTags(): { [key: string]: string } {
    return { ...tagsOfScopes(this.scope).freeformTags };
  }

  /** The defined tags that a resource in the scope gets, those of the scopes around it included. */
  public get definedTags(): { [key: string]: string } {
    return { ...tagsOfScopes(this.scope).definedTags };
  }
}
