import { type LocationModel } from "./private/statement-model";
import { checked } from "../core/checked";
import { kind, ocid, readArgument, reasonFor } from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";

/** Where a policy statement grants access. */
@checked
export class PolicyLocation {
  /**
   * In a compartment and all compartments below it.
   *
   * @param compartmentId the OCID, or a reference to it
   */
  public static compartment(compartmentId: string): PolicyLocation {
    readArgument("PolicyLocation.compartment", "compartmentId", compartmentId, ocid("compartment"));
    return new PolicyLocation({ kind: "compartment", compartment: `id ${compartmentId}` });
  }

  /**
   * In the whole tenancy, with all compartments that ever will be. Some resource types exist in the tenancy only, such as
   * tag namespaces.
   */
  public static tenancy(choice: ReasonedChoice): PolicyLocation {
    const { reason } = readArgument("PolicyLocation.tenancy", "choice", choice, WHOLE_TENANCY);
    return new PolicyLocation({ kind: "tenancy" }, reason);
  }

  private constructor(
    /** @internal */
    public readonly _model: LocationModel,
    /** Why the statement holds in the whole tenancy, where it does. */
    public readonly reason?: string,
  ) {}
}

/** Reads the reason for a statement for the whole tenancy. */
export const tenancyReason = reasonFor("A statement for the whole tenancy");

const WHOLE_TENANCY = choiceOf(tenancyReason);

/** Reads a location, by the member that statements are written from. */
export const policyLocation = kind<PolicyLocation>(["_model"], "PolicyLocation.compartment(compartmentId)");
