import {
  entriesOf,
  type Fields,
  fieldsOf,
  isMissing,
  isReference,
  newNotes,
  type Notes,
  type Place,
  valueAt,
} from "./manifest-fields";
import { hardenObjects } from "./objects";
import { allContainers, type Container, type Pod, podsIn } from "./pods";
import { checkPrivileges, fillPrivileges, hardenPorts } from "./privileges";
import { hardenResources } from "./resources";
import { type Accounts, hardenToken } from "./service-account-token";
import { fillUsers, resolveUsers } from "./user-ids";
import { checkArguments, checkLiteral } from "../../core/credential-literal";
import { Problems } from "../../core/validation-error";
import { referenceOf } from "../../synthesis/references";
import { splitImage } from "../../workload/images/private/image-reference";
import { volumeName } from "../../workload/pods/private/hardened-pod";
import { type WritablePath } from "../../workload/pods/writable-path";
import { HardeningConflict } from "../conflict";
import { isSelected, type Plan } from "../hardening-options";

/** Finds secrets in variables and arguments; findings do not contain their values. */
function hardenEnvironment(pod: Pod): void {
  for (const container of allContainers(pod)) {
    for (const entry of entriesOf(container.fields.env)) {
      const name = String(entry.name);
      const field = `env[${name}]`;
      const secret = fieldsOf(valueAt(entry, "valueFrom", "secretKeyRef"));
      if (secret) {
        const value = `${String(secret.key)} of ${String(secret.name)}`;
        container.found(HardeningConflict.SECRET_ENV, { field, value });
      }
      const { value } = entry;
      if (typeof value !== "string" || isReference(value)) continue;
      findCredential(container, field, (problems) => checkLiteral(problems, field, name, value));
    }
    for (const entry of entriesOf(container.fields.envFrom)) {
      const secret = fieldsOf(entry.secretRef);
      if (!secret) continue;
      const name = String(secret.name);
      container.found(HardeningConflict.SECRET_ENV, { field: `envFrom[${name}]`, value: `all of ${name}` });
    }
    for (const key of ["command", "args"]) findInArguments(container, key);
  }
}

function findInArguments(container: Container, key: string): void {
  const value = container.fields[key];
  if (!Array.isArray(value)) return;
  const texts = value.map((argument: unknown) =>
    typeof argument === "string" && !isReference(argument) ? argument : "",
  );
  findCredential(container, key, (problems) => checkArguments(problems, key, texts));
}

function findCredential(container: Container, field: string, check: (problems: Problems) => void): void {
  const problems = new Problems(field);
  check(problems);
  if (problems.any) container.found(HardeningConflict.CREDENTIAL_LITERAL, { field });
}

const NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS = ["postStart", "preStop"];
const CONNECTIONS = ["httpGet", "tcpSocket"];
// The types that the restricted standard allows; an image is as immutable as that of a container.
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** Finds the access of the pods to their node. */
function hardenHost(pod: Pod): void {
  const { spec } = pod;
  for (const key of NAMESPACES) {
    spec.fill(key, false, "non-root");
    if (spec.fields[key] !== true) continue;
    const override = () => (spec.fields[key] = false);
    spec.found(HardeningConflict.HOST_NAMESPACE, { field: key, value: true, override });
  }
  for (const volume of entriesOf(spec.fields.volumes)) checkVolume(spec, volume);
  for (const container of allContainers(pod)) {
    for (const port of entriesOf(container.fields.ports)) checkPort(container, port);
    checkHosts(container);
  }
}

function checkVolume(spec: Place, volume: Fields): void {
  const field = `volumes[${String(volume.name)}]`;
  if (!isMissing(volume.hostPath)) {
    const override = () => {
      delete volume.hostPath;
      volume.emptyDir = { sizeLimit: "64Mi" };
      return { emptyDir: volume.emptyDir };
    };
    spec.found(HardeningConflict.HOST_PATH, { field, value: { hostPath: volume.hostPath }, override });
    return;
  }
  const type = Object.keys(volume).find((key) => key !== "name" && !isMissing(volume[key]));
  if (type === undefined || VOLUMES.includes(type)) return;
  spec.found(HardeningConflict.VOLUME_TYPE, { field, value: type });
}

