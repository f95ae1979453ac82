import { isMissing, type Place } from "./manifest-fields";
import { allContainers, type Container, type Pod } from "./pods";
import { hasRootRights, impliedRoot, ownerOnlyVolume, persistentVolume, rootCommand } from "./user-needs";
import { HardeningConflict } from "../conflict";
import { type ReadUser, userEntry } from "../hardening-options";

const MIN_ID = 10_000;
const IDS = ["runAsUser", "runAsGroup", "fsGroup"];
const PRACTICE = "non-root";

/** The kind of user that a container runs as. */
export enum Standing {
  /** Root, set by the container or the pod. */
  ROOT,
  /** An explicit user. */
  EXPLICIT,
  /** The image's user, declared not to be root. */
  IMAGE,
  /** The image's user, unknown; kept, as another one could break the container. */
  KEPT,
  /** The user of the hardening. */
  FILLED,
}

/** The standing of each container of a pod, and what was decided about its volumes. */
export interface Standings {
  readonly byContainer: Map<Container, Standing>;
  /** The containers whose user was chosen explicitly, so that volumes may be given to it. */
  readonly chosen: Set<Container>;
  /** Whether files that only root may read are to be given to the group of the pod. */
  sharesFiles: boolean;
}

const isLow = (id: unknown): id is number => typeof id === "number" && id >= 0 && id < MIN_ID;

/** The security context of a container, if it has one. */
function contextOf(container: Container): Place | undefined {
  return container.below("securityContext");
}

function entryFor(place: Place, container?: string): ReadUser | undefined {
  return userEntry(place.plan, place.object, container);
}

/** The user for a container without one. */
function userFor(place: Place, container: string | undefined): number {
  return entryFor(place, container)?.id ?? place.plan.user;
}

/** Finds root and low IDs in a security context. */
function checkIds(context: Place | undefined): void {
  if (!context) return;
  const { fields } = context;
  const user = userFor(context, context.container);
  const setTo = (key: string, value: unknown) => () => (fields[key] = value);
  if (fields.runAsNonRoot === false) {
    context.found(HardeningConflict.ROOT_USER, {
      field: "runAsNonRoot",
      value: false,
      override: setTo("runAsNonRoot", true),
    });
  }
  for (const key of IDS) {
    const id = fields[key];
    // A low ID that was set with a reason is not a finding.
    if (!isLow(id) || (id !== 0 && id === user)) continue;
    const isRoot = id === 0 && key === "runAsUser";
    context.found(isRoot ? HardeningConflict.ROOT_USER : HardeningConflict.LOW_ID, {
      field: key,
      value: id,
      override: setTo(key, user),
    });
  }
  checkGroups(context, user);
}

/** Finds low IDs among the supplemental groups of a pod. */
function checkGroups(context: Place, user: number): void {
  const { supplementalGroups: groups } = context.fields;
  if (!Array.isArray(groups) || !groups.some(isLow)) return;
  const override = () => {
    const replaced = groups.map((id: unknown) => (isLow(id) ? user : id));
    return (context.fields.supplementalGroups = [...new Set(replaced)]);
  };
  context.found(HardeningConflict.LOW_ID, { field: "supplementalGroups", value: groups, override });
}

function setsRoot(context: Place | undefined): boolean {
  return context?.fields.runAsNonRoot === false || context?.fields.runAsUser === 0;
}

/** The value of a container, or the pod's if the container has none. */
function effective(pod: Pod, container: Container, key: string): unknown {
  const own = contextOf(container)?.fields[key];
  return isMissing(own) ? pod.context?.fields[key] : own;
}

function isRoot(pod: Pod, container: Container): boolean {
  return effective(pod, container, "runAsNonRoot") === false || effective(pod, container, "runAsUser") === 0;
}

/**
 * Checks the users, and determines the user of each container.
 *
 * A user is filled only if nothing speaks against it: a container that needs root, or with files of a certain
 * owner, keeps the user of the image until somebody decides.
 */
export function resolveUsers(pod: Pod): Standings {
  const containers = allContainers(pod);
  const rootContainers = new Set(containers.filter((container) => isRoot(pod, container)));
  for (const place of [pod.context, ...containers.map(contextOf)]) checkIds(place);
  const standings: Standings = { byContainer: new Map(), chosen: new Set(), sharesFiles: false };
  for (const container of containers) {
    standings.byContainer.set(container, standingOf(pod, container, standings));
    const program = rootCommand(container);
    // Root was overridden, and the command still needs it.
    if (rootContainers.has(container) && !isRoot(pod, container) && program !== undefined) {
      findImplied(container, `the command runs ${program}`);
    }
  }
  return standings;
}

/** Sets the user of a container that kept the image's; returns it for the report. */
function setUser(container: Container, user: number): unknown {
  const context = container.within("securityContext");
  if (context) context.fields.runAsUser = user;
  return user;
}

/** Records a conflict that prevents a filled user; returns whether it was overridden, so that the user is set. */
function findUserConflict(container: Container, conflict: HardeningConflict, title: string): boolean {
  const user = userFor(container, container.container);
  let isSet = false;
  container.found(conflict, {
    field: "securityContext.runAsUser",
    title,
    override: () => {
      isSet = true;
      return setUser(container, user);
    },
  });
  return isSet;
}

