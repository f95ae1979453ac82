import { type Duration } from "cdk8s";
import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { reasonFor, wholeDuration } from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";

const MIN_DAYS = 30;
const MAX_DAYS = 3650;

const DAYS = wholeDuration("days", { least: 1, most: MAX_DAYS, example: "Duration.days(90)" });

/** The retention of log lines in OpenSearch: afterwards, the index of their day is deleted. */
@checked
export class LogRetention {
  /**
   * 30 days or more, which is time to notice an attack and look back.
   *
   * @param duration whole days, 30 to 3650
   */
  public static of(duration: Duration): LogRetention {
    const problems = new Problems("LogRetention.of");
    const days = DAYS(problems, "duration", duration);
    if (days !== undefined && days < MIN_DAYS) {
      const fix = `Give ${MIN_DAYS} days or more, or write LogRetention.shorterThan30Days(duration, { reason })`;
      problems.add("RETENTION_INVALID", `duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new LogRetention(days ?? 0);
  }

  /**
   * Fewer than 30 days; the reason is kept as an acknowledgement.
   *
   * @param duration whole days, 1 to 29
   */
  public static shorterThan30Days(duration: Duration, choice: ReasonedChoice): LogRetention {
    const problems = new Problems("LogRetention.shorterThan30Days");
    const reason = reasonFor("A retention below 30 days")(problems, "reason", choice?.reason);
    const days = DAYS(problems, "duration", duration);
    if (days !== undefined && days >= MIN_DAYS) {
      const fix = `Give fewer than ${MIN_DAYS} days, or write LogRetention.of(duration)`;
      problems.add("RETENTION_INVALID", `duration is ${days} days`, fix);
    }
    problems.throwIfAny();
    return new LogRetention(days ?? 0, reason);
  }

  private constructor(
    /** The number of days. */
    public readonly days: number,
    /** The reason for fewer than 30 days, if there are. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "auditing", `logs kept for ${this.days} days`, this.reason);
  }
}
