import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

const MAX_COUNT = 2 ** 31 - 1;

/** Returns a count; adds a problem if it is not a whole number in the range. */
export function readCount(
  problems: Problems,
  name: string,
  value: number,
  { least, most = MAX_COUNT }: { readonly least: number; readonly most?: number },
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === MAX_COUNT ? `at least ${least}` : `${least} to ${most}`;
  problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, `Give a whole number, ${range}`);
  return least;
}
