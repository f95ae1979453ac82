import { type Duration } from "cdk8s";
import { shown } from "./display-value";
import { type Problems } from "./validation-error";

/** The unit that a duration must be a whole number of. */
export type WholeUnit = "days" | "hours" | "minutes" | "seconds";

const READ = { days: "toDays", hours: "toHours", minutes: "toMinutes", seconds: "toSeconds" } as const;

/** The allowed range of a duration, in its unit. */
export interface WholeRange {
  readonly least: number;
  /** @default - any length */
  readonly most?: number;
}

/** The number of seconds in a duration that may be left out; adds a problem if it is not a whole number in the range. */
export function wholeSecondsOf(
  problems: Problems,
  name: string,
  duration: Duration | undefined,
  defaultSeconds: number,
  range: WholeRange,
): number {
  return duration === undefined
    ? defaultSeconds
    : wholeDurationOf(problems, name, duration, "seconds", range);
}

/**
 * The number of days, hours, minutes, or seconds in a duration; adds a problem if it is not a whole number in the range.
 *
 * Returns nothing for a value that is not a duration.
 */
export function wholeDurationOf(
  problems: Problems,
  name: string,
  duration: Duration | undefined,
  unit: WholeUnit,
  { least, most }: WholeRange,
): number {
  const range = most === undefined ? `${least} or more` : `${least} to ${most}`;
  const fix = `Give whole ${unit}, ${range}, for example Duration.${unit}(${Math.max(least, Math.min(30, most ?? 30))})`;
  if (duration === undefined || duration === null) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
    return 0;
  }
  // Its members and not its class are looked at: it may come from another copy of cdk8s.
  if (typeof (duration as Partial<Duration>)[READ[unit]] !== "function") {
    problems.add("VALUE_INVALID", `${name} is ${shown(duration)}`, fix);
    return 0;
  }
  const amount = duration[READ[unit]]({ integral: false });
  if (!Number.isInteger(amount) || amount < least || amount > (most ?? Infinity)) {
    problems.add("DURATION_INVALID", `${name} is ${duration.toHumanString()}`, fix);
  }
  return amount;
}
