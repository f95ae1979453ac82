import {
  checkedBy,
  listOf,
  optional,
  type Reader,
  subdomainName,
  valueOf,
  withDefault,
} from "../../../core/readers";
import { labels } from "../../../core/kubernetes-names";
import { type Problems } from "../../../core/validation-error";
import { Toleration } from "../toleration";

const TOLERATIONS: Reader<Toleration[]> = checkedBy(
  listOf(
    valueOf(Toleration),
    'a list, for example [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)]',
  ),
  (problems, name, tolerations) => {
    const texts = tolerations.map((toleration) => JSON.stringify(toleration._toManifest()));
    texts.forEach((text, index) => {
      if (texts.indexOf(text) === index) return;
      problems.add("NAME_DUPLICATE", `${name}[${index}] repeats ${text}`, "Remove one of the two");
    });
  },
);

/** The readers of the props that select the nodes of pods. */
export const SCHEDULING = {
  nodeSelector: withDefault(labels(), {}),
  tolerations: withDefault(TOLERATIONS, []),
  priorityClassName: optional(checkedBy(subdomainName(), checkOwnPriorityClass)),
};

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
