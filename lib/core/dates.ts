import { TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { shown } from "./display-value";
import { shortHash } from "./resource-name";
import { type Problems } from "./validation-error";
import { matching, passing, type Reader } from "./value-readers";
import { addWarning } from "./warnings";

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

const DAY_IN_MS = 86_400_000;
const REMINDER_IN_DAYS = 14;

/** Adds a problem where a moment has passed, or is further away than it may be. */
export function checkExpiry(problems: Problems, name: string, expires: unknown, mostDays: number): void {
  const now = Date.now();
  if (!(expires instanceof Date) || Number.isNaN(expires.getTime())) {
    problems.add(
      "EXPIRY_INVALID",
      `${name} is ${expires instanceof Date ? "an invalid date" : expires === undefined ? "not given" : shown(expires)}`,
      'Give a Date, for example new Date("2027-01-31T00:00:00Z")',
    );
  } else if (expires.getTime() <= now) {
    problems.add(
      "EXPIRY_INVALID",
      `${name} is ${textOf(expires)}, which has passed`,
      "Remove the access, or give a later date if it is still needed",
    );
  } else if (expires.getTime() > now + mostDays * DAY_IN_MS) {
    problems.add(
      "EXPIRY_INVALID",
      `${name} is ${textOf(expires)}, more than ${mostDays} days away`,
      `Give a date within ${mostDays} days, and decide again then`,
    );
  }
}

/** Reads a moment in the future that is not further away than it may be. */
export function expiry(mostDays: number): Reader<Date> {
  return passing<Date>((problems, name, value) => {
    checkExpiry(problems, name, value, mostDays);
  });
}

/**
 * Reminds of an end, two weeks before: at synthesis by a warning, and in each plan by a check of Terraform, which needs 1.5 or later.
 *
 * @param id the id of the warning
 * @param what such as `break-glass access of ocid1.group.…`
 * @param end what happens on that day; nothing ends by itself where OCI and Kubernetes know no end
 * @see https://developer.hashicorp.com/terraform/language/block/check
 */
export function remindOfExpiry(
  construct: IConstruct,
  id: string,
  what: string,
  expires: Date,
  end = "ends on",
): void {
  const text = `${construct.node.path}: ${what} ${end} ${textOf(expires)}. Remove it from the program, or renew it with its reason`;
  if (expires.getTime() - Date.now() < REMINDER_IN_DAYS * DAY_IN_MS) addWarning(construct, `[${id}] ${text}`);
  const name = `${id}-${shortHash(`${construct.node.path}\n${what}`)}-expiry`.replace(/-/g, "_");
  const stack = TerraformStack.of(construct);
  // Terraform refuses a condition that names nothing of the configuration.
  stack.addOverride(`locals.${name}`, textOf(expires));
  stack.addOverride(`check.${name}`, {
    assert: {
      condition: `\${timecmp(plantimestamp(), timeadd(local.${name}, "-${REMINDER_IN_DAYS * 24}h")) < 0}`,
      error_message: text,
    },
  });
}

/** A moment as Terraform and OCI write it. */
export function textOf(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, "Z");
}

const EPOCH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Reads an epoch, which becomes a key of `for_each`; Terraform must know all of them while it plans. */
export function epoch(): Reader<string> {
  return matching(
    EPOCH,
    'Write 1 to 64 letters, digits, periods, underscores and dashes, such as "2026-11", as a literal',
  );
}
