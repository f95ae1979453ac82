import { checkLabels, checkSubdomainName } from "../../../core/kubernetes-names";
import { type Problems } from "../../../core/validation-error";
import { type HardenedPodProps } from "../hardened-pod-props";

/** Adds a problem for each invalid scheduling option. */
export function checkScheduling(problems: Problems, props: HardenedPodProps): void {
  const { nodeSelector, tolerations = [], priorityClassName } = props;
  checkLabels(problems, "nodeSelector", nodeSelector);
  const texts = tolerations.map((toleration) => JSON.stringify(toleration._toManifest()));
  texts.forEach((text, index) => {
    if (texts.indexOf(text) === index) return;
    problems.add("NAME_DUPLICATE", `tolerations[${index}] repeats ${text}`, "Remove one of the two");
  });
  if (priorityClassName === undefined) return;
  checkSubdomainName(problems, "priorityClassName", priorityClassName);
  checkOwnPriorityClass(problems, "priorityClassName", priorityClassName);
}

/** Whether a priority class is a system class of Kubernetes, whose pods preempt all others. */
export function isSystemClass(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("system-");
}

/** Adds a problem if a priority class is a system class of Kubernetes. */
export function checkOwnPriorityClass(problems: Problems, property: string, name: unknown): void {
  if (!isSystemClass(name)) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${name}, a class for the system's own pods`,
    'Create a PriorityClass with a lower value, and write its name, for example "shop-high"',
  );
}
