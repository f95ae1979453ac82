import { Duration } from "cdk8s";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { boolean, duration, matching, ocid, optional, type PropsSchema, readProps } from "../core/readers";
import { Problems } from "../core/validation-error";

/** Options for the expiry of a secret. */
export interface SecretExpiryOptions {
  /**
   * Whether the vault refuses reads of the value after it has expired.
   *
   * Programs that read the secret then fail until a new version exists.
   *
   * @default - true for a secret that is rotated on a schedule; false otherwise, because nothing would replace the value in time
   */
  readonly blockReads?: boolean;
}

/** The maximum lifetime of a secret version in OCI Vault. */
export const MAX_VERSION_LIFE = Duration.days(90);
const MAX_DAYS_TO_EXPIRY = 365;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z)?$/;
const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000;
const FIX = `Give a date 1 to ${MAX_DAYS_TO_EXPIRY} days from now, or let versions expire: SecretExpiry.after(Duration.days(90))`;

const AGE = duration("days", { least: 1, most: MAX_VERSION_LIFE.toDays() });
const TIME = matching(DATE, FIX, { code: "SECRET_INVALID" });
const EXPIRY_OPTIONS = { blockReads: optional(boolean()) } satisfies PropsSchema<SecretExpiryOptions>;

/**
 * The expiry of a secret.
 *
 * @see https://docs.oracle.com/iaas/Content/secret-management/Concepts/secret-rules.htm
 */
@checked
export class SecretExpiry {
  /**
   * Each version expires a fixed time after it was written.
   *
   * @param age whole days, 1 to 90
   */
  public static after(age: Duration, options: SecretExpiryOptions = {}): SecretExpiry {
    const problems = new Problems("SecretExpiry.after");
    const versionLife = AGE(problems, "age", age);
    const { blockReads } = problems.resolved(readProps(problems, options, EXPIRY_OPTIONS));
    return new SecretExpiry(versionLife, undefined, blockReads);
  }

  /**
   * The secret expires on a date, whatever its versions: for a credential that its issuer revokes on that day.
   *
   * @param time the date, such as `2027-03-31`, or a time in UTC, such as `2027-03-31T12:00:00Z`; 1 to 365 days from now
   */
  public static at(time: string, options: SecretExpiryOptions = {}): SecretExpiry {
    const problems = new Problems("SecretExpiry.at");
    const text = TIME(problems, "time", time);
    if (text !== undefined) checkTime(problems, "time", text);
    const { blockReads } = problems.resolved(readProps(problems, options, EXPIRY_OPTIONS));
    const date = new Date(time.includes("T") ? time : `${time}T00:00:00Z`);
    return new SecretExpiry(undefined, date.toISOString(), blockReads);
  }

  private constructor(
    /** The time after which a version expires. */
    public readonly versionLife?: Duration,
    /** The time at which the secret expires, in UTC. */
    public readonly absoluteTime?: string,
    /** Whether the vault refuses reads of an expired value, if it was chosen. */
    public readonly blockReads?: boolean,
  ) {}

  /** The rule in the format of the provider. @internal */
  public _rule(isRotated: boolean): {
    readonly ruleType: string;
    readonly isSecretContentRetrievalBlockedOnExpiry: boolean;
    readonly secretVersionExpiryInterval?: string;
    readonly timeOfAbsoluteExpiry?: string;
  } {
    const { versionLife, absoluteTime, blockReads = isRotated } = this;
    return {
      ruleType: "SECRET_EXPIRY_RULE",
      isSecretContentRetrievalBlockedOnExpiry: blockReads,
      ...(versionLife === undefined ? {} : { secretVersionExpiryInterval: `P${versionLife.toDays()}D` }),
      ...(absoluteTime === undefined ? {} : { timeOfAbsoluteExpiry: absoluteTime }),
    };
  }
}

function checkTime(problems: Problems, name: string, time: string): void {
  const date = Date.parse(time);
  const days = (date - Date.now()) / MILLISECONDS_PER_DAY;
  const addProblem = (what: string) =>
    problems.add("SECRET_INVALID", `${name} is ${shown(time)}, which is ${what}`, FIX);
  if (Number.isNaN(date)) addProblem("not a calendar date");
  else if (days < 0) addProblem("in the past");
  else if (days < 1) addProblem("less than a day from now");
  else if (days > MAX_DAYS_TO_EXPIRY) addProblem(`${Math.floor(days)} days from now`);
}

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

const ROTATION_OPTIONS = {
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
    const { every, compartmentId } = problems.resolved(readProps(problems, options, ROTATION_OPTIONS));
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
    const { every, compartmentId } = problems.resolved(readProps(problems, options, ROTATION_OPTIONS));
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
