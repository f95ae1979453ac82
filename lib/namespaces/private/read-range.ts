import { shown } from "../../core/display-value";
import { type readBytes } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";

/** Reads two quantities, and adds a problem if the second is below the first. */
export function checkPair(
  problems: Problems,
  read: typeof readBytes,
  [lowName, low]: readonly [string, string],
  [highName, high]: readonly [string, string],
): void {
  const [lowValue, highValue] = [read(problems, lowName, low), read(problems, highName, high)];
  if (lowValue === undefined || highValue === undefined || lowValue <= highValue) return;
  problems.add(
    "RESOURCES_INVALID",
    `${highName} is ${high}, below ${lowName}, which is ${low}`,
    `Raise ${highName} to ${low} or more, or lower ${lowName}`,
  );
}

/** Returns a count; adds a problem if it is not a whole number, or is too low. */
export function readAmountCount(problems: Problems, name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, `Give a whole number, at least ${least}`);
  }
  return value;
}
