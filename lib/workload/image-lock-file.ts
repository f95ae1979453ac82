import { readDate, dayOf } from "./image-lock-date";
import { repeatedKeys } from "./image-lock-keys";
import { checkPinned, readImage } from "./image-reference";
import { isOfKind } from "./shapes";
import { checkReason } from "../core/reason";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

const LOCK_FIELDS = ["version", "checked", "maxAgeDays", "images"];
const IMAGE_FIELDS = ["reference", "created", "notes", "maxAge", "debugging"];

/** The longest limit of an age, in days. */
export const LONGEST_AGE = 3650;

interface Fields {
  readonly [name: string]: unknown;
}

/** An image of a lock, validated. */
export interface LockedImage {
  readonly reference: string;
  readonly created: string;
  /** The limit of this image alone. */
  readonly maxAge?: { readonly days: number; readonly reason: string };
  /** Why it may be a debugging image. */
  readonly debugging?: string;
}

/** What could be read of a lock; whole where there was no problem. */
export interface LockFile {
  readonly checked?: string;
  readonly maxAgeDays?: number;
  /** The names of all images, those too that could not be read. */
  readonly names: readonly string[];
  readonly images: ReadonlyMap<string, LockedImage>;
}

function addWrong(problems: Problems, what: string, fix: string): undefined {
  problems.add("IMAGE_LOCK_INVALID", what, fix);
  return undefined;
}

/** The fields of an object; a field of another name is a problem, as it would look as if it said something. */
function fieldsOf(problems: Problems, name: string, value: unknown, known: readonly string[]): Fields {
  if (!isOfKind(value, [])) {
    addWrong(
      problems,
      `${name} is ${value === undefined ? "not given" : shown(value)}`,
      "Write an object in braces",
    );
    return {};
  }
  for (const field of Object.keys(value as object).filter((one) => !known.includes(one))) {
    addWrong(problems, `${name} has a field ${shown(field)}`, `The fields are ${known.join(", ")}`);
  }
  return value as Fields;
}

function readDays(problems: Problems, name: string, value: unknown): number | undefined {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LONGEST_AGE) {
    return value as number;
  }
  const got = value === undefined ? "not given" : shown(value);
  return addWrong(
    problems,
    `${name} is ${got}`,
    `Write a whole number of days from 1 to ${LONGEST_AGE}, for example 90`,
  );
}

function readMaxAge(problems: Problems, value: unknown): LockedImage["maxAge"] {
  if (value === undefined) return undefined;
  const { days, reason } = fieldsOf(problems, "maxAge", value, ["days", "reason"]);
  const read = readDays(problems, "maxAge.days", days);
  checkReason(problems, "maxAge", reason as string | undefined);
  return read === undefined ? undefined : { days: read, reason: reason as string };
}

function readDebugging(problems: Problems, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const { reason } = fieldsOf(problems, "debugging", value, ["reason"]);
  checkReason(problems, "debugging", reason as string | undefined);
  return reason as string | undefined;
}

function readLocked(problems: Problems, value: unknown, checked: string | undefined): LockedImage {
  const fields = fieldsOf(problems, "The image", value, IMAGE_FIELDS);
  const reference = fields.reference as string;
  const parts = readImage(problems, reference);
  if (parts) checkPinned(problems, reference, parts);
  const created = readDate(problems, "created", fields.created) ?? "";
  if (checked !== undefined && (dayOf(created) ?? 0) > (dayOf(checked) ?? 0)) {
    addWrong(
      problems,
      `created is ${created}, after ${checked}, when the lock was checked`,
      "Give checked the day on which the images were last looked at in their registry",
    );
  }
  if (fields.notes !== undefined && typeof fields.notes !== "string") {
    addWrong(problems, `notes is ${shown(fields.notes)}`, "Write a text, or leave it out");
  }
  const maxAge = readMaxAge(problems, fields.maxAge);
  return { reference, created, maxAge, debugging: readDebugging(problems, fields.debugging) };
}

/** Reads the text of a lock; what is wrong goes into the problems, that of an image under its name. */
export function parseLock(problems: Problems, origin: string, file: string, text: string): LockFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    addWrong(
      problems,
      `${file} is no JSON: ${(error as Error).message}`,
      "Mend it there; JSON has no comments",
    );
    return { names: [], images: new Map() };
  }
  for (const key of repeatedKeys(text)) {
    addWrong(problems, `${file} has ${shown(key)} twice in one object`, "Keep the one that is right");
  }
  const fields = fieldsOf(problems, file, json, LOCK_FIELDS);
  if (fields.version !== 1) {
    addWrong(problems, `version is ${shown(fields.version)}`, 'Write "version": 1');
  }
  const checked = readDate(problems, "checked", fields.checked);
  const maxAgeDays = readDays(problems, "maxAgeDays", fields.maxAgeDays);
  const entries = fieldsOf(problems, "images", fields.images, Object.keys(Object(fields.images) as object));
  const images = new Map<string, LockedImage>();
  for (const [name, value] of Object.entries(entries)) {
    problems.collect(() => {
      const own = new Problems(`${origin} (${file}, ${name})`);
      images.set(name, readLocked(own, value, checked));
      own.throwIfAny();
    });
  }
  return { checked, maxAgeDays, names: Object.keys(entries), images };
}
