import { checkSubdomainName } from "../core/kubernetes-names";
import { byteQuantity, checkQuantityOrder, cpuQuantity, parseQuantity } from "../core/quantity";
import {
  checkedBy,
  mapOf,
  mapped,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  readArguments,
  type Resolved,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { byKey } from "../core/stable-order";
import { type Problems } from "../core/validation-error";
import {
  DEFAULT_RESOURCES,
  type ResourceRange,
  resourcesManifest,
} from "../workload/pods/container-resources";

/**
 * The default resources of containers, and the maximum and minimum of one container.
 *
 * A container without its own resources gets 100m to 500m of CPU, and 256Mi of memory and of ephemeral
 * storage; more or less if these limits require it.
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export interface NamespaceLimits {
  /** The maximum CPU of a container. @default "4" */
  readonly maximumCpu?: string;
  /** The maximum memory of a container. @default "8Gi" */
  readonly maximumMemory?: string;
  /** The maximum ephemeral storage of a container. @default "8Gi" */
  readonly maximumEphemeralStorage?: string;
  /** The minimum CPU request of a container: without one, it would bypass the quota. @default "10m" */
  readonly minimumCpu?: string;
  /** The minimum memory request of a container. @default "16Mi" */
  readonly minimumMemory?: string;
  /** The minimum ephemeral storage request of a container. @default "1Mi" */
  readonly minimumEphemeralStorage?: string;
}

const LIMITS = {
  maximumCpu: withDefault(cpuQuantity(), "4"),
  maximumMemory: withDefault(byteQuantity(), "8Gi"),
  maximumEphemeralStorage: withDefault(byteQuantity(), "8Gi"),
  minimumCpu: withDefault(cpuQuantity(), "10m"),
  minimumMemory: withDefault(byteQuantity(), "16Mi"),
  minimumEphemeralStorage: withDefault(byteQuantity(), "1Mi"),
} satisfies PropsSchema<NamespaceLimits>;

/** Limits with their defaults. */
export type ReadLimits = Resolved<typeof LIMITS>;

/** Reads limits, with their defaults. */
export function namespaceLimits(): Reader<ReadLimits> {
  return checkedBy(objectOf(LIMITS), checkRanges);
}

/** The limits of a namespace without its own. */
export function defaultLimits(): ReadLimits {
  return readArguments("limits", {}, LIMITS);
}

function checkRanges(problems: Problems, name: string, limits: ReadLimits): void {
  for (const resource of ["Cpu", "Memory", "EphemeralStorage"] as const) {
    const [minimum, maximum] = [`minimum${resource}`, `maximum${resource}`] as const;
    checkQuantityOrder(
      problems,
      [`${name}.${minimum}`, limits[minimum]],
      [`${name}.${maximum}`, limits[maximum]],
    );
  }
}

/** The spec of a LimitRange. */
export function limitsSpec(limits: ReadLimits): object {
  const { maximumCpu, maximumMemory, maximumEphemeralStorage } = limits;
  const { minimumCpu, minimumMemory, minimumEphemeralStorage } = limits;
  const { cpu, memory, ephemeralStorage } = DEFAULT_RESOURCES;
  const defaults = resourcesManifest({
    cpu: clampRange(cpu, minimumCpu, maximumCpu),
    memory: clampRange(memory, minimumMemory, maximumMemory),
    ephemeralStorage: clampRange(ephemeralStorage, minimumEphemeralStorage, maximumEphemeralStorage),
  });
  return {
    limits: [
      {
        type: "Container",
        default: defaults.limits,
        defaultRequest: defaults.requests,
        max: { cpu: maximumCpu, memory: maximumMemory, "ephemeral-storage": maximumEphemeralStorage },
        min: { cpu: minimumCpu, memory: minimumMemory, "ephemeral-storage": minimumEphemeralStorage },
      },
    ],
  };
}

/**
 * The defaults of one resource, adjusted to the limits of the namespace: Kubernetes rejects defaults outside
 * of them.
 */
function clampRange({ request, limit }: ResourceRange, least: string, most: string): ResourceRange {
  const clamp = (text: string) => {
    const value = parseQuantity(text) ?? 0n;
    if (value < (parseQuantity(least) ?? value)) return least;
    return value > (parseQuantity(most) ?? value) ? most : text;
  };
  return { request: clamp(request), limit: clamp(limit) };
}

