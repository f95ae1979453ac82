import { type Alarm } from "./alarm";
import { recommendedAlarms, type RecommendedAlarmsOptions } from "./private/recommended-alarms";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** An omitted alarm, with the reason. */
export interface OmittedAlarm {
  /** The name of the alarm. */
  readonly name: string;
  /** The reason for the omission. */
  readonly reason: string;
}

/** A set of alarms with unique names. */
@checked
export class Alarms {
  /**
   * The recommended alarms for a cluster: docs/watching.md lists each alarm with its purpose and response.
   *
   * @throws COUNT_INVALID, OCID_INVALID
   */
  public static recommended(options: RecommendedAlarmsOptions = {}): Alarms {
    return new Alarms(recommendedAlarms(options ?? {}), []);
  }

  /**
   * Only the given alarms.
   *
   * @throws NAME_DUPLICATE, VALUE_INVALID
   */
  public static of(...alarms: Alarm[]): Alarms {
    const problems = new Problems("Alarms.of");
    checkAlarms(problems, alarms);
    problems.throwIfAny();
    return new Alarms(alarms, []);
  }

  private constructor(
    private readonly all: readonly Alarm[],
    /** The omitted alarms, with their reasons. */
    public readonly omitted: OmittedAlarm[],
  ) {}

  /** The alarms, sorted by name. */
  public get list(): Alarm[] {
    return [...this.all].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Returns the set with additional alarms; an alarm with an existing name replaces the existing one.
   *
   * @throws NAME_DUPLICATE, VALUE_INVALID
   */
  public adding(...alarms: Alarm[]): Alarms {
    const problems = new Problems("Alarms.adding");
    checkAlarms(problems, alarms);
    problems.throwIfAny();
    const names = alarms.map(({ name }) => name);
    return new Alarms([...this.all.filter(({ name }) => !names.includes(name)), ...alarms], this.omitted);
  }

  /**
   * Returns the set without one alarm.
   *
   * @throws REASON_MISSING, NAME_INVALID, ATTRIBUTE_MISSING
   */
  public without(name: string, choice: ReasonedChoice): Alarms {
    const problems = new Problems("Alarms.without");
    const names = this.list.map((alarm) => alarm.name);
    if (checkGiven(problems, { name }) && !names.includes(name)) {
      problems.add("NAME_INVALID", `There is no alarm ${shown(name)}`, `Give one of ${names.join(", ")}`);
    }
    if (checkGiven(problems, { choice }))
      checkReason(problems, `A set without ${shown(name)}`, choice.reason);
    problems.throwIfAny();
    const omitted = [...this.omitted, { name, reason: choice.reason }];
    return new Alarms(
      this.all.filter((alarm) => alarm.name !== name),
      omitted,
    );
  }
}

function checkAlarms(problems: Problems, alarms: readonly Alarm[]): void {
  const members = ["_kind", "name", "purpose", "response"];
  const instead = "MetricAlarm.of({ … }), EventAlarm.of({ … }) or AuditAlarm.of({ … })";
  const names = new Set<string>();
  for (const alarm of alarms) {
    if (!checkMembers(problems, "An alarm", alarm ?? "nothing", members, instead)) {
      if (typeof alarm !== "object" || alarm === null) continue;
    }
    if (names.has(alarm.name)) {
      const fix = "Give each alarm a name of its own";
      problems.add("NAME_DUPLICATE", `Two alarms have the name ${shown(alarm.name)}`, fix);
    }
    names.add(alarm.name);
  }
}

export { type RecommendedAlarmsOptions } from "./private/recommended-alarms";