function findImplied(container: Container, why: string): boolean {
  const { IMPLIED_ROOT } = HardeningConflict;
  return findUserConflict(
    container,
    IMPLIED_ROOT,
    `The container ${container.container} seems to need root: ${why}`,
  );
}

function standingOf(pod: Pod, container: Container, standings: Standings): Standing {
  if (isRoot(pod, container)) return Standing.ROOT;
  if (!isMissing(effective(pod, container, "runAsUser"))) return Standing.EXPLICIT;
  const entry = entryFor(container, container.container);
  if (entry) container.notes.used.add(entry);
  else if (!isMissing(effective(pod, container, "runAsNonRoot"))) return Standing.IMAGE;
  const choose = () => {
    standings.chosen.add(container);
    return Standing.FILLED;
  };
  // An entry names this very container.
  const isNamed = entry?.containers !== undefined;
  // Reported separately, and decided there.
  if (!isNamed && hasRootRights(pod, container)) return Standing.KEPT;
  const why = isNamed ? undefined : impliedRoot(container);
  if (why !== undefined) return findImplied(container, why) ? choose() : Standing.KEPT;
  const volume = persistentVolume(pod, container);
  const isChosen = entry !== undefined || container.plan.isUserGiven;
  if (volume !== undefined && !isChosen) {
    const title = `The owner of the files in the volume ${volume} is unknown`;
    return findUserConflict(container, HardeningConflict.VOLUME_OWNER, title) ? choose() : Standing.KEPT;
  }
  const files = isMissing(pod.context?.fields.fsGroup) ? ownerOnlyVolume(pod, container) : undefined;
  if (files !== undefined) {
    const title = `Only root can read the files of the volume ${files}`;
    if (!findUserConflict(container, HardeningConflict.FILE_MODE, title) && !entry) return Standing.KEPT;
    standings.sharesFiles ||= !isMissing(contextOf(container)?.fields.runAsUser);
  }
  return isChosen ? choose() : Standing.FILLED;
}

/** Fills the users of containers: neither root, nor an id that the node may know. */
export function fillUsers(pod: Pod, standings: Standings): void {
  const { context } = pod;
  if (!context) return;
  const containers = allContainers(pod);
  const standingOf = (container: Container) => standings.byContainer.get(container);
  const isKept = (container: Container) =>
    standingOf(container) === Standing.ROOT || standingOf(container) === Standing.KEPT;
  const others = containers.filter((container) => !isKept(container));
  const user = userFor(context, undefined);
  // Settings that conflict with some container can't be set for the whole pod; the other containers then set
  // them.
  if (others.length === containers.length && !setsRoot(context)) {
    context.fill("runAsNonRoot", true, PRACTICE);
    const isFilled = (container: Container) =>
      standingOf(container) === Standing.FILLED && userFor(container, container.container) === user;
    const sameForAll =
      !isMissing(context.fields.runAsUser) ||
      containers.every(
        (container) => !isMissing(contextOf(container)?.fields.runAsUser) || isFilled(container),
      );
    if (sameForAll) {
      context.fill("runAsUser", user, PRACTICE);
      fillGroup(context, user);
    }
  }
  for (const container of others)
    fillContainer(container, context, standingOf(container) === Standing.FILLED);
  fillFiles(pod, context, standings);
}

/**
 * Fills the group for a filled user, or for one that no image has an account for; a low id has a group in its
 * image.
 */
function fillGroup(context: Place, user: number): void {
  const { runAsUser } = context.fields;
  if (typeof runAsUser !== "number" || (runAsUser < MIN_ID && runAsUser !== user)) return;
  context.fill("runAsGroup", runAsUser, PRACTICE);
}

function fillContainer(container: Container, pod: Place, isFilled: boolean): void {
  const user = userFor(container, container.container);
  const isUser = isFilled && isMissing(pod.fields.runAsUser);
  if (!isUser && !isMissing(pod.fields.runAsNonRoot)) return;
  const context = container.within("securityContext");
  if (!context) return;
  if (isMissing(pod.fields.runAsNonRoot)) context.fill("runAsNonRoot", true, PRACTICE);
  if (isUser) context.fill("runAsUser", user, PRACTICE);
  if (isMissing(pod.fields.runAsGroup)) fillGroup(context, user);
}

/**
 * Fills the group of the files of volumes.
 *
 * Kubernetes gives the files of a volume to the group, and makes all of them readable for it. So it is not
 * filled if the files of a volume have an owner already, or if a program may insist on its file modes, unless
 * that was decided.
 */
function fillFiles(pod: Pod, context: Place, standings: Standings): void {
  const containers = allContainers(pod);
  const owners = containers.filter((container) => persistentVolume(pod, container) !== undefined);
  const isOpen = owners.every((container) => standings.chosen.has(container));
  const isStrict = containers.some((container) => ownerOnlyVolume(pod, container) !== undefined);
  if (isOpen && (!isStrict || standings.sharesFiles)) {
    const { runAsUser } = context.fields;
    const isHigh = typeof runAsUser === "number" && runAsUser >= MIN_ID;
    const [owner = containers[0]] = owners;
    const user = owner ? userFor(owner, owner.container) : userFor(context, undefined);
    context.fill("fsGroup", isHigh ? runAsUser : user, PRACTICE);
  }
  // Otherwise every file of a large volume would be visited at each start.
  if (pod.hasPersistentVolumes && !isMissing(context.fields.fsGroup))
    context.fill("fsGroupChangePolicy", "OnRootMismatch", PRACTICE);
}
