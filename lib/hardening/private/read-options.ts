import { type Fields } from "./manifest-fields";
import { shown } from "../../core/display-value";
import { checkReason } from "../../core/reason";
import { type Problems } from "../../core/validation-error";
import { choice, kind, listOf, mapOf, refuseKind, shaped, text } from "../../core/value-readers";
import { type ContainerImage } from "../../workload/images/container-image";
import {
  type ContainerResourceRanges,
  DEFAULT_RESOURCES,
  readResources,
} from "../../workload/pods/container-resources";
import { CONTAINER_SHAPES } from "../../workload/pods/private/read-container";
import { checkOverlaps } from "../../workload/pods/writable-path";
import { ALL_CONFLICTS, HardeningConflict, hasSafeValue } from "../conflict";
import {
  type HardeningDecision,
  type HardeningOptions,
  type HardeningSelector,
  type HardeningUser,
  type HardeningWritablePaths,
} from "../hardening-options";

/** An entry of the options that must have an effect. */
export interface TrackedEntry {
  /** The name of the entry, such as `override[0]`. */
  readonly where: string;
}

/** A decision, as read. */
interface ReadDecision extends HardeningDecision, TrackedEntry {
  readonly isOverride: boolean;
}

/** Writable directories, as read. */
interface ReadWritablePaths extends HardeningWritablePaths, TrackedEntry {}

/** A user of some containers, as read. */
export interface ReadUser extends HardeningUser, TrackedEntry {
  readonly id: number;
}

/** A replacement of an image. */
interface ReadImage extends TrackedEntry {
  readonly reference: string;
  readonly image: ContainerImage;
}

/** The options of a hardening, validated. */
export interface Plan {
  /** The default user, for which no entry of `users` applies. */
  readonly user: number;
  /** Whether the default user was given explicitly. */
  readonly isUserGiven: boolean;
  readonly users: readonly ReadUser[];
  readonly resources: Required<ContainerResourceRanges>;
  readonly writablePaths: readonly ReadWritablePaths[];
  readonly images: readonly ReadImage[];
  /** The decisions, overrides first. */
  readonly decisions: readonly ReadDecision[];
  readonly refuseFindings: boolean;
}

/** All entries of a plan that must have an effect. */
export function trackedEntries({ decisions, images, users, writablePaths }: Plan): TrackedEntry[] {
  return [...decisions, ...images, ...users, ...writablePaths];
}

/** Whether a selector applies to a container of an object; without a container, to its pod-level fields. */
export function isSelected(
  { objects, containers }: HardeningSelector,
  object: string,
  container: string | undefined,
): boolean {
  const isObject = objects === undefined || objects.includes(object);
  return (
    isObject && (containers === undefined || (container !== undefined && containers.includes(container)))
  );
}

/**
 * The entry of `users` for a container, or for the pods of an object; an entry with the container comes
 * first.
 */
export function userEntry(
  { users }: Plan,
  object: string,
  container: string | undefined,
): ReadUser | undefined {
  const selected = users.filter((entry) => isSelected(entry, object, container));
  return selected.find(({ containers }) => containers !== undefined) ?? selected[0];
}

/** The decision about a conflict, if there is one. */
export function decisionOn(
  { decisions }: Plan,
  conflict: HardeningConflict,
  object: string,
  container: string | undefined,
): ReadDecision | undefined {
  return decisions.find(
    (decision) =>
      (!decision.isOverride || hasSafeValue(conflict)) &&
      (decision.conflicts === undefined || decision.conflicts.includes(conflict)) &&
      isSelected(decision, object, container),
  );
}

const DEFAULT_USER = 65532;
const MIN_USER = 10_000;
const MAX_USER = 2 ** 31 - 1;
const OBJECT = /^[A-Z][A-Za-z]*\/\S+$/;

const objects = listOf(text(), 'a list of kinds and names, for example ["Deployment/web"]');
const containers = listOf(text(), 'a list of names, for example ["web"]');
const entries = listOf(kind([], "an object"), 'a list, for example [{ objects: ["Deployment/web"], … }]');
const DECISION = {
  conflicts: listOf(
    choice(HardeningConflict, "HardeningConflict.ROOT_USER, or another conflict"),
    "a list, for example [HardeningConflict.ROOT_USER]",
  ),
  objects,
  containers,
};
const USER = {
  objects,
  containers,
  lowUser: kind(["id", "_acknowledge"], "SystemUserId.of(999, { reason })"),
};
const WRITABLE = { objects, containers, paths: CONTAINER_SHAPES.writablePaths };
const OPTIONS = {
  resources: CONTAINER_SHAPES.resources,
  images: mapOf(CONTAINER_SHAPES.image, "an object, for example { [reference]: ContainerImage.of(…) }"),
  users: entries,
  writablePaths: entries,
  override: entries,
  accept: entries,
};

