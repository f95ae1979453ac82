import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Where a role holds. */
@checked
export class RoleScope {
  /** In the namespace of the chart: a Role and RoleBindings. */
  public static namespace(): RoleScope {
    return new RoleScope();
  }

  /**
   * In all namespaces, also those to come, and for resources of the cluster: a ClusterRole and ClusterRoleBindings.
   *
   * The reason is kept as an acknowledgement of the role.
   *
   * @throws REASON_MISSING
   */
  public static cluster(choice: ReasonedChoice): RoleScope {
    const problems = new Problems("RoleScope.cluster");
    checkReason(problems, "A role for the whole cluster", choice.reason);
    problems.throwIfAny();
    return new RoleScope(choice.reason);
  }

  private constructor(
    /** Why the role holds in the whole cluster, where it does. */
    public readonly reason?: string,
  ) {}
}
