import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Duration } from "cdk8s";
import { type KubernetesVersion } from "./kubernetes-version";
import {
  factsOfName,
  type LockedNodeImage,
  MAX_AGE_LENGTH,
  type NodeImageFacts,
  type NodeImageLockFile,
  parseNodeImageLock,
} from "./private/node-image-facts";
import { checked } from "../core/checked";
import { dayOfIsoDate, isoDateOf, validDate } from "../core/dates";
import { shown } from "../core/display-value";
import { matching, ocid, optional, type PropsSchema, readProps, withDefault, text } from "../core/readers";
import { nearestNames } from "../core/stable-order";
import { Problems, type ValidationProblem } from "../core/validation-error";
import { ValidationErrors } from "../core/validation-errors";

const DEFAULT_FILE = "node-images.lock.json";

// A program that reads the same lock twice gets the same result, even if the file changes in between.
const locks = new Map<string, NodeImageLock>();

/** Options for the lock of a node image. */
export interface NodeImageLockOptions {
  /**
   * The file, relative to the working directory of the program.
   *
   * @default "node-images.lock.json"
   */
  readonly path?: string;
}

const LOCK_OPTIONS = {
  path: withDefault(
    matching(/\S/, `Write a text, for example "${DEFAULT_FILE}"`, { code: "VALUE_INVALID" }),
    DEFAULT_FILE,
  ),
} satisfies PropsSchema<NodeImageLockOptions>;
const NAME = text('a text, for example "general"');
const NO_IMAGES: NodeImageLockFile = { names: [], images: new Map() };

/**
 * The images that worker nodes boot from, in a file that a tool or a reviewer changes: `node-images.lock.json`.
 *
 * ```json
 * {
 *   "version": 1,
 *   "checked": "2026-11-20",
 *   "maxAgeDays": 60,
 *   "images": {
 *     "general": {
 *       "id": "ocid1.image.oc1.eu-frankfurt-1.…",
 *       "name": "Oracle-Linux-8.10-2026.10.15-0-OKE-1.35.2-1610"
 *     }
 *   }
 * }
 * ```
 *
 * `checked` is the day on which somebody last looked for newer images. The name of an Oracle image contains its day, Kubernetes
 * version, architecture, cgroups version and whether it has GPU drivers; a pool rejects an image that doesn't fit it. For an image
 * with another name, write `created` and the known facts: `kubernetesVersion`, `architecture` (`x86_64`, `aarch64`), `cgroups` (`v1`,
 * `v2`) and `gpu`. An image can have `notes`, a text, and its own age limit, `"maxAge": { "days": 120, "reason": "…" }`. Other fields
 * are rejected, and each problem contains its line and column.
 *
 * A program evaluates the age of an image for the day `checked`, so that it gives the same output on every day. In CI, check the age of
 * the lock itself with `problems(new Date())`.
 */
@checked
export class NodeImageLock {
  /**
   * Reads a lock file.
   *
   * @param path the file, relative to the working directory of the program; by default `node-images.lock.json`
   */
  public static fromFile(path?: string): NodeImageLock {
    const problems = new Problems("NodeImageLock.fromFile");
    const { path: lockPath } = readProps(problems, { path }, LOCK_OPTIONS);
    const file = lockPath === undefined ? NO_IMAGES : readLock(problems, lockPath);
    problems.throwIfAny();
    return new NodeImageLock(file);
  }

  /** @internal */
  public static _image(factory: string, name: string, options: NodeImageLockOptions = {}): LockedNodeImage {
    const problems = new Problems(factory);
    const { path } = readProps(problems, options, LOCK_OPTIONS);
    const imageName = NAME(problems, "name", name);
    if (path === undefined) return problems.throwAll();
    // The default file is read once, even if the program changes its working directory.
    const key = path === DEFAULT_FILE ? path : resolve(path);
    const before = locks.get(key);
    const file = before?.file ?? readLock(problems, path);
    if (imageName !== undefined) checkName(problems, imageName, file, path);
    problems.throwIfAny();
    const lock = before ?? new NodeImageLock(file);
    locks.set(key, lock);
    const image = lock.file.images.get(name) as LockedNodeImage;
    lock.checkAge(problems, name, image, lock.checked);
    problems.throwIfAny();
    return image;
  }

  private constructor(private readonly file: NodeImageLockFile) {}