/** Reads the options of a hardening and adds their problems. */
export function readOptions(problems: Problems, given: HardeningOptions | undefined): Plan {
  const options = shaped(problems, given, OPTIONS) as HardeningOptions;
  const { user = DEFAULT_USER, users = [], override = [], accept = [], writablePaths = [] } = options;
  const { images = {}, refuseFindings = false } = options;
  checkUser(problems, "user", user);
  if (typeof refuseFindings !== "boolean")
    refuseKind(problems, "refuseFindings", refuseFindings, "true or false");
  const decisions = (name: string, all: readonly HardeningDecision[]) =>
    all.map((decision, index) => readDecision(problems, `${name}[${index}]`, decision, name === "override"));
  return {
    user,
    isUserGiven: options.user !== undefined,
    users: users.map((entry, index) => readUser(problems, `users[${index}]`, entry)),
    resources: readResources(problems, options.resources ?? DEFAULT_RESOURCES).texts,
    writablePaths: writablePaths.map((entry, index) => readPaths(problems, `writablePaths[${index}]`, entry)),
    images: Object.entries(images).map(([reference, image]) => readImage(reference, image)),
    decisions: [...decisions("override", override), ...decisions("accept", accept)],
    refuseFindings,
  };
}

function checkUser(problems: Problems, where: string, user: number): void {
  if (Number.isInteger(user) && user >= MIN_USER && user <= MAX_USER) return;
  problems.add(
    "USER_INVALID",
    `${where} is ${shown(user)}`,
    `Give a whole number of at least ${MIN_USER}; for an image with a lower user ID, set users: [{ objects, lowUser: SystemUserId.of(999, { reason }) }]`,
  );
}

function readUser(problems: Problems, where: string, given: HardeningUser): ReadUser {
  const read = shaped(problems, given, USER) as HardeningUser;
  const { user, lowUser } = read;
  checkLists(problems, where, given, ["objects", "containers"]);
  if (given?.objects === undefined && given?.containers === undefined) {
    problems.add(
      "HARDENING_INVALID",
      `${where} names neither objects nor containers`,
      'Select the objects of the user, for example objects: ["StatefulSet/store"]; `user` applies to all objects',
    );
  }
  if ((given?.user === undefined) === (given?.lowUser === undefined)) {
    problems.add(
      "USER_INVALID",
      `${where} has ${given?.user === undefined ? "neither user nor" : "both user and"} lowUser`,
      "Give either user: 20000 or lowUser: SystemUserId.of(999, { reason })",
    );
  } else if (given.user !== undefined) checkUser(problems, `${where}.user`, given.user);
  return { ...read, where, id: lowUser?.id ?? user ?? DEFAULT_USER };
}

/** Adds a problem for empty lists, and for invalid object names. */
function checkLists(
  problems: Problems,
  where: string,
  given: HardeningSelector | undefined,
  names: readonly string[],
): void {
  const lists = new Map(names.map((name) => [name, (given as Fields | undefined)?.[name]]));
  for (const [name, list] of lists) {
    if (!Array.isArray(list) || list.length > 0) continue;
    problems.add("HARDENING_INVALID", `${where}.${name} is empty`, `Add an entry, or leave ${name} out`);
  }
  const objects: unknown = lists.get("objects");
  for (const object of Array.isArray(objects) ? (objects as unknown[]) : []) {
    if (typeof object !== "string" || OBJECT.test(object)) continue;
    problems.add(
      "HARDENING_INVALID",
      `${where}.objects contains ${shown(object)}`,
      "Give the kind and the name with a slash, for example Deployment/web",
    );
  }
}

function readDecision(
  problems: Problems,
  where: string,
  given: HardeningDecision,
  isOverride: boolean,
): ReadDecision {
  const read = shaped(problems, given, DECISION) as HardeningDecision;
  const { conflicts } = read;
  checkReason(problems, where, read.reason);
  checkLists(problems, where, given, ["conflicts", "objects", "containers"]);
  if (given?.conflicts === undefined && given?.objects === undefined) {
    problems.add(
      "HARDENING_INVALID",
      `${where} names neither conflicts nor objects`,
      "Select the conflicts or the objects, for example conflicts: [HardeningConflict.ROOT_USER]",
    );
  }
  for (const conflict of isOverride ? (conflicts ?? []) : []) {
    if (!ALL_CONFLICTS.includes(conflict) || hasSafeValue(conflict)) continue;
    problems.add(
      "HARDENING_INVALID",
      `${where}.conflicts contains ${conflict}, which has no safe value to set`,
      "Fix the chart, replace images with `images`, or accept the conflict with a reason",
    );
  }
  return { ...read, where, isOverride };
}

function readPaths(problems: Problems, where: string, given: HardeningWritablePaths): ReadWritablePaths {
  const read = shaped(problems, given, WRITABLE, ["paths"]) as HardeningWritablePaths;
  const { paths = [] } = read;
  checkLists(problems, where, given, ["paths", "objects", "containers"]);
  checkOverlaps(
    problems,
    paths.map(({ path }) => path),
  );
  return { ...read, paths, where };
}

function readImage(reference: string, image: ContainerImage): ReadImage {
  return { reference, image, where: `images["${reference}"]` };
}
