import { type LocationModel } from "./private/statement-model";
import { checked } from "../core/checked";
import { checkOcid } from "../core/ocid";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Where a policy statement grants access. */
@checked
export class PolicyLocation {
  /**
   * In a compartment and all compartments below it.
   *
   * @param compartmentId the OCID, or a reference to it
   */
  public static compartment(compartmentId: string): PolicyLocation {
    const problems = new Problems("PolicyLocation.compartment");
    checkOcid(problems, "compartmentId", compartmentId, "compartment");
    problems.throwIfAny();
    return new PolicyLocation({ kind: "compartment", compartment: `id ${compartmentId}` });
  }

  /**
   * In the whole tenancy, with all compartments that ever will be. Some resource types exist in the tenancy only, such as
   * tag namespaces.
   */
  public static tenancy(choice: ReasonedChoice): PolicyLocation {
    const problems = new Problems("PolicyLocation.tenancy");
    checkReason(problems, "A statement for the whole tenancy", choice?.reason);
    problems.throwIfAny();
    return new PolicyLocation({ kind: "tenancy" }, choice.reason);
  }

  private constructor(
    /** @internal */
    public readonly _model: LocationModel,
    /** Why the statement holds in the whole tenancy, where it does. */
    public readonly reason?: string,
  ) {}
}
