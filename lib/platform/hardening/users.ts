import { HardeningConflict } from "./conflict";
import { isUnsaid } from "./fields";
import { type Place } from "./place";
import { allContainers, type Container, type Pod } from "./pods";

const LEAST_ID = 10_000;
const IDS = ["runAsUser", "runAsGroup", "fsGroup"];
const PRACTICE = "non-root";

const isLow = (id: unknown): id is number => typeof id === "number" && id >= 0 && id < LEAST_ID;

/** The security context of a container, if it has one. */
function contextOf(container: Container): Place | undefined {
  return container.below("securityContext");
}

/** Finds root and low ids in one security context. */
function judge(context: Place | undefined, user: number): void {
  if (!context) return;
  const { fields } = context;
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
    if (!isLow(id)) continue;
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

/** Whether a container runs as root on purpose: by its own words, or by the pod's where it has none. */
export function isRoot(pod: Pod, container: Container): boolean {
  const own = contextOf(container)?.fields ?? {};
  const says = (key: string) => (isUnsaid(own[key]) ? pod.context?.fields[key] : own[key]);
  return says("runAsNonRoot") === false || says("runAsUser") === 0;
}

/** Who runs the containers: nobody who is root, nor with an id that the node may know. */
export function hardenUsers(pod: Pod): void {
  const { context } = pod;
  const { user } = pod.spec.plan;
  for (const place of [context, ...allContainers(pod).map(contextOf)]) judge(place, user);
  if (!context) return;
  // What some container is to be can't be forbidden to the whole pod; the others then say it for themselves.
  const others = allContainers(pod).filter((container) => !isRoot(pod, container));
  const isForAll = others.length === allContainers(pod).length && !saysRoot(context);
  if (isForAll) fillPod(context, user);
  else for (const container of others) fillContainer(container, context, user);
  context.fill("fsGroup", idOf(context, user), PRACTICE);
  // Otherwise every file of a large volume would be gone through at each start.
  if (pod.keepsVolumes) context.fill("fsGroupChangePolicy", "OnRootMismatch", PRACTICE);
}

/** The user of the pod as its group too, where it is one that may be. */
function idOf({ fields: { runAsUser } }: Place, user: number): number {
  return typeof runAsUser === "number" && runAsUser >= LEAST_ID ? runAsUser : user;
}

function fillPod(context: Place, user: number): void {
  context.fill("runAsNonRoot", true, PRACTICE);
  context.fill("runAsUser", user, PRACTICE);
  context.fill("runAsGroup", idOf(context, user), PRACTICE);
}

function fillContainer(container: Container, pod: Place, user: number): void {
  const context = container.within("securityContext");
  if (!context) return;
  const fill = (key: string, value: unknown) => {
    if (isUnsaid(pod.fields[key])) context.fill(key, value, PRACTICE);
  };
  fill("runAsNonRoot", true);
  fill("runAsUser", user);
  fill("runAsGroup", idOf(context, user));
}
