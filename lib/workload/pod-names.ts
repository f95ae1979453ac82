import { checkUnused } from "./chart-objects";
import { type PodPlace } from "./pod-place";
import { checkObjectName } from "../core/kubernetes-names";
import { type Problems } from "../core/validation-error";

// A workload of such a name would overwrite what denies traffic to the others, or lend its rights to all.
const NAMESPACE_OBJECTS = ["allow-dns", "default", "deny-all"];

/** Adds a problem where a workload can't be named so. */
export function checkName(problems: Problems, { scope, id, kind, longestName }: PodPlace): void {
  checkObjectName(problems, `The id, which names the ${kind},`, id);
  if (longestName !== undefined && typeof id === "string" && id.length > longestName) {
    problems.add(
      "NAME_INVALID",
      `The id, which names the ${kind}, has ${id.length} characters`,
      `Use up to ${longestName}: Kubernetes adds to it in the names of what it makes`,
    );
  }
  if (NAMESPACE_OBJECTS.includes(id)) {
    problems.add(
      "NAME_DUPLICATE",
      `The id is ${id}, the name of an object that SecureNamespace makes`,
      "Take the name of the program",
    );
  }
  checkUnused(problems, scope, [kind, "ServiceAccount", "NetworkPolicy"], id);
}

/** Adds a problem for each container that has no name of its own. */
export function checkContainerNames(
  problems: Problems,
  id: string,
  containers: readonly { name: string }[],
): void {
  const names = containers.map(({ name }) => name);
  for (const name of new Set(names)) checkObjectName(problems, "The name of a container", name);
  const isTaken = (name: unknown, index: number) => name === id || names.indexOf(name as string) !== index;
  for (const name of new Set(names.filter((one, index) => typeof one === "string" && isTaken(one, index)))) {
    problems.add(
      "NAME_DUPLICATE",
      `Two containers of the pod are named ${name}${name === id ? ", as the program's own is" : ""}`,
      "Give each container a name of its own, after what it does",
    );
  }
}
