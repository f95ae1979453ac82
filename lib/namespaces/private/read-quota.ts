import { checkPair, readAmountCount } from "./read-range";
import { checkSubdomainName } from "../../core/kubernetes-names";
import { readBytes, readCpu } from "../../core/quantity";
import { kind, type Reader } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { isOfKind, refuseKind } from "../../core/value-readers";
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

/** Reads a quota as the spec of a ResourceQuota. */
export function namespaceQuota(): Reader<QuotaSpec> {
  const object = kind<NamespaceQuota>([], 'an object, for example { memoryLimits: "50Gi" }');
  return (problems, name, value) => {
    const quota = object(problems, name, value);
    return quota && quotaSpec(problems, quota);
  };
}

/** The quota of a namespace without its own. */
export function defaultQuota(): QuotaSpec {
  return quotaSpec(new Problems("quota"), {});
}

function quotaSpec(problems: Problems, quota: NamespaceQuota): QuotaSpec {
  const { cpuRequests = "10", cpuLimits = "50", memoryRequests = "25Gi", memoryLimits = "25Gi" } = quota;
  const { ephemeralStorageRequests = "25Gi", ephemeralStorageLimits = "25Gi" } = quota;
  const pods = readAmountCount(problems, "quota.pods", quota.pods ?? 100, 1);
  const loadBalancers = readAmountCount(problems, "quota.loadBalancers", quota.loadBalancers ?? 2, 0);
  checkPair(problems, readCpu, ["quota.cpuRequests", cpuRequests], ["quota.cpuLimits", cpuLimits]);
  checkPair(
    problems,
    readBytes,
    ["quota.memoryRequests", memoryRequests],
    ["quota.memoryLimits", memoryLimits],
  );
  checkPair(
    problems,
    readBytes,
    ["quota.ephemeralStorageRequests", ephemeralStorageRequests],
    ["quota.ephemeralStorageLimits", ephemeralStorageLimits],
  );
  return {
    hard: {
      "requests.cpu": cpuRequests,
      "requests.memory": memoryRequests,
      "requests.ephemeral-storage": ephemeralStorageRequests,
      "limits.cpu": cpuLimits,
      "limits.memory": memoryLimits,
      "limits.ephemeral-storage": ephemeralStorageLimits,
      pods: String(pods),
      "services.loadbalancers": String(loadBalancers),
      "services.nodeports": String(readNodePorts(problems, quota.nodePorts, loadBalancers)),
      ...storageHard(problems, quota),
    },
  };
}

/** By default, only those of load balancers: a node port bypasses the load balancer and its rules. */
function readNodePorts(problems: Problems, nodePorts: number | undefined, loadBalancers: number): number {
  if (nodePorts === undefined) return loadBalancers;
  readAmountCount(problems, "quota.nodePorts", nodePorts, 0);
  if (nodePorts < loadBalancers) {
    problems.add(
      "COUNT_INVALID",
      `quota.nodePorts is ${nodePorts}, below quota.loadBalancers, which is ${loadBalancers}`,
      `Give ${loadBalancers} or more, as each load balancer needs a node port, or remove quota.nodePorts`,
    );
  }
  return nodePorts;
}

/** Reads the quota for volume claims and returns its part of a ResourceQuota; empty if nothing is given. */
function storageHard(problems: Problems, quota: NamespaceQuota): Hard {
  const { storageRequests, volumeClaims, storageClasses } = quota;
  const total = readStorage(problems, "quota", { storageRequests, volumeClaims });
  const hard = { ...storageFields("", { storageRequests, volumeClaims }) };
  for (const [name, ofClass] of Object.entries(classesOf(problems, storageClasses)).sort(byName)) {
    checkSubdomainName(problems, "quota.storageClasses", name);
    checkClass(problems, `quota.storageClasses.${name}`, ofClass, total);
    Object.assign(hard, storageFields(classPrefix(name), ofClass));
  }
  return hard;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function classesOf(
  problems: Problems,
  classes: NamespaceQuota["storageClasses"] = {},
): { [name: string]: StorageClassQuota } {
  const instead = 'an object by the names of classes, for example { "oci-bv": { volumeClaims: 5 } }';
  if (!isOfKind(classes, [])) {
    refuseKind(problems, "quota.storageClasses", classes, instead);
    return {};
  }
  const valid = Object.entries(classes).filter(
    ([name, ofClass]) =>
      isOfKind(ofClass, []) || refuseKind(problems, `quota.storageClasses.${name}`, ofClass, instead),
  );
  return Object.fromEntries(valid);
}

/** A quota for volume claims, with its capacity in billionths of a byte. */
interface ReadStorage extends StorageClassQuota {
  readonly bytes?: bigint;
}

function readStorage(problems: Problems, name: string, quota: StorageClassQuota): ReadStorage {
  const { storageRequests, volumeClaims } = quota;
  if (volumeClaims !== undefined) readAmountCount(problems, `${name}.volumeClaims`, volumeClaims, 0);
  if (storageRequests === undefined) return { volumeClaims };
  const bytes = readBytes(problems, `${name}.storageRequests`, storageRequests);
  return { storageRequests, volumeClaims, bytes };
}

function checkClass(problems: Problems, name: string, ofClass: StorageClassQuota, total: ReadStorage): void {
  const { bytes, storageRequests, volumeClaims } = readStorage(problems, name, ofClass);
  if (storageRequests === undefined && volumeClaims === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} is empty`,
      "Give storageRequests, volumeClaims, or both; { volumeClaims: 0 } forbids the class",
    );
  }
  const addExceeded = (field: keyof StorageClassQuota, value: unknown) => {
    problems.add(
      "RESOURCES_INVALID",
      `${name}.${field} is ${String(value)}, above quota.${field}, which is ${total[field]}`,
      `Lower it to ${total[field]} or less, or raise quota.${field}`,
    );
  };
  if (bytes !== undefined && total.bytes !== undefined && bytes > total.bytes) {
    addExceeded("storageRequests", storageRequests);
  }
  if ((volumeClaims ?? 0) > (total.volumeClaims ?? Infinity)) addExceeded("volumeClaims", volumeClaims);
}

function storageFields(prefix: string, { storageRequests, volumeClaims }: StorageClassQuota): Hard {
  return {
    ...(storageRequests === undefined ? {} : { [`${prefix}requests.storage`]: storageRequests }),
    ...(volumeClaims === undefined ? {} : { [`${prefix}persistentvolumeclaims`]: String(volumeClaims) }),
  };
}
