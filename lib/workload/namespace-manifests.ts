import { given } from "./chart-objects";
import { type ResourceRange } from "./container-resources";
import { type NamespaceLimits, type NamespaceQuota } from "./namespace-limits";
import { storageHard } from "./namespace-storage-quota";
import { DEFAULT_RESOURCES, resourcesManifest } from "./read-resources";
import { parseQuantity, readBytes, readCpu } from "../core/quantity";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

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

/** Reads a quota and writes it as a ResourceQuota's spec. */
export function quotaSpec(problems: Problems, quota: NamespaceQuota = {}): object {
  const all = { ...QUOTA, ...given(quota) };
  // None beyond those of load balancers: a port on every node goes past the load balancer and its rules.
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

/** The defaults of one resource as near to ours as a namespace allows: Kubernetes refuses those beyond its own limits. */
function within(own: ResourceRange, least: string, most: string): ResourceRange {
  const clamp = (text: string) => {
    const value = parseQuantity(text) ?? 0n;
    if (value < (parseQuantity(least) ?? value)) return least;
    return value > (parseQuantity(most) ?? value) ? most : text;
  };
  return { request: clamp(own.request), limit: clamp(own.limit) };
}

/** Reads limits and writes them as a LimitRange's spec. */
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
