import { type Duration } from "cdk8s";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";
import { missingFix } from "./value-examples";
import { type Reader } from "./value-readers";
import { exampleIn, isInRange, rangeText, type WholeRange } from "./whole-range";

export { type WholeRange } from "./whole-range";

/** The unit that a duration must be a whole number of. */
export type WholeUnit = "days" | "hours" | "minutes" | "seconds";

const READ = { days: "toDays", hours: "toHours", minutes: "toMinutes", seconds: "toSeconds" } as const;

/** The number of units in a duration; undefined, with a problem, if it is not a whole number in the range. */
function readUnits(
  problems: Problems,
  name: string,
  duration: unknown,
  unit: WholeUnit,
  range: WholeRange,
): number | undefined {
  const example = range.example ?? `Duration.${unit}(${exampleIn(range)})`;
  // Only for problems: formatting the limits takes longer than checking them.
  const fix = () => `Give ${rangeText(range)} ${unit}, for example ${example}`;
  if (duration === undefined || duration === null) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, example));
    return undefined;
  }
  // Its class is not checked, as it may come from another copy of cdk8s.
  if (typeof (duration as Partial<Duration>)[READ[unit]] !== "function") {
    problems.add("VALUE_INVALID", `${name} is ${shown(duration)}`, fix());
    return undefined;
  }
  const amount = (duration as Duration)[READ[unit]]({ integral: false });
  if (isInRange(amount, range)) return amount;
  const whole = Number.isInteger(amount) ? "" : `, which is not a whole number of ${unit}`;
  problems.add("DURATION_INVALID", `${name} is ${(duration as Duration).toHumanString()}${whole}`, fix());
  return undefined;
}

/**
 * The number of days, hours, minutes, or seconds in a duration; adds a problem and returns 0 if it is not a whole number in the range.
 */
export function wholeDurationOf(
  problems: Problems,
  name: string,
  duration: Duration | undefined,
  unit: WholeUnit,
  range: WholeRange,
): number {
  return readUnits(problems, name, duration, unit, range) ?? 0;
}

/** Reads a `Duration` of cdk8s as a whole number of a unit. */
export function wholeDuration(unit: WholeUnit, range: WholeRange): Reader<number> {
  return (problems, name, value) => readUnits(problems, name, value, unit, range);
}

/** Reads a `Duration` of cdk8s that is a whole number of a unit. */
export function duration(unit: WholeUnit, range: WholeRange): Reader<Duration> {
  return (problems, name, value) =>
    readUnits(problems, name, value, unit, range) === undefined ? undefined : (value as Duration);
}
