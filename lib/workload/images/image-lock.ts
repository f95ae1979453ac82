import { Duration } from "cdk8s";
import { resolve } from "node:path";
import {
  dateOf,
  dayOf,
  DEFAULT_FILE,
  type LockedImage,
  type LockFile,
  MAX_AGE_DAYS,
  readLock,
} from "./private/image-lock-file";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { text } from "../../core/readers";
import { nearestNames } from "../../core/stable-order";
import { Problems, type ValidationProblem } from "../../core/validation-error";
import { ValidationErrors } from "../../core/validation-errors";
import { refuseKind } from "../../core/value-readers";

// Repeated reads in one program return the same lock, even if the file changes meanwhile.
const locks = new Map<string, ImageLock>();

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
    const cached = isUsable ? locks.get(key) : undefined;
    const file = cached?.file ?? readLock(problems, factory, path);
    checkName(problems, name, file, path ?? DEFAULT_FILE);
    problems.throwIfAny();
    const lock = cached ?? new ImageLock(file);
    locks.set(key, lock);
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

  /** The maximum age of an image. */
  public get maxAge(): Duration {
    return Duration.days(this.maxAgeDays);
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
      refuseKind(problems, "date", date ?? undefined, "a date, for example new Date()");
      problems.throwIfAny();
    }
    const today = dateOf(date);
    if (this.checked > today) {
      problems.add(
        "IMAGE_LOCK_INVALID",
        `checked is ${this.checked}, which is after ${today}`,
        "Write the date on which you last compared the lock with the registry",
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

  private get maxAgeDays(): number {
    return this.file.maxAgeDays ?? 0;
  }

  private judge(problems: Problems, name: string, { created, maxAge }: LockedImage, date: string): void {
    const age = (dayOf(date) ?? 0) - (dayOf(created) ?? 0);
    const maxDays = maxAge?.days ?? this.maxAgeDays;
    if (age <= maxDays) return;
    problems.add(
      "IMAGE_TOO_OLD",
      `The image ${name}, created on ${created}, is ${age} days old on ${date}, and the maximum is ${maxDays} days`,
      fixOf(age),
    );
  }
}

/** The fix for an age problem; for an implausible age, the date is wrong. */
function fixOf(age: number): string {
  const rebuild = "Rebuild the image, and write its digest and date into the lock";
  return age > MAX_AGE_DAYS
    ? `${rebuild}; if the build sets no real date, write the date of its push`
    : `${rebuild}; if it can't be rebuilt more often, add "maxAge": { "days": ${age}, "reason": "…" }`;
}

const NAME = text('a text, for example "web"');

/** Adds a problem if a readable lock has no image with a name. */
function checkName(problems: Problems, name: string, { names }: LockFile, file: string): void {
  if (NAME(problems, "name", name) === undefined) return;
  if (names.includes(name)) return;
  if (names.length === 0 && problems.any) return;
  const nearest = nearestNames(name, names);
  problems.add(
    "IMAGE_LOCK_INVALID",
    `name is ${shown(name)}, and ${file} has no image with this name`,
    nearest.length > 0
      ? `Write ${nearest.map((each) => `"${each}"`).join(", or ")}; or add the image to images in the file`
      : "Add the image to images in the file",
  );
}
