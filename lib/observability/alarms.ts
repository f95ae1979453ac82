import { Alarm } from "./alarm";
import { recommendedAlarms, type RecommendedAlarmsOptions } from "./private/recommended-alarms";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { listOf, reasonFor, text, valueOf } from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { checkUnique } from "../core/value-readers";
import { Problems } from "../core/validation-error";
import { byText } from "../core/stable-order";

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
  /** The recommended alarms for a cluster: docs/watching.md lists each alarm with its purpose and response. */
  public static recommended(options: RecommendedAlarmsOptions = {}): Alarms {
    return new Alarms(recommendedAlarms(options ?? {}), []);
  }

  /** Only the given alarms. */
  public static of(...alarms: Alarm[]): Alarms {
    const problems = new Problems("Alarms.of");
    return new Alarms(readAlarms(problems, alarms), []);
  }

  private constructor(
    private readonly all: readonly Alarm[],
    /** The omitted alarms, with their reasons. */
    public readonly omitted: OmittedAlarm[],
  ) {}

  /** The alarms, sorted by name. */
  public get list(): Alarm[] {
    return [...this.all].sort((alarm, other) => byText(alarm.name, other.name));
  }

  /** Returns the set with additional alarms; an alarm with an existing name replaces the existing one. */
  public adding(...alarms: Alarm[]): Alarms {
    const problems = new Problems("Alarms.adding");
    const added = readAlarms(problems, alarms);
    const names = added.map(({ name }) => name);
    return new Alarms([...this.all.filter(({ name }) => !names.includes(name)), ...added], this.omitted);
  }

  /** Returns the set without one alarm. */
  public without(name: string, choice: ReasonedChoice): Alarms {
    const problems = new Problems("Alarms.without");
    const names = this.list.map((alarm) => alarm.name);
    if (text()(problems, "name", name) !== undefined && !names.includes(name)) {
      const fix = `Give one of ${names.join(", ")}`;
      problems.add("NAME_INVALID", `name is ${shown(name)}, and the set has no such alarm`, fix);
    }
    const reason = reasonFor(`A set without ${shown(name)}`)(problems, "reason", choice?.reason) ?? "";
    problems.throwIfAny();
    const omitted = [...this.omitted, { name, reason }];
    return new Alarms(
      this.all.filter((alarm) => alarm.name !== name),
      omitted,
    );
  }
}

/** Reads alarms, of which each has its own name. */
function readAlarms(problems: Problems, alarms: readonly Alarm[]): Alarm[] {
  const read = listOf(valueOf<Alarm>(Alarm), "a list of alarms")(problems, "alarms", alarms) ?? [];
  checkUnique(
    problems,
    "alarms",
    read.map(({ name }) => name),
  );
  problems.throwIfAny();
  return read;
}

export { type RecommendedAlarmsOptions } from "./private/recommended-alarms";