  /** The ISO date on which somebody last looked for newer images. */
  public get checked(): string {
    return this.file.checked ?? "";
  }

  /** The maximum age of an image. */
  public get maxAge(): Duration {
    return Duration.days(this.file.maxAgeDays ?? 0);
  }

  /** The names of the images, sorted. */
  public get names(): string[] {
    return [...this.file.names].sort();
  }

  /**
   * The problems of the lock on a date: images that are too old, and a `checked` date in the future.
   *
   * Use it in a test in CI: `expect(NodeImageLock.fromFile().problems(new Date())).toEqual([])`.
   *
   * @param date the date, whose day in UTC counts
   */
  public problems(date: Date): ValidationProblem[] {
    const problems = new Problems("NodeImageLock.problems");
    validDate(problems, "date", date);
    problems.throwIfAny();
    const today = isoDateOf(date);
    if (this.checked > today) {
      problems.add(
        "IMAGE_LOCK_INVALID",
        `checked is ${this.checked}, and today is ${today}`,
        "Set checked to the day on which somebody last looked for newer images",
      );
    }
    for (const name of this.names) {
      this.checkAge(problems, name, this.file.images.get(name) as LockedNodeImage, today);
    }
    try {
      problems.throwIfAny();
      return [];
    } catch (error) {
      return ValidationErrors.problemsOf(error);
    }
  }

  private checkAge(
    problems: Problems,
    name: string,
    { created, maxAge }: LockedNodeImage,
    date: string,
  ): void {
    const age = (dayOfIsoDate(date) ?? 0) - (dayOfIsoDate(created) ?? 0);
    const limit = maxAge?.days ?? this.file.maxAgeDays ?? 0;
    if (age <= limit) return;
    const update =
      "Use the newest image of the same Kubernetes version, and write its OCID and name into the lock";
    problems.add(
      "IMAGE_TOO_OLD",
      `The node image ${name} was created on ${created} and is ${age} days old on ${date}; at most ${limit} days are allowed`,
      age > MAX_AGE_LENGTH
        ? update
        : `${update}; if there is no newer image, give this one "maxAge": { "days": ${age}, "reason": "…" }`,
    );
  }
}

/** Reads a lock file, adding its problems. */
function readLock(problems: Problems, path: string): NodeImageLockFile {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.add(
      "IMAGE_LOCK_INVALID",
      code === "ENOENT"
        ? `path is ${shown(path)}, but ${resolve(path)} does not exist`
        : `path is ${shown(path)}, which can't be read: ${code}`,
      `Run the program in the folder of ${DEFAULT_FILE}, or give its path: { path: "deploy/${DEFAULT_FILE}" }`,
    );
    return NO_IMAGES;
  }
  return parseNodeImageLock(problems, path, content);
}

/** Adds a problem if a valid lock has no image with the name. */
function checkName(problems: Problems, name: string, { names }: NodeImageLockFile, file: string): void {
  if (names.includes(name) || (names.length === 0 && problems.any)) return;
  const nearest = nearestNames(name, names);
  problems.add(
    "IMAGE_LOCK_INVALID",
    `name is ${shown(name)}, and ${file} has no image of that name`,
    nearest.length > 0
      ? `Use one of the nearest names: ${nearest.join(", ")}`
      : "Add the image to images of the lock",
  );
}

/** The known facts about a node image besides its OCID. */
export interface NodeImageOptions {
  /**
   * The name of the image, such as `Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505`: operating system, day, Kubernetes version and build
   * of an OKE image. A pool rejects the image if its name shows that it doesn't fit. Leave it out for a custom image that has the name of
   * its base image.
   *
   * @default - the facts about the image are not known, and the pool rejects nothing
   */
  readonly imageName?: string;
}

const IMAGE_ID = ocid("image");
const IMAGE_OPTIONS = {
  imageName: optional(
    matching(
      /\S/,
      'Give the name as OCI shows it, for example "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505", or leave it out',
      { code: "VALUE_INVALID", references: true },
    ),
  ),
} satisfies PropsSchema<NodeImageOptions>;

/**
 * The image that worker nodes boot from.
 *
 * An image is always pinned by its OCID: with "the latest" image, plans would change by themselves. An OKE image contains the programs of
 * one Kubernetes version: choose an image whose name has the version of the pool.
 *
 * @see https://docs.oracle.com/iaas/images/oke-worker-node-oracle-linux-8x/
 */
