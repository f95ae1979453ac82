import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Whether a subnet may have public addresses. */
export class SubnetExposure {
  /** No public addresses, no way in from the internet: the default of every subnet. */
  public static privateOnly(): SubnetExposure {
    return new SubnetExposure(false);
  }

  /**
   * Public addresses and a route to an internet gateway, for this subnet only.
   *
   * @throws REASON_MISSING
   */
  public static publicWith(choice: ReasonedChoice): SubnetExposure {
    const problems = new Problems("SubnetExposure.publicWith");
    checkReason(problems, "A public subnet", choice.reason);
    problems.throwIfAny();
    return new SubnetExposure(true, choice.reason);
  }

  private constructor(
    /** Whether the subnet allows public addresses. */
    public readonly isPublic: boolean,
    /** Why, where it does. */
    public readonly reason?: string,
  ) {}
}
