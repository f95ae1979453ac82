import { isUnsaid } from "./fields";
import { type Place } from "./hardening-notes";
import { allContainers, type Container, type Pod } from "./pods";
import { type ReadUser, userEntry } from "./read-options";
import { hasRootRights, impliedRoot, rootCommand } from "./root-needs";
import { keptVolume, ownerOnlyVolume } from "./volumes";
import { HardeningConflict } from "../conflict";

const LEAST_ID = 10_000;
const IDS = ["runAsUser", "runAsGroup", "fsGroup"];
const PRACTICE = "non-root";

/** Who a container runs as. */
export enum Standing {
  /** Root, by its own words or by the pod's. */
  ROOT,
  /** A user that is said. */
  SAID,
  /** The image's user, which is said not to be root. */
  IMAGE,
  /** The image's user, whoever that is; it stays so, as another one could break the container. */
  KEPT,
  /** The user of the hardening. */
  FILLED,
}

/** The standing of each container of a pod, and what was decided about its volumes. */
export interface Standings {
  readonly of: Map<Container, Standing>;
  /** Containers whose user somebody chose, so that volumes may be given to it. */
  readonly chosen: Set<Container>;
  /** Whether files that only root may read are to be given to the group of the pod. */
  sharesFiles: boolean;
}

const isLow = (id: unknown): id is number => typeof id === "number" && id >= 0 && id < LEAST_ID;

/** The security context of a container, if it has one. */
function contextOf(container: Container): Place | undefined {
  return container.below("securityContext");
}

function entryFor(place: Place, container?: string): ReadUser | undefined {
  return userEntry(place.plan, place.object, container);
}

/** The user that a container gets where none is said. */
function userFor(place: Place, container: string | undefined): number {
  return entryFor(place, container)?.id ?? place.plan.user;
}

/** Finds root and low ids in one security context. */
function judge(context: Place | undefined): void {
  if (!context) return;
  const { fields } = context;
  const user = userFor(context, context.container);
  const set = (key: string, value: unknown) => () => (fields[key] = value);
  if (fields.runAsNonRoot === false) {
    context.found(HardeningConflict.ROOT_USER, {
      field: "runAsNonRoot",
      value: false,
      mend: set("runAsNonRoot", true),
    });
  }
  for (const key of IDS) {
    const id = fields[key];
    // A low one that was chosen with a reason is no finding.
    if (!isLow(id) || (id !== 0 && id === user)) continue;
    const isRoot = id === 0 && key === "runAsUser";
    context.found(isRoot ? HardeningConflict.ROOT_USER : HardeningConflict.LOW_ID, {
      field: key,
      value: id,
      mend: set(key, user),
    });
  }
  judgeGroups(context, user);
}

/** Finds low ids among the groups that a pod has besides its own. */
function judgeGroups(context: Place, user: number): void {
  const { supplementalGroups: groups } = context.fields;
  if (!Array.isArray(groups) || !groups.some(isLow)) return;
  const mend = () => {
    const mended = groups.map((id: unknown) => (isLow(id) ? user : id));
    return (context.fields.supplementalGroups = [...new Set(mended)]);
  };
  context.found(HardeningConflict.LOW_ID, { field: "supplementalGroups", value: groups, mend });
}

function saysRoot(context: Place | undefined): boolean {
  return context?.fields.runAsNonRoot === false || context?.fields.runAsUser === 0;
}

/** What a container says, or the pod where the container says nothing. */
function effective(pod: Pod, container: Container, key: string): unknown {
  const own = contextOf(container)?.fields[key];
  return isUnsaid(own) ? pod.context?.fields[key] : own;
}

function isRoot(pod: Pod, container: Container): boolean {
  return effective(pod, container, "runAsNonRoot") === false || effective(pod, container, "runAsUser") === 0;
}

/**
 * Judges what is said of users, and decides for each container who it runs as.
 *
 * A user is filled only where nothing speaks against it: a container that needs root, or files that belong to somebody,
 * keep the user of the image until somebody decides.
 */
export function judgeUsers(pod: Pod): Standings {
  const containers = allContainers(pod);
  const wereRoot = new Set(containers.filter((one) => isRoot(pod, one)));
  for (const place of [pod.context, ...containers.map(contextOf)]) judge(place);
  const standings: Standings = { of: new Map(), chosen: new Set(), sharesFiles: false };
  for (const container of containers) {
    standings.of.set(container, standingOf(pod, container, standings));
    const program = rootCommand(container);
    // Somebody took root away from it, and the command stays.
    if (wereRoot.has(container) && !isRoot(pod, container) && program !== undefined) {
      findImplied(container, `the command has ${program}`);
    }
  }
  return standings;
}

/** Sets the user of a container that was found to keep the image's; answers it for the report. */
function setUser(container: Container, user: number): unknown {
  const context = container.within("securityContext");
  if (context) context.fields.runAsUser = user;
  return user;
}

/** Finds something that speaks against a user for a container; answers whether it was decided to set it all the same. */
function findDoubt(container: Container, conflict: HardeningConflict, what: string): boolean {
  const user = userFor(container, container.container);
  let isSet = false;
  container.found(conflict, {
    field: "securityContext.runAsUser",
    title: what,
    mend: () => {
      isSet = true;
      return setUser(container, user);
    },
  });
  return isSet;
}

