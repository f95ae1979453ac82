import { checkSubdomainName } from "../../core/kubernetes-names";
import { byteQuantity, checkQuantityOrder, cpuQuantity, parseQuantity } from "../../core/quantity";
import {
  checkedBy,
  mapOf,
  mapped,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { byKey } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { type NamespaceQuota, type StorageClassQuota } from "../namespace-quota";

interface Hard {
  readonly [resource: string]: string;
}

/** The prefix of a quota's resource names for the claims of a class. */
export const classPrefix = (name: string) => `${name}.storageclass.storage.k8s.io/`;

/** The spec of a ResourceQuota. */
export interface QuotaSpec {
  readonly hard: Hard;
}

const STORAGE = {
  storageRequests: optional(byteQuantity()),
  volumeClaims: optional(wholeNumber({ least: 0 })),
} satisfies PropsSchema<StorageClassQuota>;

const QUOTA = {
  cpuRequests: withDefault(cpuQuantity(), "10"),
  cpuLimits: withDefault(cpuQuantity(), "50"),
  memoryRequests: withDefault(byteQuantity(), "25Gi"),
  memoryLimits: withDefault(byteQuantity(), "25Gi"),
  ephemeralStorageRequests: withDefault(byteQuantity(), "25Gi"),
  ephemeralStorageLimits: withDefault(byteQuantity(), "25Gi"),
  pods: withDefault(wholeNumber({ least: 1 }), 100),
  loadBalancers: withDefault(wholeNumber({ least: 0 }), 2),
  nodePorts: optional(wholeNumber({ least: 0 })),
  ...STORAGE,
  storageClasses: withDefault(
    mapOf(
      objectOf(STORAGE),
      'an object by the names of classes, for example { "oci-bv": { volumeClaims: 5 } }',
    ),
    {},
  ),
} satisfies PropsSchema<NamespaceQuota>;

type ReadQuota = Resolved<typeof QUOTA>;

/** Reads a quota as the spec of a ResourceQuota. */
export function namespaceQuota(): Reader<QuotaSpec> {
  return mapped(checkedBy(objectOf(QUOTA), checkQuota), quotaSpec);
}

/** The quota of a namespace without its own. */
export function defaultQuota(): QuotaSpec {
  const problems = new Problems("quota");
  return quotaSpec(problems.resolved<ReadQuota>(readProps(problems, {}, QUOTA)));
}

function checkQuota(problems: Problems, name: string, quota: ReadQuota): void {
  for (const resource of ["cpu", "memory", "ephemeralStorage"] as const) {
    const [requests, limits] = [`${resource}Requests`, `${resource}Limits`] as const;
    checkQuantityOrder(
      problems,
      [`${name}.${requests}`, quota[requests]],
      [`${name}.${limits}`, quota[limits]],
    );
  }
  const { loadBalancers, nodePorts = loadBalancers, storageClasses } = quota;
  if (nodePorts < loadBalancers) {
    problems.add(
      "COUNT_INVALID",
      `${name}.nodePorts is ${nodePorts}, below ${name}.loadBalancers, which is ${loadBalancers}`,
      `Give ${loadBalancers} or more, as each load balancer needs a node port, or remove ${name}.nodePorts`,
    );
  }
  for (const [storageClass, ofClass] of Object.entries(storageClasses).sort(byKey)) {
    checkSubdomainName(problems, `${name}.storageClasses`, storageClass);
    checkClass(problems, name, storageClass, ofClass, quota);
  }
}

function checkClass(
  problems: Problems,
  name: string,
  storageClass: string,
  { storageRequests, volumeClaims }: StorageClassQuota,
  total: ReadQuota,
): void {
  const property = `${name}.storageClasses.${storageClass}`;
  if (storageRequests === undefined && volumeClaims === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${property} is empty`,
      "Give storageRequests, volumeClaims, or both; { volumeClaims: 0 } forbids the class",
    );
  }
  const addExceeded = (field: keyof StorageClassQuota, value: unknown) => {
    problems.add(
      "RESOURCES_INVALID",
      `${property}.${field} is ${String(value)}, above ${name}.${field}, which is ${total[field]}`,
      `Lower it to ${total[field]} or less, or raise ${name}.${field}`,
    );
  };
  const bytesOf = (text: string | undefined) => (text === undefined ? undefined : parseQuantity(text));
  const [bytes, allBytes] = [bytesOf(storageRequests), bytesOf(total.storageRequests)];
  if (bytes !== undefined && allBytes !== undefined && bytes > allBytes) {
    addExceeded("storageRequests", storageRequests);
  }
  if ((volumeClaims ?? 0) > (total.volumeClaims ?? Infinity)) addExceeded("volumeClaims", volumeClaims);
}

function quotaSpec(quota: ReadQuota): QuotaSpec {
  // By default, only the node ports of load balancers: another one bypasses the load balancer and its rules.
  const { loadBalancers, nodePorts = loadBalancers } = quota;
  const classes = Object.entries(quota.storageClasses).sort(byKey);
  const ofClasses = classes.map(([name, ofClass]) => storageFields(classPrefix(name), ofClass));
  return {
    hard: Object.assign(
      {
        "requests.cpu": quota.cpuRequests,
        "requests.memory": quota.memoryRequests,
        "requests.ephemeral-storage": quota.ephemeralStorageRequests,
        "limits.cpu": quota.cpuLimits,
        "limits.memory": quota.memoryLimits,
        "limits.ephemeral-storage": quota.ephemeralStorageLimits,
        pods: String(quota.pods),
        "services.loadbalancers": String(loadBalancers),
        "services.nodeports": String(nodePorts),
        ...storageFields("", quota),
      },
      ...ofClasses,
    ) as Hard,
  };
}

function storageFields(prefix: string, { storageRequests, volumeClaims }: StorageClassQuota): Hard {
  return {
    ...(storageRequests === undefined ? {} : { [`${prefix}requests.storage`]: storageRequests }),
    ...(volumeClaims === undefined ? {} : { [`${prefix}persistentvolumeclaims`]: String(volumeClaims) }),
  };
}
