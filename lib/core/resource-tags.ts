import { type IConstruct } from "constructs";
import { checked } from "./checked";
import { anyScope } from "./construct-scope";
import { readArgument, readProps, taggingReaders } from "./readers";
import { setScopeTags, type TaggingProps, tagsOfScopes } from "./tagging";
import { Problems } from "./validation-error";

/**
 * Tags for all resources that the library creates in a scope: an App, a stack, a cluster or any other construct.
 *
 * They are set once and apply to each taggable resource in the scope, whether it was created before or after. The tags of a cluster also
 * apply to resources created at run time: node pools of the cluster in any stack, block volumes, and the load balancers of Services and
 * of native ingress classes in the charts that are added to it.
 *
 * If a key is set more than once, the nearest value applies: the props of a construct, then its own scope, then the parent scopes up to
 * the App; for a node pool, the scopes of its cluster come before those of the pool. The library's own `managed-by` and `construct` have
 * the lowest precedence.
 *
 * The load balancer controller reads the tags when it creates a load balancer; a change applies to new load balancers only.
 *
 * @see https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm
 */
@checked
export class ResourceTags {
  /** The tags of a scope. */
  public static of(scope: IConstruct): ResourceTags {
    return new ResourceTags(readArgument("ResourceTags.of", "scope", scope, anyScope()));
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Adds tags; a key that was already added to the same scope gets the new value.
   *
   * Synthesis fails for a resource that would have more than ten free-form or 64 defined tags.
   */
  public add(tags: TaggingProps): void {
    const problems = new Problems(this.scope);
    setScopeTags(this.scope, problems.resolved(readProps(problems, tags, taggingReaders())));
  }

  /** The free-form tags of resources in the scope, including those of the parent scopes. */
  public get freeformTags(): { [key: string]: string } {
    return { ...tagsOfScopes(this.scope).freeformTags };
  }

  /** The defined tags of resources in the scope, including those of the parent scopes. */
  public get definedTags(): { [key: string]: string } {
    return { ...tagsOfScopes(this.scope).definedTags };
  }
}
