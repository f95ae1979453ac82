import { type Duration } from "cdk8s";
import { checkMembers } from "../../core/required";
import { type Problems } from "../../core/validation-error";

interface Range {
  readonly least: number;
  readonly most: number;
  /** Why it is this range, after the value: "and …". */
  readonly why: string;
}

/** The days of a duration; adds a problem where they are not whole or out of range. */
export function readWholeDays(
  problems: Problems,
  name: string,
  duration: Duration | undefined,
  { least, most, why }: Range,
): number | undefined {
  const example = `Duration.days(${most})`;
  if (!checkMembers(problems, name, duration, ["toDays", "toHumanString"], example)) return undefined;
  const days = (duration as Duration).toDays({ integral: false });
  if (Number.isInteger(days) && days >= least && days <= most) return days;
  problems.add(
    "DURATION_INVALID",
    `${name} is ${(duration as Duration).toHumanString()}, ${why}`,
    `Give whole days from ${least} to ${most}, for example ${example}`,
  );
  return undefined;
}