@checked
export class NodeImage {
  /**
   * An image by its OCID.
   *
   * @param imageId the OCID of an OKE worker node image or of a custom image made from one
   */
  public static of(imageId: string, options: NodeImageOptions = {}): NodeImage {
    const problems = new Problems("NodeImage.of");
    IMAGE_ID(problems, "imageId", imageId);
    const { imageName } = readProps(problems, options, IMAGE_OPTIONS);
    problems.throwIfAny();
    return new NodeImage(imageId, imageName);
  }

  /**
   * An image of the lock file `node-images.lock.json`, which contains its OCID, its name and its maximum age.
   *
   * The lock is read once. The age is evaluated for the date on which the lock was checked, so that the same program and lock give the
   * same output on every day. See `NodeImageLock` for the format of the file.
   *
   * @param name the name of the image in the lock, such as `general`
   */
  public static fromLock(name: string, options: NodeImageLockOptions = {}): NodeImage {
    const { imageId, imageName, facts } = NodeImageLock._image("NodeImage.fromLock", name, options);
    return new NodeImage(imageId, imageName, facts);
  }

  /**
   * The known facts about the image.
   *
   * @internal
   */
  public readonly _facts: NodeImageFacts;

  private constructor(
    /** The OCID of the image. */
    public readonly imageId: string,
    /** The name of the image, if it was given. */
    public readonly imageName?: string,
    facts?: NodeImageFacts,
  ) {
    this._facts = facts ?? (imageName === undefined ? {} : factsOfName(imageName));
  }
}

// The first minor version whose kubelet requires cgroups v2.
const NEEDS_CGROUPS_V2 = 35;

/**
 * Adds a problem for each known fact about an image that doesn't fit the nodes of a pool.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/update-node-pool.htm for the version
 */
export function checkImageFits(
  problems: Problems,
  { imageName, _facts: facts }: NodeImage,
  version: KubernetesVersion | undefined,
  shapeName: string | undefined,
): void {
  const add = (what: string, fix: string) =>
    problems.add("NODE_IMAGE_UNFIT", `image is ${imageName}, which ${what}`, fix);
  const withoutLetter = version?.version.slice(1);
  if (version && facts.kubernetes !== undefined && facts.kubernetes !== withoutLetter) {
    add(
      `is for Kubernetes ${facts.kubernetes}, but the pool has ${version.version}`,
      `Use an OKE image whose name has OKE-${withoutLetter}, or give the pool kubernetesVersion: KubernetesVersion.of("v${facts.kubernetes}")`,
    );
  }
  if (version && version.minor >= NEEDS_CGROUPS_V2 && facts.cgroups === 1) {
    add(
      `uses cgroups v1, but the kubelet of ${version.version} requires cgroups v2`,
      "Use an OKE image of Oracle Linux 8 with build 1367 or newer, or of Oracle Linux 9; " +
        "leave imageName out for a custom image in which cgroups v2 is enabled",
    );
  }
  if (shapeName === undefined) return;
  checkArchitecture(add, facts, shapeName);
  checkGpu(add, facts, shapeName);
}

type Add = (what: string, fix: string) => void;

function checkArchitecture(add: Add, { architecture }: NodeImageFacts, shapeName: string): void {
  const isArm = /^(VM|BM)\.Standard\.A\d+\./.test(shapeName);
  if (architecture === undefined || isArm === (architecture === "aarch64")) return;
  add(
    isArm
      ? `is for x86 processors, but ${shapeName} has Arm processors`
      : `is for Arm processors, but ${shapeName} has x86 processors`,
    isArm
      ? "Use an image with aarch64 in its name, or a shape such as VM.Standard.E5.Flex"
      : "Use an image without aarch64 in its name, or a shape such as VM.Standard.A1.Flex",
  );
}

/** The names of images for AMD GPUs are not known, so they are not checked. */
function checkGpu(add: Add, { hasGpuDrivers }: NodeImageFacts, shapeName: string): void {
  if (hasGpuDrivers === undefined || /\.MI\d/.test(shapeName)) return;
  const isGpu = /^(VM|BM)\.GPU/.test(shapeName);
  if (isGpu === hasGpuDrivers) return;
  add(
    isGpu ? `has no GPU drivers, but ${shapeName} has NVIDIA GPUs` : `is for GPUs, but ${shapeName} has none`,
    isGpu ? "Use an image with GPU in its name" : "Use an image without GPU in its name",
  );
}
