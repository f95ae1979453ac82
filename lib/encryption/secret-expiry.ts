import { Duration } from "cdk8s";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { boolean, duration, matching, optional, type PropsSchema, readProps } from "../core/readers";
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
const OPTIONS = { blockReads: optional(boolean()) } satisfies PropsSchema<SecretExpiryOptions>;

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
    const { blockReads } = problems.resolved(readProps(problems, options, OPTIONS));
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
    const { blockReads } = problems.resolved(readProps(problems, options, OPTIONS));
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
  const refuse = (what: string) =>
    problems.add("SECRET_INVALID", `${name} is ${shown(time)}, which is ${what}`, FIX);
  if (Number.isNaN(date)) refuse("not a calendar date");
  else if (days < 0) refuse("in the past");
  else if (days < 1) refuse("less than a day from now");
  else if (days > MAX_DAYS_TO_EXPIRY) refuse(`${Math.floor(days)} days from now`);
}
