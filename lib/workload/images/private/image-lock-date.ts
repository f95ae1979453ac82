import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";

const DAY = 24 * 60 * 60 * 1000;

/**
 * The days since 1970 of an ISO date such as `2026-11-02`; undefined for anything else, including a day that
 * does not exist.
 */
export function dayOf(date: unknown): number | undefined {
  if (typeof date !== "string" || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  // JavaScript engines read the 30th of February as a day in March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return undefined;
  return time / DAY;
}

/** The UTC date of a moment, in the format of a lock. */
export function dateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Reads a date; returns it unchanged if it is valid. */
export function readDate(problems: Problems, name: string, value: unknown): string | undefined {
  if (dayOf(value) !== undefined) return value as string;
  problems.add(
    "IMAGE_LOCK_INVALID",
    `${name} is ${value === undefined ? "not given" : shown(value)}`,
    'Write an ISO date, for example "2026-11-02"',
  );
  return undefined;
}
