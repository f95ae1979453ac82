import { shown } from "./display-value";
import { type Reader } from "./value-readers";

const DAY = 24 * 60 * 60 * 1000;

/** Days since 1970 of an ISO date such as `2026-11-02`; undefined of anything else, and of a day that no month has. */
export function dayOfIsoDate(date: unknown): number | undefined {
  if (typeof date !== "string" || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  // Engines read the 30th of February as a day of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return undefined;
  return time / DAY;
}

/** The ISO date of a moment, in UTC. */
export function isoDateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Reads a date that exists. */
export const validDate: Reader<Date> = (problems, name, value) => {
  const instead = 'a Date, for example new Date("2027-01-31T00:00:00Z")';
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  const what = value instanceof Date ? "an invalid date" : shown(value);
  problems.add("VALUE_INVALID", `${name} is ${what}`, `Write ${instead}`);
  return undefined;
};
