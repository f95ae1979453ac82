import { type Chart } from "cdk8s";
import { type Amounts, type Claim, type CountedPods, objectsIn, podsIn } from "./namespace-pods";
import { checkUnique, nonEmptyListOf } from "../../core/value-readers";
import { parseQuantity } from "../../core/quantity";
import { checkedBy, type Reader, subdomainName } from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { NAMESPACE_LABEL } from "../../network-policy/private/network-rules";
import { checkOwnPriorityClass, isSystemClass } from "../../workload/pods/scheduling";
import { classPrefix } from "./read-quota";

interface Claiming {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly volumeClaimTemplates?: readonly Claim[] };
}

/** Equal claims of an object in a namespace. */
interface CountedClaims {
  /** The object, such as `StatefulSet db`. */
  readonly owner: string;
  readonly count: string | number;
  /** The class; undefined for the default class of the cluster. */
  readonly storageClassName?: string;
  /** The requested capacity of each claim. */
  readonly storage: string | number | undefined;
}

const ONE = 1_000_000_000n;

/** All claims of a chart in a namespace, including those for its pods. */
export function claimsIn(chart: Chart, namespace: string, pods: readonly CountedPods[]): CountedClaims[] {
  const read = (owner: string, count: string | number, { spec = {} }: Claim): CountedClaims => {
    const { storageClassName, resources } = spec;
    return { owner, count, storageClassName, storage: resources?.requests?.storage };
  };
  const counts = new Map([...pods].reverse().map(({ owner, count }) => [owner, count]));
  const sets = objectsIn<Claiming>(chart, namespace, "StatefulSet", "apps").flatMap(({ metadata, spec }) => {
    const owner = `StatefulSet ${metadata.name}`;
    const count = counts.get(owner) ?? 1;
    return (spec?.volumeClaimTemplates ?? []).map((claim) => read(owner, count, claim));
  });
  const single = objectsIn<Claim>(chart, namespace, "PersistentVolumeClaim", "core").map((claim) =>
    read(`PersistentVolumeClaim ${claim.metadata?.name}`, 1, claim),
  );
  const ephemeral = pods.flatMap(({ owner, count, ephemeralClaims }) =>
    ephemeralClaims.map((claim) => read(owner, count, claim)),
  );
  return [...sets, ...single, ...ephemeral];
}

/** Adds a problem if a namespace has more or larger claims than its quota allows. */
export function checkClaims(problems: Problems, claims: readonly CountedClaims[], hard: Amounts): void {
  const classes = new Set(claims.map(({ storageClassName }) => storageClassName));
  const named = [...classes].filter((name) => name !== undefined).sort();
  const claimsOf = (name: string) => claims.filter(({ storageClassName }) => storageClassName === name);
  for (const [prefix, limited] of [
    ["", claims] as const,
    ...named.map((name) => [classPrefix(name), claimsOf(name)] as const),
  ]) {
    checkLimit(problems, `${prefix}persistentvolumeclaims`, limited, hard, () => ONE);
    checkLimit(problems, `${prefix}requests.storage`, limited, hard, ({ storage }) => amountOrZero(storage));
  }
}

// Unknown values, such as references to Terraform values, are not checked.
const quantityOf = (value: string | number | undefined) => parseQuantity(String(value));
const amountOrZero = (value: string | number | undefined) => quantityOf(value) ?? 0n;

function checkLimit(
  problems: Problems,
  key: string,
  claims: readonly CountedClaims[],
  hard: Amounts,
  amountIn: (claims: CountedClaims) => bigint,
): void {
  const total = claims.reduce((sum, each) => sum + (amountIn(each) * amountOrZero(each.count)) / ONE, 0n);
  if (total <= (quantityOf(hard[key]) ?? total)) return;
  const value = Number(total) / 1e9;
  const owners = claims.map(({ owner }) => owner).sort();
  problems.add(
    "RESOURCES_INVALID",
    `The claims of ${[...new Set(owners)].join(", ")} need ` +
      `${key.endsWith("storage") ? `${value / 1024 ** 3}Gi` : value} of ${key}, and the quota allows ${hard[key]}`,
    "Raise the quota of the SecureNamespace or Tenant, or claim fewer or smaller volumes",
  );
}

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