/** The quota for the volume claims of one storage class. */
export interface StorageClassQuota {
  /** The total requested capacity, such as `500Gi`. @default - limited only by that of all classes */
  readonly storageRequests?: string;
  /** The number of claims, at least 0; 0 forbids the class. @default - limited only by that of all classes */
  readonly volumeClaims?: number;
}

/**
 * The quota for all pods and Services of a namespace.
 *
 * The defaults allow 100 pods of the default size. Workloads and load balancers of the same chart that need
 * more are refused when the chart is synthesized, as Kubernetes would only report it in an event: an
 * autoscaler counts with its maximum replica count, a DaemonSet with one pod, as the number of nodes is
 * unknown.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export interface NamespaceQuota {
  /** The total of CPU requests. @default "10" */
  readonly cpuRequests?: string;
  /** The total of CPU limits. @default "50" */
  readonly cpuLimits?: string;
  /** The total of memory requests. @default "25Gi" */
  readonly memoryRequests?: string;
  /** The total of memory limits. @default "25Gi" */
  readonly memoryLimits?: string;
  /** The total of ephemeral storage requests. @default "25Gi" */
  readonly ephemeralStorageRequests?: string;
  /** The total of ephemeral storage limits. @default "25Gi" */
  readonly ephemeralStorageLimits?: string;
  /**
   * The number of pods, at least 1; a rolling update starts a new pod before it ends an old one.
   *
   * @default 100
   */
  readonly pods?: number;
  /** The number of Services with a load balancer, at least 0. @default 2 */
  readonly loadBalancers?: number;
  /**
   * The number of node ports of Services; each port of a load balancer needs one.
   *
   * @default - the number of load balancers
   */
  readonly nodePorts?: number;
  /** The total requested capacity of volumes of all storage classes, such as `1Ti`. @default - no limit */
  readonly storageRequests?: string;
  /** The number of volume claims of all storage classes, at least 0. @default - no limit */
  readonly volumeClaims?: number;
  /**
   * The quotas for the claims of single storage classes, by the name of the class.
   *
   * @default - limited only by that of all classes
   * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota
   */
  readonly storageClasses?: { [name: string]: StorageClassQuota };
}

interface HardLimits {
  readonly [resource: string]: string;
}

/** The prefix of a quota's resource names for the claims of a class. */
export const classPrefix = (name: string) => `${name}.storageclass.storage.k8s.io/`;

/** The spec of a ResourceQuota. */
export interface QuotaSpec {
  readonly hard: HardLimits;
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

type QuotaParts = Resolved<typeof QUOTA>;

/** A quota with its defaults. */
export interface ReadQuota extends QuotaParts {
  readonly nodePorts: number;
}

/** Reads a quota, with its defaults. */
export function namespaceQuota(): Reader<ReadQuota> {
  return mapped(checkedBy(objectOf(QUOTA), checkQuota), withNodePorts);
}

/** The quota of a namespace without its own. */
export function defaultQuota(): ReadQuota {
  return withNodePorts(readArguments("quota", {}, QUOTA));
}

/** By default, only the node ports of load balancers: another one bypasses the load balancer and its rules. */
function withNodePorts(quota: QuotaParts): ReadQuota {
  return { ...quota, nodePorts: quota.nodePorts ?? quota.loadBalancers };
}

function checkQuota(problems: Problems, name: string, quota: QuotaParts): void {
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
  total: QuotaParts,
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

/** The spec of a ResourceQuota. */
export function quotaSpec(quota: ReadQuota): QuotaSpec {
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
        "services.loadbalancers": String(quota.loadBalancers),
        "services.nodeports": String(quota.nodePorts),
        ...storageFields("", quota),
      },
      ...ofClasses,
    ) as HardLimits,
  };
}

function storageFields(prefix: string, { storageRequests, volumeClaims }: StorageClassQuota): HardLimits {
  return {
    ...(storageRequests === undefined ? {} : { [`${prefix}requests.storage`]: storageRequests }),
    ...(volumeClaims === undefined ? {} : { [`${prefix}persistentvolumeclaims`]: String(volumeClaims) }),
  };
}