function findImplied(container: Container, why: string): boolean {
  const { IMPLIED_ROOT } = HardeningConflict;
  return findDoubt(
    container,
    IMPLIED_ROOT,
    `The container ${container.container} seems to need root: ${why}`,
  );
}

function standingOf(pod: Pod, container: Container, standings: Standings): Standing {
  if (isRoot(pod, container)) return Standing.ROOT;
  if (!isUnsaid(effective(pod, container, "runAsUser"))) return Standing.SAID;
  const entry = entryFor(container, container.container);
  if (entry) container.notes.used.add(entry);
  else if (!isUnsaid(effective(pod, container, "runAsNonRoot"))) return Standing.IMAGE;
  const choose = () => {
    standings.chosen.add(container);
    return Standing.FILLED;
  };
  // Somebody named the very container.
  const isNamed = entry?.containers !== undefined;
  // Found for itself, and answered there.
  if (!isNamed && hasRootRights(pod, container)) return Standing.KEPT;
  const why = isNamed ? undefined : impliedRoot(container);
  if (why !== undefined) return findImplied(container, why) ? choose() : Standing.KEPT;
  const volume = keptVolume(pod, container);
  const isChosen = entry !== undefined || container.plan.isUserGiven;
  if (volume !== undefined && !isChosen) {
    const what = `The owner of the files in the volume ${volume} is not known`;
    return findDoubt(container, HardeningConflict.VOLUME_OWNER, what) ? choose() : Standing.KEPT;
  }
  const files = isUnsaid(pod.context?.fields.fsGroup) ? ownerOnlyVolume(pod, container) : undefined;
  if (files !== undefined) {
    const what = `Only root may read the files of the volume ${files}`;
    if (!findDoubt(container, HardeningConflict.FILE_MODE, what) && !entry) return Standing.KEPT;
    standings.sharesFiles ||= !isUnsaid(contextOf(container)?.fields.runAsUser);
  }
  return isChosen ? choose() : Standing.FILLED;
}

/** Fills who runs the containers: nobody who is root, nor with an id that the node may know. */
export function fillUsers(pod: Pod, standings: Standings): void {
  const { context } = pod;
  if (!context) return;
  const containers = allContainers(pod);
  const standing = (one: Container) => standings.of.get(one);
  const isKept = (one: Container) => standing(one) === Standing.ROOT || standing(one) === Standing.KEPT;
  const others = containers.filter((one) => !isKept(one));
  const user = userFor(context, undefined);
  // What some container is to be can't be forbidden to the whole pod; the others then say it for themselves.
  if (others.length === containers.length && !saysRoot(context)) {
    context.fill("runAsNonRoot", true, PRACTICE);
    const isFilled = (one: Container) =>
      standing(one) === Standing.FILLED && userFor(one, one.container) === user;
    const sameForAll =
      !isUnsaid(context.fields.runAsUser) ||
      containers.every((one) => !isUnsaid(contextOf(one)?.fields.runAsUser) || isFilled(one));
    if (sameForAll) {
      context.fill("runAsUser", user, PRACTICE);
      fillGroup(context, user);
    }
  }
  for (const one of others) fillContainer(one, context, standing(one) === Standing.FILLED);
  fillFiles(pod, context, standings);
}

/** The group of a user that was filled, or of one that no account of an image has; a low one has a group in its image. */
function fillGroup(context: Place, user: number): void {
  const { runAsUser } = context.fields;
  if (typeof runAsUser !== "number" || (runAsUser < LEAST_ID && runAsUser !== user)) return;
  context.fill("runAsGroup", runAsUser, PRACTICE);
}

function fillContainer(container: Container, pod: Place, isFilled: boolean): void {
  const user = userFor(container, container.container);
  const isUser = isFilled && isUnsaid(pod.fields.runAsUser);
  if (!isUser && !isUnsaid(pod.fields.runAsNonRoot)) return;
  const context = container.within("securityContext");
  if (!context) return;
  if (isUnsaid(pod.fields.runAsNonRoot)) context.fill("runAsNonRoot", true, PRACTICE);
  if (isUser) context.fill("runAsUser", user, PRACTICE);
  if (isUnsaid(pod.fields.runAsGroup)) fillGroup(context, user);
}

/**
 * The group of the files of volumes.
 *
 * Kubernetes gives the files of a volume to the group, and lets the group read all of them. So it is not filled where files
 * of a volume belong to somebody already, or where a program may insist on its modes, unless that was decided.
 */
function fillFiles(pod: Pod, context: Place, standings: Standings): void {
  const containers = allContainers(pod);
  const owners = containers.filter((one) => keptVolume(pod, one) !== undefined);
  const isOpen = owners.every((one) => standings.chosen.has(one));
  const isStrict = containers.some((one) => ownerOnlyVolume(pod, one) !== undefined);
  if (isOpen && (!isStrict || standings.sharesFiles)) {
    const { runAsUser } = context.fields;
    const isHigh = typeof runAsUser === "number" && runAsUser >= LEAST_ID;
    const [owner = containers[0]] = owners;
    const user = owner ? userFor(owner, owner.container) : userFor(context, undefined);
    context.fill("fsGroup", isHigh ? runAsUser : user, PRACTICE);
  }
  // Otherwise every file of a large volume would be gone through at each start.
  if (pod.keepsVolumes && !isUnsaid(context.fields.fsGroup))
    context.fill("fsGroupChangePolicy", "OnRootMismatch", PRACTICE);
}
