import { TaintEffect } from "cdk8s-plus-27";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { isLabelValue, isQualifiedName, labels } from "../../core/kubernetes-names";
import {
  checkedBy,
  choice,
  listOf,
  optional,
  type Reader,
  subdomainName,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

const KEY = checkedBy(text(), (problems, name, key) => {
  if (isQualifiedName(key)) return;
  problems.add(
    "LABEL_INVALID",
    `${name} is ${shown(key)}`,
    'Use up to 63 letters, digits, -, _, and ., optionally after a DNS name and a slash, for example "nvidia.com/gpu"',
  );
});
const VALUE = checkedBy(text(), (problems, name, value) => {
  if (isLabelValue(value)) return;
  problems.add(
    "LABEL_INVALID",
    `${name} is ${shown(value)}`,
    'Use up to 63 letters, digits, -, _, and ., beginning and ending with a letter or digit, for example "present"',
  );
});
const EFFECT = choice(TaintEffect, "TaintEffect.NO_SCHEDULE");

/**
 * A toleration of a taint of nodes.
 *
 * A toleration of every taint is not supported: it would also keep pods on nodes that are broken or being
 * drained.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
@checked
export class Toleration {
  /**
   * Tolerates a taint with a key and a value, such as `nvidia.com/gpu=present`.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally with a DNS name and a slash before them
   * @param value as the value of a label
   */
  public static of(key: string, value: string, effect: TaintEffect): Toleration {
    const problems = Toleration.read("Toleration.of", key, effect);
    VALUE(problems, "value", value);
    problems.throwIfAny();
    return new Toleration(key, effect, value);
  }

  /**
   * Tolerates a taint with a key and any value, such as `oci.oraclecloud.com/oke-is-preemptible`.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally with a DNS name and a slash before them
   */
  public static ofAnyValue(key: string, effect: TaintEffect): Toleration {
    Toleration.read("Toleration.ofAnyValue", key, effect).throwIfAny();
    return new Toleration(key, effect);
  }

  private static read(factory: string, key: string, effect: TaintEffect): Problems {
    const problems = new Problems(factory);
    KEY(problems, "key", key);
    EFFECT(problems, "effect", effect);
    return problems;
  }

  private constructor(
    /** The key of the taint. */
    public readonly key: string,
    /** The effect of the taint. */
    public readonly effect: TaintEffect,
    /** The value of the taint, if given. */
    public readonly value?: string,
  ) {}

  /** @internal */
  public _toManifest(): object {
    const { key, effect, value } = this;
    return value === undefined
      ? { key, operator: "Exists", effect }
      : { key, operator: "Equal", value, effect };
  }
}

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
