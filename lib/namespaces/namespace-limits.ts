import { shown } from "../core/display-value";
import { checkSubdomainName } from "../core/kubernetes-names";
import { parseQuantity, readBytes, readCpu } from "../core/quantity";
import { type Problems } from "../core/validation-error";
import { isOfKind, refuseKind } from "../core/value-readers";
import { given } from "../synthesis/chart-objects";
import {
  DEFAULT_RESOURCES,
  type ResourceRange,
  resourcesManifest,
} from "../workload/pods/container-resources";

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

interface Hard {
  readonly [resource: string]: string;
}

/** The prefix of a quota's resource names for the claims of a class. */
export const classPrefix = (name: string) => `${name}.storageclass.storage.k8s.io/`;

/** Reads the quota for volume claims and returns its part of a ResourceQuota; empty if nothing is given. */
function storageHard(problems: Problems, quota: NamespaceQuota): Hard {
  const { storageRequests, volumeClaims, storageClasses } = quota;
  const total = readAmounts(problems, "quota", { storageRequests, volumeClaims });
  const hard = { ...amounts("", { storageRequests, volumeClaims }) };
  for (const [name, one] of Object.entries(classesOf(problems, storageClasses)).sort(byName)) {
    checkSubdomainName(problems, "quota.storageClasses", name);
    checkClass(problems, `quota.storageClasses.${name}`, one, { storageRequests, volumeClaims, ...total });
    Object.assign(hard, amounts(classPrefix(name), one));
  }
  return hard;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function classesOf(
  problems: Problems,
  given: NamespaceQuota["storageClasses"] = {},
): { [name: string]: StorageClassQuota } {
  const instead = 'an object by the names of classes, for example { "oci-bv": { volumeClaims: 5 } }';
  if (isOfKind(given, [])) {
    const all = Object.entries(given).filter(
      ([name, one]) =>
        isOfKind(one, []) || refuseKind(problems, `quota.storageClasses.${name}`, one, instead),
    );
    return Object.fromEntries(all);
  }
  refuseKind(problems, "quota.storageClasses", given, instead);
  return {};
}

interface Total extends StorageClassQuota {
  readonly bytes?: bigint;
}

function readAmounts(problems: Problems, name: string, of: StorageClassQuota): { readonly bytes?: bigint } {
  const { storageRequests, volumeClaims } = of;
  if (volumeClaims !== undefined && !(Number.isInteger(volumeClaims) && volumeClaims >= 0)) {
    problems.add(
      "COUNT_INVALID",
      `${name}.volumeClaims is ${shown(volumeClaims)}`,
      "Give a whole number from 0 on",
    );
  }
  if (storageRequests === undefined) return {};
  return { bytes: readBytes(problems, `${name}.storageRequests`, storageRequests) };
}

function checkClass(problems: Problems, name: string, one: StorageClassQuota, total: Total): void {
  const { bytes } = readAmounts(problems, name, one);
  const more = (what: string, own: unknown, all: unknown) => {
    problems.add(
      "RESOURCES_INVALID",
      `${name}.${what} is ${String(own)}, above quota.${what} ${String(all)} of all classes`,
      `Lower it, or raise quota.${what}`,
    );
  };
  if (one.storageRequests === undefined && one.volumeClaims === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} says nothing`,
      "Give storageRequests, volumeClaims or both; volumeClaims: 0 keeps the class away",
    );
  }
  if (bytes !== undefined && total.bytes !== undefined && bytes > total.bytes) {
    more("storageRequests", one.storageRequests, total.storageRequests);
  }
  if ((one.volumeClaims ?? 0) > (total.volumeClaims ?? Infinity)) {
    more("volumeClaims", one.volumeClaims, total.volumeClaims);
  }
}

function amounts(prefix: string, { storageRequests, volumeClaims }: StorageClassQuota): Hard {
  return {
    ...(storageRequests === undefined ? {} : { [`${prefix}requests.storage`]: storageRequests }),
    ...(volumeClaims === undefined ? {} : { [`${prefix}persistentvolumeclaims`]: String(volumeClaims) }),
  };
}

const QUOTA: Required<
  Omit<NamespaceQuota, "nodePorts" | "storageRequests" | "volumeClaims" | "storageClasses">
> = {
  cpuRequests: "10",
  cpuLimits: "50",
  memoryRequests: "25Gi",
  memoryLimits: "25Gi",
  ephemeralStorageRequests: "25Gi",
  ephemeralStorageLimits: "25Gi",
  pods: 100,
  loadBalancers: 2,
};

const LIMITS: Required<NamespaceLimits> = {
  maximumCpu: "4",
  maximumMemory: "8Gi",
  maximumEphemeralStorage: "8Gi",
  minimumCpu: "10m",
  minimumMemory: "16Mi",
  minimumEphemeralStorage: "1Mi",
};

function checkPair(
  problems: Problems,
  read: typeof readBytes,
  less: readonly [string, string],
  more: readonly [string, string],
): void {
  const [low, high] = [read(problems, ...less), read(problems, ...more)];
  if (low === undefined || high === undefined || low <= high) return;
  problems.add(
    "RESOURCES_INVALID",
    `${more[0]} is ${more[1]}, below ${less[0]} ${less[1]}`,
    `Raise ${more[0]}, or lower ${less[0]}`,
  );
}

function checkCount(problems: Problems, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, `Give a whole number from ${least} on`);
}

function checkNodePorts(problems: Problems, nodePorts: number, loadBalancers: number): void {
  checkCount(problems, "quota.nodePorts", nodePorts, 0);
  if (!(nodePorts < loadBalancers)) return;
  problems.add(
    "COUNT_INVALID",
    `quota.nodePorts is ${nodePorts}, and each of ${loadBalancers} load balancers takes one`,
    `Give ${loadBalancers} or more, or leave it out`,
  );
}

/** Reads a quota and returns the spec of a ResourceQuota. */
export function quotaSpec(problems: Problems, quota: NamespaceQuota = {}): object {
  const all = { ...QUOTA, ...given(quota) };
  // None beyond those of load balancers: a node port bypasses the load balancer and its rules.
  const nodePorts = quota.nodePorts ?? all.loadBalancers;
  const pair = (read: typeof readBytes, name: "cpu" | "memory" | "ephemeralStorage") => {
    checkPair(
      problems,
      read,
      [`quota.${name}Requests`, all[`${name}Requests`]],
      [`quota.${name}Limits`, all[`${name}Limits`]],
    );
  };
  pair(readCpu, "cpu");
  pair(readBytes, "memory");
  pair(readBytes, "ephemeralStorage");
  checkCount(problems, "quota.pods", all.pods, 1);
  checkCount(problems, "quota.loadBalancers", all.loadBalancers, 0);
  if (quota.nodePorts !== undefined) checkNodePorts(problems, nodePorts, all.loadBalancers);
  return {
    hard: {
      "requests.cpu": all.cpuRequests,
      "requests.memory": all.memoryRequests,
      "requests.ephemeral-storage": all.ephemeralStorageRequests,
      "limits.cpu": all.cpuLimits,
      "limits.memory": all.memoryLimits,
      "limits.ephemeral-storage": all.ephemeralStorageLimits,
      pods: String(all.pods),
      "services.loadbalancers": String(all.loadBalancers),
      "services.nodeports": String(nodePorts),
      ...storageHard(problems, quota),
    },
  };
}

/**
 * The defaults of one resource, adjusted to the limits of the namespace: Kubernetes rejects defaults outside
 * of them.
 */
function within(own: ResourceRange, least: string, most: string): ResourceRange {
  const clamp = (text: string) => {
    const value = parseQuantity(text) ?? 0n;
    if (value < (parseQuantity(least) ?? value)) return least;
    return value > (parseQuantity(most) ?? value) ? most : text;
  };
  return { request: clamp(own.request), limit: clamp(own.limit) };
}

/** Reads limits and returns the spec of a LimitRange. */
export function limitsSpec(problems: Problems, limits: NamespaceLimits = {}): object {
  const all = { ...LIMITS, ...given(limits) };
  const fit = (read: typeof readBytes, name: "Cpu" | "Memory" | "EphemeralStorage", own: ResourceRange) => {
    const [least, most] = [all[`minimum${name}`], all[`maximum${name}`]];
    checkPair(problems, read, [`limits.minimum${name}`, least], [`limits.maximum${name}`, most]);
    return within(own, least, most);
  };
  const defaults = resourcesManifest({
    cpu: fit(readCpu, "Cpu", DEFAULT_RESOURCES.cpu),
    memory: fit(readBytes, "Memory", DEFAULT_RESOURCES.memory),
    ephemeralStorage: fit(readBytes, "EphemeralStorage", DEFAULT_RESOURCES.ephemeralStorage),
  });
  return {
    limits: [
      {
        type: "Container",
        default: defaults.limits,
        defaultRequest: defaults.requests,
        max: {
          cpu: all.maximumCpu,
          memory: all.maximumMemory,
          "ephemeral-storage": all.maximumEphemeralStorage,
        },
        min: {
          cpu: all.minimumCpu,
          memory: all.minimumMemory,
          "ephemeral-storage": all.minimumEphemeralStorage,
        },
      },
    ],
  };
}
