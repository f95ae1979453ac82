import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { reasonFor, wholeDuration } from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** The date on which a lock was added, to check OCI's waiting period before it takes effect. */
export interface RetentionLock {
  /**
   * The date on which the lock is added to the program, such as `2026-12-01`; don't change it afterwards.
   *
   * OCI locks a rule at least 14 days after that date, so that a mistake can be undone until then.
   */
  readonly addedOn: string;
}

const MIN_DAYS = 30;
const MAX_DAYS = 3650;
const DAYS = wholeDuration("days", { least: 1, most: MAX_DAYS, example: "Duration.days(365)" });
const DAYS_BEFORE_LOCK = 14;
const DAY = 24 * 60 * 60 * 1000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The period for which an archive keeps its objects: nobody can change or delete them.
 *
 * @see https://docs.oracle.com/iaas/Content/Object/Tasks/usingretentionrules.htm
 */
@checked
export class ArchiveRetention {
  /** A retention of 30 to 3,650 days. */
  public static of(duration: Duration): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.of");
    const days = DAYS(problems, "duration", duration) ?? 0;
    if (!problems.any && days < MIN_DAYS) {
      const fix = `Give at least ${MIN_DAYS} days, or ArchiveRetention.short(duration, { reason })`;
      problems.add("RETENTION_INVALID", `duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new ArchiveRetention(days);
  }

  /** A retention below 30 days: most attacks are detected later, when their traces are gone. */
  public static short(duration: Duration, choice: ReasonedChoice): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.short");
    const days = DAYS(problems, "duration", duration) ?? 0;
    const reason = reasonFor("A short retention")(problems, "reason", choice?.reason);
    problems.throwIfAny();
    return new ArchiveRetention(days, reason);
  }

  private constructor(
    /** The number of days. */
    public readonly days: number,
    /** The reason for a short retention, if it is one. */
    public readonly reason?: string,
    /** The time at which OCI locks the rule, in RFC 3339 format, if it does. */
    public readonly lockedFrom?: string,
  ) {}

  /**
   * Returns the same retention, locked from a time on: then nobody can shorten or remove it, neither you nor
   * Oracle, and the bucket can't be deleted before its last object can be.
   *
   * @param time the time of the lock, such as `2027-01-04T00:00:00Z`: at least 14 days after the end of `addedOn`
   */
  public locked(time: string, lock: RetentionLock): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.locked");
    checkLock(problems, time, lock?.addedOn);
    problems.throwIfAny();
    return new ArchiveRetention(this.days, this.reason, time);
  }
}

function checkLock(problems: Problems, time: unknown, addedOn: unknown): void {
  const addProblem = (name: string, value: unknown, fix: string) => {
    if (value === undefined || value === null)
      problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
    else problems.add("RETENTION_INVALID", `${name} is ${shown(value)}`, fix);
  };
  const isTime = isMoment(time, TIME);
  if (!isTime)
    addProblem("time", time, 'Give a literal time in RFC 3339 format, such as "2027-01-04T00:00:00Z"');
  const isDay = isMoment(addedOn, DATE);
  if (!isDay) addProblem("addedOn", addedOn, 'Give a day, such as "2026-12-01"');
  if (!isTime || !isDay) return;
  // The rule might be created at the last moment of that day.
  const earliest = Date.parse(addedOn) + (DAYS_BEFORE_LOCK + 1) * DAY;
  if (Date.parse(time) >= earliest) return;
  problems.add(
    "RETENTION_INVALID",
    `time is ${time}, less than ${DAYS_BEFORE_LOCK} days after the end of ${addedOn}`,
    `Give ${new Date(earliest).toISOString().replace(".000", "")} or later: OCI rejects an earlier lock`,
  );
}

function isMoment(value: unknown, form: RegExp): value is string {
  if (typeof value !== "string" || Token.isUnresolved(value) || !form.test(value)) return false;
  const time = Date.parse(value);
  // JavaScript reads the 31st of a 30-day month as the first of the next.
  return (
    !Number.isNaN(time) &&
    new Date(Date.parse(value.slice(0, 10))).toISOString().startsWith(value.slice(0, 10))
  );
}
