import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** Days for which logs are kept where nothing else is said. */
export const DEFAULT_RETENTION = 90;
const RETENTIONS = [30, 60, 90, 120, 150, 180];

/** Adds a problem for a number of days that OCI Logging does not offer. */
export function checkRetention(problems: Problems, days: number = DEFAULT_RETENTION): void {
  if (RETENTIONS.includes(days)) return;
  const fix = `Give one of ${RETENTIONS.join(", ")}`;
  problems.add("COUNT_INVALID", `retentionInDays is ${shown(days)}`, fix);
}
