import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PINNED_REFERENCE } from "./image-reference";
import { shown } from "../../../core/display-value";
import { type Readers } from "../../../core/readers";
import {
  checkedBy,
  optional,
  type Reader,
  readProps,
  reasonFor,
  type Resolved,
  text,
} from "../../../core/readers";
import { Problems } from "../../../core/validation-error";
import { isOfKind } from "../../../core/value-readers";

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

/** The name of the lock file. */
export const DEFAULT_FILE = "images.lock.json";
/** The highest maximum age, in days. */
export const MAX_AGE_DAYS = 3650;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

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

const described = (value: unknown) => (value === undefined ? "not described" : shown(value));

/** Reads a field of the lock. */
function field<T>(isValid: (value: unknown) => boolean, fix: string): Reader<T> {
  return (problems, name, value) => {
    if (isValid(value)) return value as T;
    problems.add("IMAGE_LOCK_INVALID", `${name} is ${described(value)}`, fix, name);
    return undefined;
  };
}

const isObject = (value: unknown) => isOfKind(value, []);

/**
 * Reads an object of the lock; an unknown field is a problem, as it would have no effect.
 *
 * @param title the object in messages
 * @param at the place of the object; by default its fields have no prefix
 */
function readObject<S extends Readers>(
  problems: Problems,
  title: string,
  value: unknown,
  schema: S,
  at?: string,
): Partial<Resolved<S>> {
  const names = Object.keys(schema);
  const fields = names.join(", ");
  if (!isObject(value)) {
    problems.add(
      "IMAGE_LOCK_INVALID",
      `${title} is ${described(value)}`,
      `Write an object with ${fields}`,
      at,
    );
    return {};
  }
  for (const unknown of Object.keys(value as object).filter((name) => !names.includes(name))) {
    const what = `${title} has the unknown field ${shown(unknown)}`;
    problems.add("IMAGE_LOCK_INVALID", what, `Use only ${fields}`, at ?? unknown);
  }
  return readProps(problems, value, schema, at);
}

/** Reads an object within the lock. */
function objectWith<S extends Readers>(schema: S): Reader<Partial<Resolved<S>>> {
  return (problems, name, value) => readObject(problems, name, value, schema, name);
}

const DATE = field<string>(
  (value) => dayOf(value) !== undefined,
  'Write an ISO date, for example "2026-11-02"',
);
const DAYS = field<number>(
  (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_AGE_DAYS,
  `Write a whole number of days from 1 to ${MAX_AGE_DAYS}, for example 90`,
);

const LOCK = {
  version: field<number>((value) => value === 1, 'Write "version": 1'),
  checked: DATE,
  maxAgeDays: DAYS,
  images: field<{ readonly [name: string]: unknown }>(
    isObject,
    'Write an object with the images by name: { "web": { "reference": "…", "created": "2026-11-02" } }',
  ),
};

const LOCKED_IMAGE = {
  reference: PINNED_REFERENCE,
  created: DATE,
  notes: optional(
    field<string>((value) => typeof value === "string", 'Write a text, for example "notes": "Built by CI"'),
  ),
  maxAge: optional(objectWith({ days: DAYS, reason: reasonFor("maxAge") })),
  debugging: optional(objectWith({ reason: reasonFor("debugging") })),
};

const PATH = checkedBy(text(`a text, for example "${DEFAULT_FILE}"`), (problems, name, path) => {
  if (path.trim() === "") problems.add("VALUE_INVALID", `${name} is empty`, `Write "${DEFAULT_FILE}"`);
});

/** Reads a lock file and adds its problems. */
export function readLock(problems: Problems, factory: string, path: string = DEFAULT_FILE): LockFile {
  if (PATH(problems, "path", path) === undefined) return EMPTY;
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found =
      code === "ENOENT" ? "which does not exist" : `and reading it fails with ${code ?? String(error)}`;
    problems.add(
      "IMAGE_LOCK_INVALID",
      `path is ${resolve(path)}, ${found}`,
      `Run the program in the folder of ${DEFAULT_FILE}, or give its path: { path: "deploy/${DEFAULT_FILE}" }`,
    );
    return EMPTY;
  }
  return parseLock(problems, factory, path, content);
}

/** Parses the text of a lock and adds its problems, those of an image under its name. */
function parseLock(problems: Problems, factory: string, file: string, content: string): LockFile {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    problems.add(
      "IMAGE_LOCK_INVALID",
      `${file} is not valid JSON: ${(error as Error).message}`,
      "Correct the file; JSON has no comments and no trailing commas",
    );
    return EMPTY;
  }
  for (const key of repeatedKeys(content)) {
    const what = `${file} has the key ${shown(key)} twice in one object`;
    problems.add("IMAGE_LOCK_INVALID", what, "Remove one of the two");
  }
  const { checked, images: entries = {}, maxAgeDays } = readObject(problems, file, json, LOCK);
  const images = new Map<string, LockedImage>();
  for (const [name, value] of Object.entries(entries)) {
    problems.collect(() => {
      const ofImage = new Problems(`${factory} (${file}, ${name})`);
      images.set(name, readLocked(ofImage, value, checked));
    });
  }
  return { checked, maxAgeDays, names: Object.keys(entries), images };
}

function readLocked(problems: Problems, value: unknown, checked: string | undefined): LockedImage {
  const read = readObject(problems, "The image", value, LOCKED_IMAGE);
  const { created, debugging } = read;
  if (checked !== undefined && (dayOf(created) ?? 0) > (dayOf(checked) ?? 0)) {
    problems.add(
      "IMAGE_LOCK_INVALID",
      `created is ${created}, after checked, which is ${checked}`,
      `Write the date on which you last compared the lock with the registry, for example "checked": "${created}"`,
      "created",
    );
  }
  return problems.resolved<LockedImage>({ ...(read as LockedImage), debugging: debugging?.reason });
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
