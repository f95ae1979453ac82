import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** When a retention rule came to be, so that OCI's waiting time before a lock can be checked. */
export interface RetentionLock {
  /**
   * The day on which the lock is added to the program, such as `2026-12-01`; leave it as it is from then on.
   *
   * OCI locks a rule 14 days after that day at the earliest, so that a mistake can be taken back until then.
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
 * How long an archive keeps what it has: neither changed nor deleted, by nobody.
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
   * A retention below 30 days: most attacks are noticed later, and their traces are then gone.
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
    /** Why it is short, if it is. */
    public readonly reason?: string,
    /** When OCI locks the rule, in the form of RFC 3339, if it does. */
    public readonly lockedFrom?: string,
  ) {}

  /**
   * The same retention, locked from a time on: nobody can shorten or remove it then, neither you nor Oracle, and the bucket can't be
   * deleted before its last object may be.
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
  // The rule can be created at the last moment of that day.
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
  // JavaScript takes the 31st of a month of 30 days for the first of the next one.
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
