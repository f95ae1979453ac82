import { HardeningConflict, hasSafeValue } from "./conflict";
import {
  boolean,
  checkedBy,
  choice,
  listOf,
  mapOf,
  matching,
  objectOf,
  optional,
  type PropReader,
  type PropsSchema,
  type Reader,
  readProps,
  reasonFor,
  type Resolved,
  text,
  valueOf,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { type Problems } from "../core/validation-error";
import { ContainerImage } from "../workload/images/container-image";
import { type ContainerResourceRanges, containerResources } from "../workload/pods/container-resources";
import { MIN_USER, SystemUserId } from "../workload/pods/pod-security";
import { checkOverlaps, WritablePath } from "../workload/pods/writable-path";

/** A selection of objects and containers. */
export interface HardeningSelector {
  /**
   * The objects, as kind and name with a slash: `Deployment/web`.
   *
   * @default - all objects of the scope
   */
  readonly objects?: string[];
  /**
   * The names of containers.
   *
   * @default - all containers, and pod-level fields
   */
  readonly containers?: string[];
}

/** A decision about conflicts, with its reason; it lists conflicts, objects or both. */
export interface HardeningDecision extends HardeningSelector, ReasonedChoice {
  /** The conflicts. @default - all conflicts of the listed objects */
  readonly conflicts?: HardeningConflict[];
}

/** The writable directories of some containers. */
export interface HardeningWritablePaths extends HardeningSelector {
  /** The directories; each container gets its own empty one. */
  readonly paths: WritablePath[];
}

/** The user of some containers, for images whose files belong to a certain user. */
export interface HardeningUser extends HardeningSelector {
  /**
   * The id of the user and its group, at least 10000; excludes `lowUser`.
   *
   * @default - `lowUser`
   */
  readonly user?: number;
  /**
   * A user id below 10000, with its reason; excludes `user`.
   *
   * @default - `user`
   */
  readonly lowUser?: SystemUserId;
}

/** Options of `Hardening.of`. */
export interface HardeningOptions {
  /**
   * The id of the user and the groups of pods that set none, at least 10000.
   *
   * Pods with `runAsNonRoot` keep the user of their image.
   *
   * @default 65532; pods with volumes that outlive them keep the user of their image, which is a finding
   */
  readonly user?: number;
  /**
   * The users of some objects or containers that set none, for images whose files, or whose volumes, belong
   * to a certain user.
   *
   * An entry with containers takes precedence over one with objects only. Synthesis refuses an entry without
   * effect.
   *
   * @default - `user` for all
   */
  readonly users?: HardeningUser[];
  /**
   * The default resources of containers.
   *
   * The size of a container's writable directories is added to the limits. A request without a limit gets a
   * limit not below it, and a limit without a request gets an equal request, as in Kubernetes.
   *
   * @default - CPU 100m to 500m, 256Mi of memory, 256Mi of ephemeral storage
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The directories that containers write to, as their root filesystem becomes read-only.
   *
   * @default - only the existing volumes
   */
  readonly writablePaths?: HardeningWritablePaths[];
  /**
   * The replacements of images, by their reference in the chart, such as `docker.io/library/redis:7.4.1`.
   *
   * @default - no replacements
   */
  readonly images?: { [reference: string]: ContainerImage };
  /**
   * The conflicts that are resolved by changing the chart's value; the change records the reason.
   *
   * Synthesis refuses an entry without effect.
   *
   * @default - no value is changed
   */
  readonly override?: HardeningDecision[];
  /**
   * The conflicts that are accepted; the reason is recorded as an acknowledgement of the object.
   *
   * Synthesis refuses an entry without effect.
   *
   * @default - every conflict is a finding
   */
  readonly accept?: HardeningDecision[];
  /**
   * Whether findings fail the synthesis; otherwise they are warnings.
   *
   * @default false
   */
  readonly refuseFindings?: boolean;
}

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

const user = wholeNumber({
  least: MIN_USER,
  code: "USER_INVALID",
  fix: `Give a whole number of at least ${MIN_USER}; for an image with a lower user ID, set users: [{ objects, lowUser: SystemUserId.of(999, { reason }) }]`,
});

/** Reads a list that selects something, so that an empty one selects nothing. */
function selection<T>(each: PropReader<T>, instead: string): Reader<T[]> {
  return checkedBy(listOf(each, instead), (problems, name, { length }) => {
    if (length > 0) return;
    problems.add("HARDENING_INVALID", `${name} is empty`, "Add an entry, or leave the list out");
  });
}

const OBJECT = matching(
  /^[A-Z][A-Za-z]*\/\S+$/,
  "Give the kind and the name with a slash, for example Deployment/web",
  {
    code: "HARDENING_INVALID",
  },
);

const SELECTOR = {
  objects: optional(selection(OBJECT, 'a list of kinds and names, for example ["Deployment/web"]')),
  containers: optional(selection(text(), 'a list of names, for example ["web"]')),
} satisfies PropsSchema<HardeningSelector>;

const USER = {
  ...SELECTOR,
  user: optional(user),
  lowUser: optional(valueOf(SystemUserId)),
} satisfies PropsSchema<HardeningUser>;

const DECISION = {
  ...SELECTOR,
  conflicts: optional(
    selection(
      choice(HardeningConflict, "HardeningConflict.ROOT_USER, or another conflict"),
      "a list, for example [HardeningConflict.ROOT_USER]",
    ),
  ),
  reason: reasonFor("The decision"),
} satisfies PropsSchema<HardeningDecision>;

const WRITABLE = {
  ...SELECTOR,
  paths: selection(valueOf(WritablePath), 'a list, for example [WritablePath.of("/tmp")]'),
} satisfies PropsSchema<HardeningWritablePaths>;

/** Reads a list of entries that must have an effect. */
function entries<T extends object>(entry: Reader<T>): Reader<(T & TrackedEntry)[]> {
  const tracked: Reader<T & TrackedEntry> = (problems, name, value) => {
    const read = entry(problems, name, value);
    return read && { ...read, where: name };
  };
  return listOf(tracked, 'a list, for example [{ objects: ["Deployment/web"], … }]');
}

const decisions = entries(checkedBy(objectOf(DECISION), checkDecision));

const overrides = entries(
  checkedBy(checkedBy(objectOf(DECISION), checkDecision), (problems, name, { conflicts = [] }) => {
    for (const conflict of conflicts.filter((each) => !hasSafeValue(each))) {
      problems.add(
        "HARDENING_INVALID",
        `${name}.conflicts contains ${conflict}, which has no safe value to set`,
        "Fix the chart, replace images with `images`, or accept the conflict with a reason",
      );
    }
  }),
);

const OPTIONS = {
  user: optional(user),
  users: withDefault(entries(checkedBy(objectOf(USER), checkUser)), []),
  resources: containerResources(),
  writablePaths: withDefault(entries(checkedBy(objectOf(WRITABLE), checkPaths)), []),
  images: withDefault(
    mapOf(valueOf(ContainerImage), "an object, for example { [reference]: ContainerImage.of(…) }"),
    {},
  ),
  override: withDefault(overrides, []),
  accept: withDefault(decisions, []),
  refuseFindings: withDefault(boolean(), false),
} satisfies PropsSchema<HardeningOptions>;

/** Reads the options of a hardening; throws an error that lists every problem. */
export function readOptions(problems: Problems, options: HardeningOptions | undefined): Plan {
  const read = problems.resolved<Resolved<typeof OPTIONS>>(readProps(problems, options, OPTIONS));
  const { accept, images, override, refuseFindings, resources, writablePaths } = read;
  const { user = DEFAULT_USER } = read;
  return {
    user,
    isUserGiven: read.user !== undefined,
    users: read.users.map((entry) => ({ ...entry, id: entry.lowUser?.id ?? entry.user ?? DEFAULT_USER })),
    resources: resources.texts,
    writablePaths,
    images: Object.entries(images).map(([reference, image]) => ({
      reference,
      image,
      where: `images["${reference}"]`,
    })),
    decisions: [
      ...override.map((decision) => ({ ...decision, isOverride: true })),
      ...accept.map((decision) => ({ ...decision, isOverride: false })),
    ],
    refuseFindings,
  };
}

function checkUser(problems: Problems, name: string, entry: Resolved<typeof USER>): void {
  const { containers, lowUser, objects, user } = entry;
  if (objects === undefined && containers === undefined) {
    problems.add(
      "HARDENING_INVALID",
      `${name} names neither objects nor containers`,
      'Select the objects of the user, for example objects: ["StatefulSet/store"]; `user` applies to all objects',
    );
  }
  if ((user === undefined) === (lowUser === undefined)) {
    problems.add(
      "USER_INVALID",
      `${name} has ${user === undefined ? "neither user nor" : "both user and"} lowUser`,
      "Give either user: 20000 or lowUser: SystemUserId.of(999, { reason })",
    );
  }
}

function checkDecision(
  problems: Problems,
  name: string,
  { conflicts, objects }: Resolved<typeof DECISION>,
): void {
  if (conflicts !== undefined || objects !== undefined) return;
  problems.add(
    "HARDENING_INVALID",
    `${name} names neither conflicts nor objects`,
    "Select the conflicts or the objects, for example conflicts: [HardeningConflict.ROOT_USER]",
  );
}

function checkPaths(problems: Problems, name: string, { paths }: Resolved<typeof WRITABLE>): void {
  checkOverlaps(
    problems,
    paths.map(({ path }) => path),
    `${name}.paths`,
  );
}
