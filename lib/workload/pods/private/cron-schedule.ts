import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";

const MACROS = ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MAX_MONTHS_LENGTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
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

/** Adds a problem for a text that is not a CronJob schedule, or whose day never occurs. */
export function checkSchedule(problems: Problems, schedule: unknown): void {
  const fix =
    'Write five fields, for example "30 2 * * MON-FRI", or one of @hourly, @daily, @weekly, @monthly';
  const refuse = (what: string) => {
    problems.add("SCHEDULE_INVALID", `schedule is ${shown(schedule)}${what}`, fix);
  };
  if (typeof schedule !== "string") return refuse("");
  if (MACROS.includes(schedule)) return;
  if (/^(?:CRON_)?TZ=/.test(schedule)) return refuse(", and a CronJob takes its time zone from timeZone");
  if (schedule.startsWith("@")) return refuse(`, none of ${MACROS.join(", ")}`);
  const texts = schedule.split(" ").filter((text) => text !== "");
  if (texts.length !== FIELDS.length) return refuse(`, which has ${texts.length} fields`);
  const values = FIELDS.map((field, index) => valuesOf(texts[index] ?? "", field));
  const wrong = values.findIndex((one) => one === undefined);
  if (wrong >= 0) return refuse(`, whose ${FIELDS[wrong]?.name} can't be ${texts[wrong]}`);
  const [, , days = [], months = []] = values;
  // With a day of the week too, either of both matches.
  const anyWeekday = (texts[4] ?? "").split(",").some((part) => part === "*" || part === "?");
  if (anyWeekday && !months.some((month) => days.some((day) => day <= (MAX_MONTHS_LENGTH[month - 1] ?? 0)))) {
    refuse(", a day that no month of it has");
  }
}

/** Adds a problem for a text that is not a time zone name for the API server. */
export function checkTimeZone(problems: Problems, timeZone: unknown): void {
  if (typeof timeZone === "string" && isTimeZone(timeZone)) return;
  problems.add(
    "SCHEDULE_INVALID",
    `timeZone is ${shown(timeZone)}`,
    'Take a name of the IANA database, for example "Etc/UTC" or "Europe/Berlin"',
  );
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