function checkPort(container: Container, port: Fields): void {
  const { hostPort, name, containerPort } = port;
  if (isMissing(hostPort) || hostPort === 0) return;
  const override = () => {
    delete port.hostPort;
    return undefined;
  };
  const field = `ports[${String(name ?? containerPort)}].hostPort`;
  container.found(HardeningConflict.HOST_PORT, { field, value: hostPort, override });
}

/**
 * Finds hosts of probes and hooks, which the API server of Kubernetes 1.34 rejects in the baseline standard;
 * older ones don't check.
 */
function checkHosts(container: Container): void {
  const { fields } = container;
  const places = [
    ...PROBES.map((key) => ({ field: key, handler: fieldsOf(fields[key]) })),
    ...HOOKS.map((key) => ({
      field: `lifecycle.${key}`,
      handler: fieldsOf(valueAt(fields, "lifecycle", key)),
    })),
  ];
  for (const { field, handler } of places) {
    for (const kind of CONNECTIONS) {
      const connection = fieldsOf(handler?.[kind]);
      if (!connection || isMissing(connection.host) || connection.host === "") continue;
      const override = () => {
        delete connection.host;
        return undefined;
      };
      const hostField = `${field}.${kind}.host`;
      container.found(HardeningConflict.PROBE_HOST, { field: hostField, value: connection.host, override });
    }
  }
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Hardens the images of containers and volumes. */
function hardenImages(pod: Pod): void {
  for (const container of allContainers(pod)) {
    hardenImage(container, container.fields, "image", "");
    // Asks the registry at each start, so that a node's cached image is available only to pods that may pull
    // it.
    container.fill("imagePullPolicy", "Always", "immutable-containers");
  }
  for (const volume of entriesOf(pod.spec.fields.volumes)) {
    const source = fieldsOf(volume.image);
    if (source) hardenImage(pod.spec, source, "reference", `volumes[${String(volume.name)}].image.`);
  }
}

function hardenImage(place: Place, source: Fields, key: string, prefix: string): void {
  const original = source[key];
  if (typeof original !== "string") return;
  const { images } = place.plan;
  const replacement = images.find(({ reference }) => reference === original);
  if (replacement) {
    place.notes.used.add(replacement);
    const { reference, reason } = replacement.image;
    source[key] = reference;
    if (reference !== original)
      place.changed(`${prefix}${key}`, original, reference, "immutable-containers", reason);
  }
  const current = source[key] as string;
  // An image that was accepted by its tag, with a reason.
  if (images.some(({ image }) => image.reference === current && image.reason !== undefined)) return;
  const { tag, digest } = splitImage(current);
  if ((digest !== undefined && (DIGEST.test(digest) || isReference(digest))) || isUnknown(current, tag))
    return;
  const isLatest = tag === undefined || tag === "latest";
  place.found(isLatest ? HardeningConflict.IMAGE_LATEST : HardeningConflict.IMAGE_TAG, {
    field: `${prefix}${key}`,
    value: current,
  });
}

/** Whether an image ends in a reference to a Terraform value, which may contain a digest. */
function isUnknown(image: string, tag: string | undefined): boolean {
  return isReference(tag ?? image);
}

const PRACTICE = "immutable-containers";

/** Mounts the writable directories of containers as emptyDirs. */
function hardenPaths(pod: Pod): void {
  for (const container of pod.containers) {
    for (const writable of pod.spec.plan.writablePaths) {
      if (!isSelected(writable, container.object, container.container)) continue;
      container.notes.used.add(writable);
      for (const path of writable.paths) mountPath(pod, container, path);
    }
  }
}

function mountPath(pod: Pod, container: Container, path: WritablePath): void {
  const name = volumeName("writable", path.path, container.container);
  const volumes = entriesOf(pod.spec.fields.volumes);
  const mounted = entriesOf(container.fields.volumeMounts).find(
    ({ mountPath }) => String(mountPath).replace(/\/+$/, "") === path.path,
  );
  if (mounted) {
    const volume = volumes.find(({ name }) => name === mounted.name);
    if (fieldsOf(volume?.emptyDir) && mounted.readOnly !== true) return;
    addPathProblem(
      pod,
      container,
      path,
      `where the volume ${String(mounted.name)} is mounted, which is not a writable emptyDir`,
    );
    return;
  }
  if (volumes.some((volume) => volume.name === name)) {
    addPathProblem(pod, container, path, `whose volume name ${name} belongs to another volume`);
    return;
  }
  const volume = path._toVolume(name);
  push(pod.spec.fields, "volumes", volume);
  pod.spec.changed(`volumes[${name}]`, undefined, volume, PRACTICE);
  const mount = { name, mountPath: path.path };
  push(container.fields, "volumeMounts", mount);
  container.changed(`volumeMounts[${path.path}]`, undefined, mount, PRACTICE);
}

function push(fields: { [key: string]: unknown }, key: string, entry: object): void {
  const list = fields[key];
  fields[key] = [...(isMissing(list) ? [] : (list as unknown[])), entry];
}

function addPathProblem(
  { spec }: Pod,
  { container, object }: Container,
  { path }: WritablePath,
  why: string,
): void {
  spec.notes.problems.add(
    "PATH_INVALID",
    `writablePaths lists ${path} for the container ${container} of ${object}, ${why}`,
    "List another directory, or select other containers: writablePaths: [{ objects, containers, paths }]",
  );
}

type Shape = (value: unknown) => boolean;

const isBoolean: Shape = (value) => typeof value === "boolean";
const isId: Shape = (value) => Number.isInteger(value);
const isIds: Shape = (value) => Array.isArray(value) && value.every((id) => isReference(id) || isId(id));
const isMaps: Shape = (value) =>
  Array.isArray(value) && value.every((entry) => fieldsOf(entry) !== undefined);

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

/** Finds values of a wrong type, such as `privileged: "true"`, which other rules would treat as missing. */
function findWrongShapes(pod: Pod): void {
  const { spec, context } = pod;
  if (!isMaps(spec.fields.containers)) unreadable(spec, "containers");
  checkShapes(spec, OF_POD);
  checkShapes(context, OF_CONTEXT);
  for (const container of allContainers(pod)) {
    checkShapes(container, OF_CONTAINER);
    checkShapes(container.below("securityContext"), OF_CONTEXT);
  }
}

function checkShapes(place: Place | undefined, shapes: readonly (readonly [string, Shape])[]): void {
  for (const [key, isRight] of shapes) {
    const value = place?.fields[key];
    // References are unknown.
    if (isMissing(value) || isReference(value) || referenceOf(value)) continue;
    if (place && !isRight(value)) unreadable(place, key);
  }
}

function unreadable(place: Place, field: string): void {
  place.found(HardeningConflict.UNREADABLE, { field, value: place.fields[field] });
}

/** The object to harden, and its origin. */
interface HardenedObject {
  /** The path of the construct. */
  readonly path: string;
  /** Whether it was read from YAML. */
  readonly isIncluded: boolean;
}

/** Hardens an object as plain data, in place; returns the changes and findings. */
export function harden(
  data: unknown,
  plan: Plan,
  { path, isIncluded }: HardenedObject,
  accounts: Accounts,
): Notes {
  const notes = newNotes(path);
  hardenObjects(data, { plan, notes, path, isIncluded });
  // An object that is left out needs no other decision.
  if (notes.isLeftOut) return notes;
  leaveOut(data, notes.leftOutItems);
  for (const pod of podsIn(data, { plan, notes, path })) {
    findWrongShapes(pod);
    hardenHost(pod);
    hardenToken(pod, accounts);
    // Existing values first: the filled ones depend on them.
    checkPrivileges(pod);
    const standings = resolveUsers(pod);
    const binding = hardenPorts(pod, standings);
    fillUsers(pod, standings);
    fillPrivileges(pod, standings, binding);
    hardenImages(pod);
    hardenEnvironment(pod);
    hardenPaths(pod);
    hardenResources(pod);
  }
  return notes;
}

/** Removes items from a List. */
function leaveOut(data: unknown, items: ReadonlySet<Fields>): void {
  const list = fieldsOf(data);
  if (!list || items.size === 0) return;
  list.items = (list.items as unknown[]).filter((item) => !items.has(item as Fields));
}
