import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { dateOf, dayOf, readDate } from "./private/image-lock-date";
import { checkPinned, readImage } from "./private/image-reference";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { nearestNames } from "../../core/nearest-names";
import { checkReason } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { ValidationErrors } from "../../core/validation-errors";
import { type ValidationProblem } from "../../core/validation-problem";
import { isOfKind, refuseKind } from "../../core/value-readers";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

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

const LOCK_FIELDS = ["version", "checked", "maxAgeDays", "images"];
const IMAGE_FIELDS = ["reference", "created", "notes", "maxAge", "debugging"];

/** The highest maximum age, in days. */
const MAX_AGE_LENGTH = 3650;

interface Fields {
  readonly [name: string]: unknown;
}

/** An image of a lock, validated. */
interface LockedImage {
  readonly reference: string;
  readonly created: string;
  /** The maximum age of this image. */
  readonly maxAge?: { readonly days: number; readonly reason: string };
  /** The reason for a debugging image. */
  readonly debugging?: string;
}

/** The parsed content of a lock; complete if there was no problem. */
interface LockFile {
  readonly checked?: string;
  readonly maxAgeDays?: number;
  /** The names of all images, including invalid ones. */
  readonly names: readonly string[];
  readonly images: ReadonlyMap<string, LockedImage>;
}

function addWrong(problems: Problems, what: string, fix: string): undefined {
  problems.add("IMAGE_LOCK_INVALID", what, fix);
  return undefined;
}

