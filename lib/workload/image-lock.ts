import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { dateOf, dayOf } from "./image-lock-date";
import { LONGEST_AGE, parseLock, type LockedImage, type LockFile } from "./image-lock-file";
import { checked } from "../core/checked";
import { nearestNames } from "../core/nearest-names";
import { refuseKind } from "./shapes";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { ValidationErrors } from "../core/validation-errors";
import { type ValidationProblem } from "../core/validation-problem";

const DEFAULT_FILE = "images.lock.json";

// A program that asks twice gets the same answer, whatever happens to the file meanwhile.
const known = new Map<string, ImageLock>();

/** Where the lock is that an image is taken from. */
export interface ImageLockOptions {
  /**
   * The file, relative to the folder in which the program is started.
   *
   * @default "images.lock.json"
   */
  readonly path?: string;
}

/** An image of a lock whose age was judged. */
export interface JudgedImage extends LockedImage {
  /** Whether its own limit is wider than the lock's. */
  readonly isOlderAllowed: boolean;
}

/**
 * The images that programs run, in a file of their own that a tool or a reviewer changes: `images.lock.json`.
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
 * `created` is the day on which the image was built, or pushed where its build writes none; `checked` the day on which
 * somebody last looked for newer ones. An image may have `notes`, a text; `"maxAge": { "days": 365, "reason": "…" }`, a limit
 * of its own; and `"debugging": { "reason": "…" }`, as of `ContainerImage.debugging`. Other fields are refused.
 *
 * A program judges the age of an image at `checked` and never at today's date, so that it gives the same bytes on every
 * day. That the lock itself does not grow old is for CI to say, with `problems(new Date())`.
 */
@checked
export class ImageLock {
  /**
   * Reads a lock.
   *
   * @param path the file, relative to the folder in which the program is started; `images.lock.json` where none is given
   * @throws IMAGE_LOCK_INVALID, IMAGE_INVALID, IMAGE_NOT_PINNED, REASON_MISSING, VALUE_INVALID, ATTRIBUTE_MISSING
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
    // Under "" the default, which is looked for once: a program may move to another folder.
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

  /** The ISO date on which somebody last looked for newer images. */
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
   * What is wrong with the lock at a date: images that are too old then, and a `checked` that is still to come.
   *
   * For a test in CI: `expect(ImageLock.fromFile().problems(new Date())).toEqual([])`.
   *
   * @param date its day in UTC counts
   * @throws VALUE_INVALID, ATTRIBUTE_MISSING
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

/** What helps against an age; of an image that seems to be older than any, the date is wrong. */
function fixOf(age: number): string {
  const anew = "Build it anew and write its digest and date into the lock";
  return age > LONGEST_AGE
    ? `${anew}; where its build writes no true date, give that of its push`
    : `${anew}; one that can't be built more often takes "maxAge": { "days": ${age}, "reason": "…" }`;
}

/** Reads the file of a lock; what is wrong with it goes into the problems. */
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

/** Adds a problem where a lock that could be read has no image of a name. */
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
