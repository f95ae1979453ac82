import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkPinned, readImage } from "./image-reference";
import { shown } from "../../../core/display-value";
import { checkReason } from "../../../core/reason";
import { Problems } from "../../../core/validation-error";
import { isOfKind, refuseKind } from "../../../core/value-readers";

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

/** The name of the lock file. */
export const DEFAULT_FILE = "images.lock.json";
/** The highest maximum age, in days. */
export const MAX_AGE_DAYS = 3650;

const LOCK_FIELDS = ["version", "checked", "maxAgeDays", "images"];
const IMAGE_FIELDS = ["reference", "created", "notes", "maxAge", "debugging"];
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

interface Fields {
  readonly [name: string]: unknown;
}

/** An image of a lock, validated. */
export interface LockedImage {
  readonly reference: string;
  readonly created: string;
  /** The maximum age of this image. */
  readonly maxAge?: { readonly days: number; readonly reason: string };
  /** The reason for a debugging image. */
  readonly debugging?: string;
}

/** The parsed content of a lock; complete if there was no problem. */
export interface LockFile {
  readonly checked?: string;
  readonly maxAgeDays?: number;
  /** The names of all images, including invalid ones. */
  readonly names: readonly string[];
  readonly images: ReadonlyMap<string, LockedImage>;
}

const EMPTY: LockFile = { names: [], images: new Map() };

/** Reads a lock file and adds its problems. */
export function readLock(problems: Problems, factory: string, path: string = DEFAULT_FILE): LockFile {
  if (typeof path !== "string" || path.trim() === "") {
    if (typeof path === "string") problems.add("VALUE_INVALID", "path is empty", `Write "${DEFAULT_FILE}"`);
    else refuseKind(problems, "path", path, `a text, for example "${DEFAULT_FILE}"`);
    return EMPTY;
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    addProblem(
      problems,
      code === "ENOENT"
        ? `path is ${resolve(path)}, which does not exist`
        : `path is ${resolve(path)}, and reading it fails with ${code}`,
      `Run the program in the folder of ${DEFAULT_FILE}, or give its path: { path: "deploy/${DEFAULT_FILE}" }`,
    );
    return EMPTY;
  }
  return parseLock(problems, factory, path, text);
}

/** Parses the text of a lock and adds its problems, those of an image under its name. */
function parseLock(problems: Problems, factory: string, file: string, text: string): LockFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const what = `${file} is not valid JSON: ${(error as Error).message}`;
    addProblem(problems, what, "Correct the file; JSON has no comments and no trailing commas");
    return EMPTY;
  }
  for (const key of repeatedKeys(text)) {
    addProblem(problems, `${file} has the key ${shown(key)} twice in one object`, "Remove one of the two");
  }
  const fields = fieldsOf(problems, file, json, LOCK_FIELDS);
  if (fields.version !== 1) {
    addProblem(problems, `version is ${shown(fields.version)}`, 'Write "version": 1');
  }
  const checked = readDate(problems, "checked", fields.checked);
  const maxAgeDays = readDays(problems, "maxAgeDays", fields.maxAgeDays);
  const entries = fieldsOf(problems, "images", fields.images, Object.keys(Object(fields.images) as object));
  const images = new Map<string, LockedImage>();
  for (const [name, value] of Object.entries(entries)) {
    problems.collect(() => {
      const ofImage = new Problems(`${factory} (${file}, ${name})`);
      images.set(name, readLocked(ofImage, value, checked));
      ofImage.throwIfAny();
    });
  }
  return { checked, maxAgeDays, names: Object.keys(entries), images };
}

function readLocked(problems: Problems, value: unknown, checked: string | undefined): LockedImage {
  const fields = fieldsOf(problems, "The image", value, IMAGE_FIELDS);
  const reference = fields.reference as string;
  const parts = readImage(problems, reference);
  if (parts) checkPinned(problems, reference, parts);
  const created = readDate(problems, "created", fields.created) ?? "";
  if (checked !== undefined && (dayOf(created) ?? 0) > (dayOf(checked) ?? 0)) {
    addProblem(
      problems,
      `created is ${created}, after checked, which is ${checked}`,
      `Write the date on which you last compared the lock with the registry, for example "checked": "${created}"`,
    );
  }
  if (fields.notes !== undefined && typeof fields.notes !== "string") {
    addProblem(
      problems,
      `notes is ${shown(fields.notes)}`,
      'Write a text, for example "notes": "Built by CI"',
    );
  }
  const maxAge = readMaxAge(problems, fields.maxAge);
  return { reference, created, maxAge, debugging: readDebugging(problems, fields.debugging) };
}

function readMaxAge(problems: Problems, value: unknown): LockedImage["maxAge"] {
  if (value === undefined) return undefined;
  const fields = fieldsOf(problems, "maxAge", value, ["days", "reason"]);
  const days = readDays(problems, "maxAge.days", fields.days);
  const reason = fields.reason as string;
  checkReason(problems, "maxAge", reason, "maxAge.reason");
  return days === undefined ? undefined : { days, reason };
}

function readDebugging(problems: Problems, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const { reason } = fieldsOf(problems, "debugging", value, ["reason"]);
  checkReason(problems, "debugging", reason as string | undefined, "debugging.reason");
  return reason as string | undefined;
}

function readDays(problems: Problems, name: string, value: unknown): number | undefined {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_AGE_DAYS) {
    return value as number;
  }
  return addProblem(
    problems,
    `${name} is ${value === undefined ? "not given" : shown(value)}`,
    `Write a whole number of days from 1 to ${MAX_AGE_DAYS}, for example 90`,
  );
}

/** The fields of an object; an unknown field is a problem, as it would have no effect. */
function fieldsOf(problems: Problems, name: string, value: unknown, fields: readonly string[]): Fields {
  if (!isOfKind(value, [])) {
    const what = `${name} is ${value === undefined ? "not given" : shown(value)}`;
    addProblem(problems, what, `Write an object with ${fields.join(", ")}`);
    return {};
  }
  for (const field of Object.keys(value as object).filter((each) => !fields.includes(each))) {
    addProblem(problems, `${name} has the unknown field ${shown(field)}`, `Use only ${fields.join(", ")}`);
  }
  return value as Fields;
}

/**
 * The duplicate keys of the objects in a JSON text, as after a merge that kept both sides.
 *
 * JSON.parse takes the last one without an error.
 *
 * @param text well-formed JSON
 */
function repeatedKeys(text: string): string[] {
  const objects: Set<string>[] = [];
  const repeated = new Set<string>();
  let last = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") objects.push(new Set());
    else if (token === "}" || token === "]") objects.pop();
    else if (token === ":") {
      const key = JSON.parse(last) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) repeated.add(key);
      keys?.add(key);
    }
    last = token;
  }
  return [...repeated];
}

function addProblem(problems: Problems, what: string, fix: string): undefined {
  problems.add("IMAGE_LOCK_INVALID", what, fix);
  return undefined;
}
