import { checked } from "../../core/checked";
import { readChoice, type ReasonedChoice } from "../../core/reason";

/** The node pools that the policy of a cluster autoscaler allows it to resize. */
@checked
export class AutoscalerRights {
  /**
   * The pools of the program with `autoscale`, by `target.nodepool.id`.
   *
   * Oracle documents this variable for node pools, and this project has not tried it in a tenancy. According to one public report of
   * 2026-10, OKE refused to resize a pool under this condition: if the log of the autoscaler shows `NotAuthorizedOrNotFound` for
   * `UpdateNodePool`, use `allInCompartment` in a compartment without other pools.
   *
   * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/contengpolicyreference.htm
   */
  public static ofAutoscaledPools(): AutoscalerRights {
    return new AutoscalerRights();
  }

  /** All pools in the compartment of the cluster. */
  public static allInCompartment(choice: ReasonedChoice): AutoscalerRights {
    const reason = readChoice(
      "AutoscalerRights.allInCompartment",
      "An autoscaler that may resize every node pool of the compartment",
      choice,
    );
    return new AutoscalerRights(reason);
  }

  private constructor(
    /** The reason for allowing all pools; undefined if only some are allowed. */
    public readonly reason?: string,
  ) {}
}
