import { entriesOf, type Fields, fieldsOf, type Notes, Place, valueAt } from "./manifest-fields";
import { imagesOf } from "../../workload/images/private/image-reference";
import { HardeningConflict } from "../conflict";
import { type Plan } from "../hardening-options";

interface PodKind {
  readonly group: string;
  /** The path from the object to the metadata and spec of its pods. */
  readonly path: readonly string[];
}

const TEMPLATE = ["spec", "template"];
const POD_KINDS: { readonly [kind: string]: PodKind } = {
  Pod: { group: "", path: [] },
  PodTemplate: { group: "", path: ["template"] },
  ReplicationController: { group: "", path: TEMPLATE },
  Deployment: { group: "apps", path: TEMPLATE },
  ReplicaSet: { group: "apps", path: TEMPLATE },
  StatefulSet: { group: "apps", path: TEMPLATE },
  DaemonSet: { group: "apps", path: TEMPLATE },
  Job: { group: "batch", path: TEMPLATE },
  CronJob: { group: "batch", path: ["spec", "jobTemplate", ...TEMPLATE] },
};

const LISTS = ["initContainers", "containers", "ephemeralContainers"];

/** A container of a pod. */
export interface Container extends Place {
  readonly container: string;
}

/** The pods of an object, or the pod itself. */
export interface Pod {
  /** The spec of the pods. */
  readonly spec: Place;
  /** The security context of the pods. */
  readonly context: Place | undefined;
  readonly containers: readonly Container[];
  /** Ephemeral containers; Kubernetes does not allow resources for them. */
  readonly ephemeral: readonly Container[];
  readonly labels: Fields;
  readonly annotations: Fields;
  readonly namespace: unknown;
  /** Whether there are volumes that outlive the pod. */
  readonly hasPersistentVolumes: boolean;
  /** The names of the volumes that a StatefulSet claims for its pods. */
  readonly claims: readonly unknown[];
}

/** The place of an object. */
export interface ObjectProps {
  readonly plan: Plan;
  readonly notes: Notes;
  /** The path of the construct. */
  readonly path: string;
}

/** The objects in plain data with their field; a List contains several. */
export function objectsIn(data: unknown): { readonly object: Fields; readonly field: string }[] {
  const object = fieldsOf(data);
  if (!object) return [];
  if (!String(object.kind).endsWith("List") || !Array.isArray(object.items)) return [{ object, field: "" }];
  return entriesOf(object.items).map((item) => ({ object: item, field: `items[${nameOf(item)}]` }));
}

/** An object as kind and name with a slash. */
export function nameOf(object: Fields): string {
  return `${String(object.kind)}/${String(valueAt(object, "metadata", "name") ?? "")}`;
}

/** The pods in plain data; an unknown kind that seems to create pods is a finding. */
export function podsIn(data: unknown, props: ObjectProps): Pod[] {
  return objectsIn(data).flatMap(({ object, field }) => {
    const kind = POD_KINDS[String(object.kind)];
    const place = new Place(object, { ...props, object: nameOf(object), field });
    const [group = ""] = String(object.apiVersion).split("/").slice(0, -1);
    if (kind?.group === group) return podAt(place, object, kind);
    if (makesPods(object)) {
      place.found(HardeningConflict.UNREADABLE, {
        field: "kind",
        value: `${String(object.apiVersion)} ${String(object.kind)}`,
        title: "Pods of an unknown kind",
      });
    }
    return [];
  });
}

function podAt(place: Place, object: Fields, { path }: PodKind): Pod[] {
  const template = path.reduce<Place | undefined>((at, key) => at?.below(key), place);
  const spec = template?.below("spec");
  if (!template || !spec) {
    place.found(HardeningConflict.UNREADABLE, {
      field: [...path, "spec"].join("."),
      title: "Pod without a spec",
    });
    return [];
  }
  if (valueAt(spec.fields, "os", "name") === "windows") {
    spec.found(HardeningConflict.UNREADABLE, {
      field: "os.name",
      value: "windows",
      title: "Windows pod, which hardening does not support",
    });
    return [];
  }
  const containersOf = (list: string) =>
    entriesOf(spec.fields[list]).map((fields, index) => {
      const name = typeof fields.name === "string" ? fields.name : String(index);
      return spec.enter(fields, `.${list}[${name}]`, name) as Container;
    });
  return [
    {
      spec,
      context: spec.within("securityContext"),
      containers: LISTS.slice(0, 2).flatMap(containersOf),
      ephemeral: LISTS.slice(2).flatMap(containersOf),
      labels: fieldsOf(valueAt(template.fields, "metadata", "labels")) ?? {},
      annotations: fieldsOf(valueAt(template.fields, "metadata", "annotations")) ?? {},
      namespace: valueAt(object, "metadata", "namespace"),
      hasPersistentVolumes: hasPersistentVolumes(object, spec.fields),
      claims: claimsOf(object),
    },
  ];
}