/** The fields of an object; an unknown field is a problem, as it would have no effect. */
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
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_AGE_LENGTH) {
    return value as number;
  }
  const got = value === undefined ? "not given" : shown(value);
  return addWrong(
    problems,
    `${name} is ${got}`,
    `Write a whole number of days from 1 to ${MAX_AGE_LENGTH}, for example 90`,
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

/** Parses the text of a lock and adds its problems, those of an image under its name. */
function parseLock(problems: Problems, origin: string, file: string, text: string): LockFile {
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

const DEFAULT_FILE = "images.lock.json";

// Repeated reads in one program return the same lock, even if the file changes meanwhile.
const known = new Map<string, ImageLock>();

/** Options of `ContainerImage.fromLock`. */
export interface ImageLockOptions {
  /**
   * The path of the lock file, relative to the working directory.
   *
   * @default "images.lock.json"
   */
  readonly path?: string;
}

/** An image of a lock whose age was judged. */
export interface JudgedImage extends LockedImage {
  /** Whether its own maximum age is higher than the lock's. */
  readonly isOlderAllowed: boolean;
}

/**
 * The images that programs run, in a file that a tool or a reviewer updates: `images.lock.json`.
 *
 * ```json
 * {
 *   "version": 1,
 *   "checked": "2026-11-20",
 *   "maxAgeDays": 90,
 *   "images": {
 *     "web": {
 *       "reference": "fra.ocir.io/acme/web:1.4.2@sha256:<64 hexadecimal digits>",
 *       "created": "2026-11-02"
 *     }
 *   }
 * }
 * ```
 *
 * `created` is the date on which the image was built, or pushed if its build records no date; `checked` is
 * the date of the last check for newer images. An image may have `notes`, a text; `"maxAge": { "days": 365,
 * "reason": "…" }`, its own maximum age; and `"debugging": { "reason": "…" }`, as for
 * `ContainerImage.debugging`. Other fields are refused.
 *
 * A program judges the age of an image at `checked` and never at today's date, so that its output does not
 * depend on the day. Let CI check that the lock itself is recent, with `problems(new Date())`.
 */
@checked
export class ImageLock {
  /**
   * Reads a lock file.
   *
   * @param path the file, relative to the working directory; `images.lock.json` by default
   */
  public static fromFile(path?: string): ImageLock {
    const problems = new Problems("ImageLock.fromFile");
    const file = readLock(problems, "ImageLock.fromFile", path);
    problems.throwIfAny();
    return new ImageLock(file);
  }

  /** @internal */
  public static _image(factory: string, name: string, options: ImageLockOptions = {}): JudgedImage {
    const problems = new Problems(factory);
    const path = (options as ImageLockOptions | null)?.path;
    // The default has the key "" and is resolved once: a program may change its working directory.
    const key = typeof path === "string" && path !== "" ? resolve(path) : "";
    const isUsable = path === undefined || key !== "";
    const before = isUsable ? known.get(key) : undefined;
    const file = before?.file ?? readLock(problems, factory, path);
    checkName(problems, name, file, path ?? DEFAULT_FILE);
    problems.throwIfAny();
    const lock = before ?? new ImageLock(file);
    known.set(key, lock);
    const image = lock.file.images.get(name) as LockedImage;
    lock.judge(problems, name, image, lock.checked);
    problems.throwIfAny();
    return { ...image, isOlderAllowed: (image.maxAge?.days ?? 0) > lock.maxAgeDays };
  }

  private constructor(private readonly file: LockFile) {}

  /** The ISO date of the last check for newer images. */
  public get checked(): string {
    return this.file.checked ?? "";
  }

  /** The number of days after which an image is too old. */
  public get maxAgeDays(): number {
    return this.file.maxAgeDays ?? 0;
  }

  /** The names of the images, sorted. */
  public get names(): string[] {
    return [...this.file.names].sort();
  }

  /**
   * Returns the problems of the lock at a date: images that are too old, and a `checked` date in the future.
   *
   * For a test in CI: `expect(ImageLock.fromFile().problems(new Date())).toEqual([])`.
   *
   * @param date only its day in UTC counts
   */
  public problems(date: Date): ValidationProblem[] {
    const problems = new Problems("ImageLock.problems");
    if (!(date instanceof Date) || Number.isNaN(date.getTime())) {
      refuseKind(problems, "The date", date ?? undefined, "a date, for example new Date()");
      problems.throwIfAny();
    }
    const today = dateOf(date);
    if (this.checked > today) {
      problems.add(
        "IMAGE_LOCK_INVALID",
        `checked is ${this.checked}, and it is ${today}`,
        "Give it the day on which the images were last looked at",
      );
    }
    for (const name of this.names) {
      this.judge(problems, name, this.file.images.get(name) as LockedImage, today);
    }
    try {
      problems.throwIfAny();
      return [];
    } catch (error) {
      return ValidationErrors.problemsOf(error);
    }
  }

  private judge(problems: Problems, name: string, { created, maxAge }: LockedImage, date: string): void {
    const age = (dayOf(date) ?? 0) - (dayOf(created) ?? 0);
    const most = maxAge?.days ?? this.maxAgeDays;
    if (age <= most) return;
    problems.add(
      "IMAGE_TOO_OLD",
      `The image ${name} was created on ${created} and is ${age} days old on ${date}, and ${most} are allowed`,
      fixOf(age),
    );
  }
}

/** The fix for an age problem; for an implausible age, the date is wrong. */
function fixOf(age: number): string {
  const anew = "Build it anew and write its digest and date into the lock";
  return age > MAX_AGE_LENGTH
    ? `${anew}; where its build writes no true date, give that of its push`
    : `${anew}; one that can't be built more often takes "maxAge": { "days": ${age}, "reason": "…" }`;
}

/** Reads a lock file and adds its problems. */
function readLock(problems: Problems, factory: string, path: string = DEFAULT_FILE): LockFile {
  const none = { names: [], images: new Map<string, LockedImage>() };
  if (typeof path !== "string" || path.trim() === "") {
    if (typeof path === "string") problems.add("VALUE_INVALID", "path is empty", `Write "${DEFAULT_FILE}"`);
    else refuseKind(problems, "path", path, `a text, for example "${DEFAULT_FILE}"`);
    return none;
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.add(
      "IMAGE_LOCK_INVALID",
      code === "ENOENT" ? `There is no ${resolve(path)}` : `${resolve(path)} can't be read: ${code}`,
      `Start the program in the folder of ${DEFAULT_FILE}, or say where it is: { path: "deploy/${DEFAULT_FILE}" }`,
    );
    return none;
  }
  return parseLock(problems, factory, path, text);
}

/** Adds a problem if a readable lock has no image with a name. */
function checkName(problems: Problems, name: string, { names }: LockFile, file: string): void {
  if (typeof name !== "string") {
    refuseKind(problems, "The name", name, 'a text, for example "web"');
    return;
  }
  if (names.includes(name)) return;
  if (names.length === 0 && problems.any) return;
  const nearest = nearestNames(name, names);
  problems.add(
    "IMAGE_LOCK_INVALID",
    `${file} has no image named ${shown(name)}`,
    nearest.length > 0 ? `Those named most alike are ${nearest.join(", ")}` : "Write it into images",
  );
}
