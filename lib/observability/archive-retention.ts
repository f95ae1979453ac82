import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
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

const SHORTEST = 30;
const LONGEST = 3650;
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
  /**
   * A retention of 30 to 3,650 days.
   *
   * @throws RETENTION_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static of(duration: Duration): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.of");
    const days = readDays(problems, duration);
    if (days !== undefined && days >= 1 && days < SHORTEST) {
      const fix = `Give at least ${SHORTEST} days, or ArchiveRetention.short(duration, { reason })`;
      problems.add("RETENTION_INVALID", `The duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new ArchiveRetention(days ?? 0);
  }

  /**
   * A retention below 30 days: most attacks are detected later, when their traces are gone.
   *
   * @throws RETENTION_INVALID, REASON_MISSING, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static short(duration: Duration, choice: ReasonedChoice): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.short");
    const days = readDays(problems, duration);
    if (checkGiven(problems, { choice })) checkReason(problems, "A short retention", choice.reason);
    problems.throwIfAny();
    return new ArchiveRetention(days ?? 0, choice.reason);
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
   * @param time the time of the lock, such as `2027-01-04T00:00:00Z`: at least 14 days after `addedOn`
   * @throws RETENTION_INVALID, ATTRIBUTE_MISSING
   */
  public locked(time: string, lock: RetentionLock): ArchiveRetention {
    const problems = new Problems("ArchiveRetention.locked");
    if (checkGiven(problems, { time, lock }) && checkGiven(problems, { addedOn: lock.addedOn })) {
      checkLock(problems, time, lock.addedOn);
    }
    problems.throwIfAny();
    return new ArchiveRetention(this.days, this.reason, time);
  }
}

function checkLock(problems: Problems, time: unknown, addedOn: unknown): void {
  const isTime = isMoment(time, TIME);
  if (!isTime) {
    const fix = 'Give a time in the form of RFC 3339, such as "2027-01-04T00:00:00Z", as a literal';
    problems.add("RETENTION_INVALID", `time is ${shown(time)}`, fix);
  }
  const isDay = isMoment(addedOn, DATE);
  if (!isDay) {
    problems.add("RETENTION_INVALID", `addedOn is ${shown(addedOn)}`, 'Give a day, such as "2026-12-01"');
  }
  if (!isTime || !isDay) return;
  // The rule might be created at the last moment of that day.
  const earliest = Date.parse(addedOn) + (DAYS_BEFORE_LOCK + 1) * DAY;
  if (Date.parse(time) >= earliest) return;
  problems.add(
    "RETENTION_INVALID",
    `The lock begins ${time}, less than ${DAYS_BEFORE_LOCK} days after ${addedOn}`,
    `Give ${new Date(earliest).toISOString().replace(".000", "")} or later; OCI refuses an earlier lock`,
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

function readDays(problems: Problems, duration: Duration): number | undefined {
  if (!checkGiven(problems, { duration })) return undefined;
  if (!checkMembers(problems, "duration", duration, ["toDays"], "Duration.days(365)")) return undefined;
  const days = duration.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST) return days;
  const fix = `Give whole days, at most ${LONGEST}, such as Duration.days(365)`;
  problems.add("RETENTION_INVALID", `The duration is ${days} days`, fix);
  return undefined;
}