function claimsOf(object: Fields): unknown[] {
  return entriesOf(valueAt(object, "spec", "volumeClaimTemplates")).map((claim) =>
    valueAt(claim, "metadata", "name"),
  );
}

function hasPersistentVolumes(object: Fields, spec: Fields): boolean {
  return (
    claimsOf(object).length > 0 ||
    entriesOf(spec.volumes).some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral)
  );
}

/** All containers of a pod. */
export function allContainers({ containers, ephemeral }: Pod): Container[] {
  return [...containers, ...ephemeral];
}

// Kubernetes objects whose fields only describe or select other objects.
const WITHOUT_PODS = ["ConfigMap", "CustomResourceDefinition", "Secret"];
// Fields that only pods and containers have.
const OF_PODS = [
  "automountServiceAccountToken",
  "hostNetwork",
  "imagePullSecrets",
  "podSecurityContext",
  "securityContext",
  "serviceAccountName",
  "tolerations",
  "volumeMounts",
];
const COUNTS = ["instances", "members", "nodeCount", "replicas", "size"];
// Below the spec, a size is mostly that of something else, such as a key.
const INNER_COUNTS = ["instances", "replicas"];
// Kinds whose counts are not pods of their own.
const OTHER_COUNTS = /(?:Topic|Policy|Rule|Autoscaler|ScaledObject|Budget|Route|Service)$/;
// Groups whose kinds describe other objects' pods by patterns; kinds that add containers name an image.
const OF_POLICIES = /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh)$/;

/** Whether a map has the fields of a pod or container: a typical field, containers, or resources. */
function isLikePod(fields: Fields): boolean {
  const resources = fieldsOf(fields.resources);
  return (
    OF_PODS.some((key) => fields[key] !== undefined && fields[key] !== null) ||
    LISTS.some((key) => entriesOf(fields[key]).length > 0) ||
    (resources !== undefined && (fieldsOf(resources.requests) ?? fieldsOf(resources.limits)) !== undefined)
  );
}

function holdsPod(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsPod);
  const fields = fieldsOf(value);
  return fields !== undefined && (isLikePod(fields) || Object.values(fields).some(holdsPod));
}

/** The API group of an object; empty for the core group. */
function groupOf({ apiVersion }: Fields): string {
  const [group = "", version] = String(apiVersion).split("/");
  return version === undefined ? "" : group;
}

/**
 * Whether an object of an unknown kind creates pods: it names an image; or it belongs to an operator, and has
 * fields of pods or a replica count.
 */
export function makesPods(object: Fields): boolean {
  if (WITHOUT_PODS.includes(String(object.kind))) return false;
  if (imagesOf(object).length > 0) return true;
  const rest = Object.entries(object)
    .filter(([key]) => key !== "metadata" && key !== "status")
    .map(([, value]) => value);
  const group = groupOf(object);
  // The kinds of Kubernetes itself are known.
  if (!group.includes(".")) return holdsContainers(rest);
  if (OF_POLICIES.test(group)) return false;
  if (!OTHER_COUNTS.test(String(object.kind)) && countsPods(object.spec)) return true;
  // Most kinds of these groups select pods by the fields of pods, and create none.
  return group.endsWith(".k8s.io") ? holdsContainers(rest) : holdsPod(rest);
}

/** Whether a spec, or one of its parts, has a replica count. */
function countsPods(spec: unknown): boolean {
  const fields = fieldsOf(spec) ?? {};
  const parts = Object.values(fields).map((part) => fieldsOf(part));
  return (
    COUNTS.some((key) => typeof fields[key] === "number") ||
    parts.some((part) => INNER_COUNTS.some((key) => typeof part?.[key] === "number"))
  );
}

function holdsContainers(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsContainers);
  const fields = fieldsOf(value);
  if (!fields) return false;
  return (
    LISTS.some((key) => entriesOf(fields[key]).length > 0) || Object.values(fields).some(holdsContainers)
  );
}
