import { type Chart } from "cdk8s";
import { claimsIn, podsIn } from "./namespace-pods";
import { checkedBy, type Reader, subdomainName } from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { checkUnique, nonEmptyListOf } from "../../core/value-readers";
import { NAMESPACE_LABEL } from "../../network-policy/private/network-rules";
import { checkOwnPriorityClass, isSystemClass } from "../../workload/pods/scheduling";

/** The allowed classes of a namespace; all classes by default. */
interface AllowedClasses {
  readonly storage?: readonly string[];
  readonly priority?: readonly string[];
}

/** Reads the names of allowed classes. */
export function allowedClasses(): Reader<string[]> {
  return checkedBy(
    nonEmptyListOf(subdomainName(), '["oci-bv"]', "VALUE_INVALID", "to allow all"),
    checkUnique,
  );
}

/** Reads the names of allowed priority classes; system classes can't be allowed. */
export function allowedPriorityClasses(): Reader<string[]> {
  return checkedBy(allowedClasses(), (problems, name, classes) => {
    for (const each of classes) checkOwnPriorityClass(problems, name, each);
  });
}

/**
 * A quota of zero pods for all but the allowed priority classes; pods without a class are not counted.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass
 */
export function priorityQuota(allowed: readonly string[]): object {
  const scopeName = "PriorityClass";
  return {
    hard: { pods: "0" },
    scopeSelector: {
      matchExpressions: [
        { scopeName, operator: "Exists" },
        { scopeName, operator: "NotIn", values: [...allowed].sort() },
      ],
    },
  };
}

/**
 * A policy that accepts claims of the allowed classes only; a quota can't do so, as it must name each class
 * that it excludes.
 *
 * At that point, claims without a class have the default class of the cluster. Existing claims can still be
 * changed and deleted.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function storagePolicy(namespace: string, allowed: readonly string[]): object {
  const classes = [...allowed].sort();
  const classOf = (object: string) =>
    `(has(${object}.spec.storageClassName) ? ${object}.spec.storageClassName : "")`;
  return {
    // Refuse objects that can't be evaluated.
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
      resourceRules: [
        {
          apiGroups: [""],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE"],
          resources: ["persistentvolumeclaims"],
        },
      ],
    },
    validations: [
      {
        expression: `(oldObject != null && ${classOf("oldObject")} == ${classOf("object")}) || ${classOf("object")} in ${JSON.stringify(classes)}`,
        message: `The namespace ${namespace} may claim volumes of these storage classes only: ${classes.join(", ")}.`,
        reason: "Forbidden",
      },
    ],
  };
}

/** The binding of the policy. */
export function storageBinding(policyName: string): object {
  return { policyName, validationActions: ["Deny"] };
}

/** Adds a problem for pods with a system class, which would preempt the pods of Kubernetes in any namespace. */
function addSystemClass(problems: Problems, owner: string, name: string): void {
  problems.add(
    "CLASS_NOT_ALLOWED",
    `The ${owner} has the priority class ${name}, which is for the system's own pods`,
    'Create a PriorityClass with a lower value, and use its name, for example "shop-high"',
  );
}

/**
 * Adds a problem for each object of the chart whose pods or claims have a class that its namespace does not
 * allow.
 */
export function checkClasses(
  problems: Problems,
  chart: Chart,
  namespace: string,
  allowed: AllowedClasses,
): void {
  const pods = podsIn(chart, namespace);
  const check = (what: string, property: string, owner: string, name?: string, names?: readonly string[]) => {
    if (!name || !names || names.includes(name)) return;
    problems.add(
      "CLASS_NOT_ALLOWED",
      `The ${owner} has the ${what} class ${name}, which the namespace ${namespace} does not allow`,
      `Use one of ${[...names].sort().join(", ")}, or add it to ${property}`,
    );
  };
  for (const { owner, priorityClassName } of pods) {
    if (isSystemClass(priorityClassName)) addSystemClass(problems, owner, priorityClassName);
    else check("priority", "allowedPriorityClasses", owner, priorityClassName, allowed.priority);
  }
  for (const { owner, storageClassName } of claimsIn(chart, namespace, pods)) {
    check("storage", "allowedStorageClasses", owner, storageClassName, allowed.storage);
  }
}
