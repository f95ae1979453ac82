import { shown } from "../../../core/display-value";
import { type Reader } from "../../../core/readers";

const MACROS = ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const PART = /^(?:(\*|\?)|([0-9]+|[A-Za-z]{3})(?:-([0-9]+|[A-Za-z]{3}))?)(?:\/([0-9]+))?$/;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTE: Field = { name: "minute", min: 0, max: 59 };
const HOUR: Field = { name: "hour", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day of the month", min: 1, max: 31 };
const MONTH: Field = { name: "month", min: 1, max: 12, names: MONTHS };
// Sunday is 0 only: the controller rejects 7.
const DAY_OF_WEEK: Field = { name: "day of the week", min: 0, max: 6, names: DAYS };
const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];

function numberOf(text: string, { min, names = [] }: Field): number {
  const index = names.indexOf(text.toUpperCase());
  return index < 0 ? Number(text) : index + min;
}

/** The values of one part of a field; undefined if it is invalid. */
function valuesOfPart(text: string, field: Field): number[] | undefined {
  const match = PART.exec(text);
  if (!match) return undefined;
  const [, every, from = "", to, stepText] = match;
  const step = Number(stepText ?? "1");
  const first = every ? field.min : numberOf(from, field);
  // A step without an end continues to the last value.
  const single = stepText === undefined ? first : field.max;
  const last = every ? field.max : to === undefined ? single : numberOf(to, field);
  if (!(first >= field.min && last <= field.max && first <= last && step >= 1)) return undefined;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

function valuesOf(text: string, field: Field): number[] | undefined {
  const parts = text.split(",").map((part) => valuesOfPart(part, field));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

const EXAMPLE = 'schedule: "30 2 * * MON-FRI"';

/** Reads a CronJob schedule whose day occurs. */
export function schedule(): Reader<string> {
  return (problems, name, value) => {
    if (value === undefined || value === null) {
      const fix = `Write ${EXAMPLE}, which runs on workdays at 2:30`;
      problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
      return undefined;
    }
    const defect = typeof value === "string" ? defectOf(value) : "";
    if (defect === undefined) return value as string;
    problems.add(
      "SCHEDULE_INVALID",
      `${name} is ${shown(value)}${defect}`,
      `Write five fields, for example ${EXAMPLE}, or one of @hourly, @daily, @weekly, @monthly`,
    );
    return undefined;
  };
}

/** The reason why a text is not a schedule, to be appended to a message; undefined for a valid schedule. */
function defectOf(schedule: string): string | undefined {
  if (MACROS.includes(schedule)) return undefined;
  if (/^(?:CRON_)?TZ=/.test(schedule)) return ", but the time zone belongs in timeZone";
  if (schedule.startsWith("@")) return `, which is not one of ${MACROS.join(", ")}`;
  const texts = schedule.split(" ").filter((text) => text !== "");
  if (texts.length !== FIELDS.length) return `, which has ${texts.length} fields`;
  const values = FIELDS.map((field, index) => valuesOf(texts[index] ?? "", field));
  const invalid = values.findIndex((value) => value === undefined);
  if (invalid >= 0) return `, in which ${texts[invalid]} is not a ${FIELDS[invalid]?.name}`;
  const [, , days = [], months = []] = values;
  // If the day of the week is restricted too, a day needs to match only one of both fields.
  const anyWeekday = (texts[4] ?? "").split(",").some((part) => part === "*" || part === "?");
  const occurs = months.some((month) => days.some((day) => day <= (DAYS_OF_MONTHS[month - 1] ?? 0)));
  return anyWeekday && !occurs ? ", a date that never occurs" : undefined;
}

/** Reads the name of a time zone that the API server accepts. */
export function timeZone(): Reader<string> {
  return (problems, name, value) => {
    if (typeof value === "string" && isTimeZone(value)) return value;
    problems.add(
      "SCHEDULE_INVALID",
      `${name} is ${shown(value)}`,
      'Write a name of the IANA time zone database, for example "Etc/UTC" or "Europe/Berlin"',
    );
    return undefined;
  };
}

function isTimeZone(name: string): boolean {
  // The API server supports no offsets, and uses its own zone for Local.
  if (!/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // Unlike here, names are case-sensitive there.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
