import { type HardenedPodProps } from "./hardened-pod-props";
import { checkLabels, checkSubdomainName } from "../core/kubernetes-names";
import { type Problems } from "../core/validation-error";

/** Adds a problem for what says where pods run and can't. */
export function checkScheduling(problems: Problems, props: HardenedPodProps): void {
  const { nodeSelector, tolerations = [], priorityClassName } = props;
  checkLabels(problems, "nodeSelector", nodeSelector);
  const texts = tolerations.map((one) => JSON.stringify(one._toManifest()));
  for (const text of new Set(texts.filter((one, index) => texts.indexOf(one) !== index))) {
    problems.add("NAME_DUPLICATE", `tolerations has ${text} twice`, "Leave one of them out");
  }
  if (priorityClassName === undefined) return;
  checkSubdomainName(problems, "priorityClassName", priorityClassName);
  refuseSystemClass(problems, "priorityClassName", priorityClassName);
}

/** Whether a priority class is one of Kubernetes itself, whose pods end all others. */
export function isSystemClass(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("system-");
}

/** Adds a problem where a priority class is one of Kubernetes itself. */
export function refuseSystemClass(problems: Problems, property: string, name: unknown): void {
  if (!isSystemClass(name)) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${name}, a class of the system's own pods`,
    "Make a PriorityClass of your own, below those of the system",
  );
}
