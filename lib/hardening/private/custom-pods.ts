import { entriesOf, type Fields, fieldsOf } from "./manifest-fields";
import { imagesOf } from "../../workload/images/private/image-reference";

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
const LISTS = ["containers", "initContainers", "ephemeralContainers"];
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
  // Most kinds in these groups are too; they select pods by the fields of pods.
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
