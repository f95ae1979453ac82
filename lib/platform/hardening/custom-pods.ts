import { entriesOf, fieldsOf, type Fields } from "./fields";
import { imagesOf } from "../../workload/images-of";

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
const COUNTS = ["instances", "nodeCount", "replicas", "size"];

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

/** Whether a group is of Kubernetes itself, whose kinds are known. */
function isOfKubernetes(apiVersion: unknown): boolean {
  const [group = "", version] = String(apiVersion).split("/");
  return version === undefined || !group.includes(".") || group.endsWith(".k8s.io");
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
  if (isOfKubernetes(object.apiVersion)) return holdsContainers(rest);
  const spec = fieldsOf(object.spec);
  return COUNTS.some((key) => typeof spec?.[key] === "number") || holdsPod(rest);
}

function holdsContainers(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsContainers);
  const fields = fieldsOf(value);
  if (!fields) return false;
  return (
    LISTS.some((key) => entriesOf(fields[key]).length > 0) || Object.values(fields).some(holdsContainers)
  );
}
