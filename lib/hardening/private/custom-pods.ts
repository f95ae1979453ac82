import { entriesOf, type Fields, fieldsOf } from "./fields";
import { imagesOf } from "../../workload/images/private/images-of";

// Objects of Kubernetes itself whose fields only describe others, or select them.
const WITHOUT_PODS = ["ConfigMap", "CustomResourceDefinition", "Secret"];
// What only pods and their containers have.
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
// A size below the spec is mostly that of something else, such as a key.
const INNER_COUNTS = ["instances", "replicas"];
// Kinds that count something else than pods, or say how many others may have.
const OTHER_COUNTS = /(?:Topic|Policy|Rule|Autoscaler|ScaledObject|Budget|Route|Service)$/;
// Groups whose kinds describe pods of others, by patterns; those that add containers name an image.
const OF_POLICIES = /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh)$/;

/** Whether a map has what only a pod or a container has: such a field, containers, or resources like theirs. */
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

/** The group of an object; empty for the core of Kubernetes. */
function groupOf({ apiVersion }: Fields): string {
  const [group = "", version] = String(apiVersion).split("/");
  return version === undefined ? "" : group;
}

/**
 * Whether an object of a kind that is not known here makes pods: it names an image; or it is of an operator, and has what only
 * pods have, or a count of them.
 */
export function makesPods(object: Fields): boolean {
  if (WITHOUT_PODS.includes(String(object.kind))) return false;
  if (imagesOf(object).length > 0) return true;
  const rest = Object.entries(object)
    .filter(([key]) => key !== "metadata" && key !== "status")
    .map(([, value]) => value);
  const group = groupOf(object);
  // Kinds of Kubernetes itself are known.
  if (!group.includes(".")) return holdsContainers(rest);
  if (OF_POLICIES.test(group)) return false;
  if (!OTHER_COUNTS.test(String(object.kind)) && countsPods(object.spec)) return true;
  // So are most of these groups, whose kinds select pods by what pods have.
  return group.endsWith(".k8s.io") ? holdsContainers(rest) : holdsPod(rest);
}

/** Whether a spec says how many pods there are to be: itself, or one of its parts. */
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
