import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

/** Which node pools the policy of a cluster autoscaler lets it resize. */
@checked
export class AutoscalerRights {
  /**
   * The pools of the program with `autoscale`, by `target.nodepool.id`.
   *
   * Oracle documents the variable for node pools, and this project has not tried it in a tenancy. One public report of 2026-10 says that OKE
   * refused to resize a pool under this condition: if the log of the autoscaler shows `NotAuthorizedOrNotFound` for `UpdateNodePool`, use
   * `allInCompartment`, in a compartment that has no other pools.
   *
   * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/contengpolicyreference.htm
   */
  public static ofAutoscaledPools(): AutoscalerRights {
    return new AutoscalerRights();
  }

  /**
   * All pools in the compartment of the cluster.
   *
   * @throws REASON_MISSING
   */
  public static allInCompartment(choice: ReasonedChoice): AutoscalerRights {
    const problems = new Problems("AutoscalerRights.allInCompartment");
    checkReason(problems, "An autoscaler that may resize every node pool of the compartment", choice?.reason);
    problems.throwIfAny();
    return new AutoscalerRights(choice.reason);
  }

  private constructor(
    /** Why it may resize all pools; none where it may not. */
    public readonly reason?: string,
  ) {}
}
