import { type Duration } from "cdk8s";
import { checked } from "../core/checked";
import { duration, ocid, optional, type PropsSchema, readProps } from "../core/readers";
import { Problems } from "../core/validation-error";

/** Options for the rotation of a secret. */
export interface SecretRotationOptions {
  /**
   * The interval between two rotations: whole days, 1 to 360.
   *
   * @default - no schedule; each rotation is started with `oci vault secret rotate --secret-id <OCID>`
   */
  readonly every?: Duration;
  /**
   * The OCID of the compartment of the function or the database.
   *
   * @default - the compartment of the secret
   */
  readonly compartmentId?: string;
}

const MAX_INTERVAL = 360;

const OPTIONS = {
  every: optional(duration("days", { least: 1, most: MAX_INTERVAL })),
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<SecretRotationOptions>;

/**
 * The system that creates a new version of a secret, and changes it where the secret is used.
 *
 * @see https://docs.oracle.com/iaas/Content/secret-management/Concepts/rotation.htm
 */
@checked
export class SecretRotation {
  /**
   * A function of OCI Functions, which the vault calls for each step of a rotation.
   *
   * The secret is granted the right to call this function. The rights that the function itself needs depend on its code and are not
   * granted here.
   *
   * @param functionId the OCID of the function
   */
  public static byFunction(functionId: string, options: SecretRotationOptions = {}): SecretRotation {
    const problems = new Problems("SecretRotation.byFunction");
    ocid("fnfunc")(problems, "functionId", functionId);
    const { every, compartmentId } = problems.resolved(readProps(problems, options, OPTIONS));
    return new SecretRotation("FUNCTION", functionId, every, compartmentId);
  }

  /**
   * An Autonomous Database, whose administrator password the vault changes.
   *
   * @param databaseId the OCID of the Autonomous Database
   */
  public static byAutonomousDatabase(
    databaseId: string,
    options: SecretRotationOptions = {},
  ): SecretRotation {
    const problems = new Problems("SecretRotation.byAutonomousDatabase");
    ocid("autonomousdatabase")(problems, "databaseId", databaseId);
    const { every, compartmentId } = problems.resolved(readProps(problems, options, OPTIONS));
    return new SecretRotation("ADB", databaseId, every, compartmentId);
  }

  private constructor(
    /** The type of the target system: `FUNCTION` or `ADB`. */
    public readonly targetSystemType: string,
    /** The OCID of the function or the database. */
    public readonly targetSystemId: string,
    /** The interval between two rotations, if there is a schedule. */
    public readonly interval?: Duration,
    private readonly compartmentId?: string,
  ) {}

  /**
   * The statements that let a secret call its function, or change the password of its database.
   *
   * The principal type `vaultsecret` of secrets is inferred from dynamic groups with `resource.type = 'vaultsecret'`.
   *
   * @internal
   */
  public _statements(secretId: string, secretCompartmentId: string): string[] {
    const place = `in compartment id ${this._compartmentId(secretCompartmentId)}`;
    const who = `request.principal.type = 'vaultsecret', request.principal.id = '${secretId}'`;
    if (this.targetSystemType === "ADB") {
      return [`Allow any-user to use autonomous-databases ${place} where all {${who}}`];
    }
    return [
      `Allow any-user to read fn-function ${place} where all {${who}}`,
      `Allow any-user to use fn-invocation ${place} where all {${who}, target.function.id = '${this.targetSystemId}'}`,
    ];
  }

  /** @internal */
  public _compartmentId(secretCompartmentId: string): string {
    return this.compartmentId ?? secretCompartmentId;
  }

  /** The configuration in the format of the provider. @internal */
  public _config(): {
    readonly isScheduledRotationEnabled: boolean;
    readonly rotationInterval?: string;
    readonly targetSystemDetails: {
      readonly targetSystemType: string;
      readonly functionId?: string;
      readonly adbId?: string;
    };
  } {
    const { interval, targetSystemId: id, targetSystemType } = this;
    const target = targetSystemType === "FUNCTION" ? { functionId: id } : { adbId: id };
    return {
      isScheduledRotationEnabled: interval !== undefined,
      ...(interval === undefined ? {} : { rotationInterval: `P${interval.toDays()}D` }),
      targetSystemDetails: { targetSystemType, ...target },
    };
  }
}
