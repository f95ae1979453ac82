import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/** Whether a subnet may have public addresses. */
@checked
export class SubnetExposure {
  /** No public addresses, no way in from the internet: the default of every subnet. */
  public static privateOnly(): SubnetExposure {
    return new SubnetExposure(false);
  }

  /**
   * Whether it is one, and has a reason where it must: types hold nobody back from writing an object that looks like one.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, exposure: SubnetExposure | undefined): void {
    if (exposure === undefined) return;
    if (exposure === null) {
      problems.add("VALUE_INVALID", `${name} is null`, "Write SubnetExposure.privateOnly(), or leave it out");
      return;
    }
    if (typeof exposure.isPublic !== "boolean") checkGiven(problems, { [`${name}.isPublic`]: undefined });
    else if (exposure.isPublic) checkReason(problems, `${name}, a public subnet,`, exposure.reason);
  }

  /**
   * Public addresses and a route to an internet gateway, for this subnet only.
   *
   * OCI can't change this of a subnet: changing it replaces the subnet, with everything that lives in it.
   *
   * @throws REASON_MISSING
   */
  public static publicWith(choice: ReasonedChoice): SubnetExposure {
    const problems = new Problems("SubnetExposure.publicWith");
    if (checkGiven(problems, { choice })) checkReason(problems, "A public subnet", choice.reason);
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
