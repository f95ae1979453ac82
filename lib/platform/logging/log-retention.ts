import { Duration } from "cdk8s";
import { type IConstruct } from "constructs";
import { DURATION } from "./private/amounts";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";

const MIN_DAYS = 30;
const MAX_DAYS = 3650;

function days(problems: Problems, duration: Duration, least: number, fix: string): number {
  if (!checkGiven(problems, { duration }) || !DURATION(problems, "duration", duration)) return least;
  const amount = duration.toDays({ integral: false });
  if (Number.isInteger(amount) && amount >= least && amount <= MAX_DAYS) return amount;
  problems.add("VALUE_INVALID", `duration is ${duration.toHumanString()}`, fix);
  return least;
}

/** How long log lines stay in OpenSearch, before the index of their day is deleted. */
@checked
export class LogRetention {
  /**
   * 30 days or more, which is time to notice an attack and look back.
   *
   * @param duration whole days, 30 to 3650
   */
  public static of(duration: Duration): LogRetention {
    const problems = new Problems("LogRetention.of");
    const amount = days(
      problems,
      duration,
      MIN_DAYS,
      `Give ${MIN_DAYS} to ${MAX_DAYS} whole days; for fewer, use LogRetention.shorterThan30Days(duration, { reason })`,
    );
    problems.throwIfAny();
    return new LogRetention(amount);
  }

  /**
   * Fewer than 30 days; the reason is kept as an acknowledgement.
   *
   * @param duration whole days, 1 to 29
   */
  public static shorterThan30Days(duration: Duration, choice: ReasonedChoice): LogRetention {
    const problems = new Problems("LogRetention.shorterThan30Days");
    checkReason(problems, "A retention below 30 days", choice?.reason);
    const fix = `Give 1 to ${MIN_DAYS - 1} whole days, or write LogRetention.of(duration)`;
    const amount = days(problems, duration, 1, fix);
    if (amount >= MIN_DAYS) problems.add("VALUE_INVALID", `duration is ${amount} days`, fix);
    problems.throwIfAny();
    return new LogRetention(amount, choice.reason);
  }

  private constructor(
    /** How many days. */
    public readonly days: number,
    /** Why there are fewer than 30, where there are. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public static _default(): LogRetention {
    return LogRetention.of(Duration.days(90));
  }

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "auditing", `logs kept for ${this.days} days`, this.reason);
  }
}
