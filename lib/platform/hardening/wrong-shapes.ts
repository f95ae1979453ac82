import { HardeningConflict } from "./conflict";
import { fieldsOf, isReference, isUnsaid } from "./fields";
import { type Place } from "./place";
import { allContainers, type Pod } from "./pods";
import { referenceOf } from "../../manifests/references";

type Shape = (value: unknown) => boolean;

const isBoolean: Shape = (value) => typeof value === "boolean";
const isId: Shape = (value) => Number.isInteger(value);
const isIds: Shape = (value) => Array.isArray(value) && value.every((one) => isReference(one) || isId(one));
const isMaps: Shape = (value) => Array.isArray(value) && value.every((one) => fieldsOf(one) !== undefined);

const fields = (shape: Shape, ...keys: string[]) => keys.map((key) => [key, shape] as const);
const OF_POD = [
  ...fields(
    isBoolean,
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "automountServiceAccountToken",
    "enableServiceLinks",
  ),
  ...fields(isMaps, "initContainers", "ephemeralContainers", "volumes"),
];
const OF_CONTAINER = fields(isMaps, "env", "envFrom", "ports", "volumeMounts");
const OF_CONTEXT = [
  ...fields(isBoolean, "privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot"),
  ...fields(isId, "runAsUser", "runAsGroup", "fsGroup"),
  ...fields(isIds, "supplementalGroups"),
];

/** Finds values of a wrong type, which all other rules would read as nothing: `privileged: "true"`. */
export function findWrongShapes(pod: Pod): void {
  const { spec, context } = pod;
  if (!isMaps(spec.fields.containers)) unreadable(spec, "containers");
  judge(spec, OF_POD);
  judge(context, OF_CONTEXT);
  for (const container of allContainers(pod)) {
    judge(container, OF_CONTAINER);
    judge(container.below("securityContext"), OF_CONTEXT);
  }
}

function judge(place: Place | undefined, shapes: readonly (readonly [string, Shape])[]): void {
  for (const [key, isRight] of shapes) {
    const value = place?.fields[key];
    // Of a reference nothing is known yet.
    if (isUnsaid(value) || isReference(value) || referenceOf(value)) continue;
    if (place && !isRight(value)) unreadable(place, key);
  }
}

function unreadable(place: Place, field: string): void {
  place.found(HardeningConflict.UNREADABLE, { field, value: place.fields[field] });
}
