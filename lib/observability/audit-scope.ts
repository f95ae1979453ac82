import { checked } from "../core/checked";
import { ocid } from "../core/readers";
import { Problems } from "../core/validation-error";

/** The scope of the OCI Audit records that an archive keeps. */
@checked
export class AuditScope {
  /** The records of one compartment, without those below it. */
  public static compartment(compartmentId: string): AuditScope {
    return scopeOf("AuditScope.compartment", "compartmentId", compartmentId, "_Audit");
  }

  /** The records of a compartment and all its descendants. */
  public static compartmentAndBelow(compartmentId: string): AuditScope {
    return scopeOf("AuditScope.compartmentAndBelow", "compartmentId", compartmentId, WITH_THOSE_BELOW);
  }

  /** The records of the whole tenancy, in the region of the archive. */
  public static tenancy(tenancyId: string): AuditScope {
    return scopeOf("AuditScope.tenancy", "tenancyId", tenancyId, WITH_THOSE_BELOW, ["tenancy"]);
  }

  /** @internal */
  public static _of(compartmentId: string, logGroup: string): AuditScope {
    return new AuditScope(compartmentId, logGroup);
  }

  private constructor(
    /** The OCID of the compartment or tenancy. */
    public readonly compartmentId: string,
    /** The log group of the records in Connector Hub. */
    public readonly logGroup: string,
  ) {}
}

const WITH_THOSE_BELOW = "_Audit_Include_Subcompartment";

function scopeOf(
  factory: string,
  name: string,
  id: string,
  logGroup: string,
  kinds: readonly string[] = ["compartment", "tenancy"],
): AuditScope {
  const problems = new Problems(factory);
  const compartmentId = ocid(...kinds)(problems, name, id) ?? "";
  problems.throwIfAny();
  return AuditScope._of(compartmentId, logGroup);
}
