import { type Duration } from "cdk8s";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";
import { wholeDurationOf } from "../core/whole-duration";

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

/** The maximum lifetime of a secret version in OCI Vault, in days. */
export const MAX_VERSION_LIFE_LENGTH = 90;
const MAX_ABSOLUTE_LIFE_LENGTH = 365;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z)?$/;
const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000;

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
   * @throws DURATION_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static after(age: Duration, options: SecretExpiryOptions = {}): SecretExpiry {
    const problems = new Problems("SecretExpiry.after");
    const days = wholeDurationOf(problems, "age", age, "days", { least: 1, most: MAX_VERSION_LIFE_LENGTH });
    problems.throwIfAny();
    return new SecretExpiry(days, undefined, options.blockReads);
  }

  /**
   * The secret expires on a date, whatever its versions: for a credential that its issuer revokes on that day.
   *
   * @param time the date, such as `2027-03-31`, or a time in UTC, such as `2027-03-31T12:00:00Z`; 1 to 365 days from now
   * @throws SECRET_INVALID for a date that is malformed, past, or too far away; ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static at(time: string, options: SecretExpiryOptions = {}): SecretExpiry {
    const problems = new Problems("SecretExpiry.at");
    if (checkGiven(problems, { time })) checkTime(problems, time);
    problems.throwIfAny();
    const date = new Date(time.includes("T") ? time : `${time}T00:00:00Z`);
    return new SecretExpiry(undefined, date.toISOString(), options.blockReads);
  }

  private constructor(
    /** The number of days after which a version expires. */
    public readonly versionLifeInDays?: number,
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
    const { versionLifeInDays: days, absoluteTime, blockReads = isRotated } = this;
    return {
      ruleType: "SECRET_EXPIRY_RULE",
      isSecretContentRetrievalBlockedOnExpiry: blockReads,
      ...(days === undefined ? {} : { secretVersionExpiryInterval: `P${days}D` }),
      ...(absoluteTime === undefined ? {} : { timeOfAbsoluteExpiry: absoluteTime }),
    };
  }
}

function checkTime(problems: Problems, time: string): void {
  const date = typeof time === "string" && DATE.test(time) ? Date.parse(time) : NaN;
  const fix = `Give a date 1 to ${MAX_ABSOLUTE_LIFE_LENGTH} days from now, or let versions expire: SecretExpiry.after(Duration.days(90))`;
  if (Number.isNaN(date)) {
    problems.add("SECRET_INVALID", `time is ${shown(time)}, which is not a date in the form 2027-03-31`, fix);
    return;
  }
  const days = (date - Date.now()) / MILLISECONDS_PER_DAY;
  if (days < 0) problems.add("SECRET_INVALID", `time is ${time}, which is in the past`, fix);
  else if (days < 1)
    problems.add("SECRET_INVALID", `time is ${time}, which is less than a day from now`, fix);
  else if (days > MAX_ABSOLUTE_LIFE_LENGTH) {
    problems.add("SECRET_INVALID", `time is ${time}, which is ${Math.floor(days)} days from now`, fix);
  }
}
