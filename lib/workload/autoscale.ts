import { ApiObject } from "cdk8s";
import { type ContainerResourceRanges } from "./pods/container-resources";
import { type PodOwner } from "./private/workload-objects";
import { shown } from "../core/display-value";
import { parseQuantity } from "../core/quantity";
import { type Problems } from "../core/validation-error";
import { isOfKind, kindOf } from "../core/value-readers";

/**
 * Options of the HorizontalPodAutoscaler of a workload.
 *
 * The cluster needs the Metrics Server, which OKE offers as a cluster add-on; without it, the replica count
 * stays as it is.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 */
export interface AutoscaleOptions {
  /** The minimum replica count: at least 2 for a Deployment, at least 1 for a StatefulSet. */
  readonly min: number;
  /** The maximum replica count, more than `min`. It counts towards the quota of the namespace. */
  readonly max: number;
  /**
   * The target for the average CPU utilization, in percent of the CPU request; at least 1 and less than the
   * CPU limit.
   *
   * @default - 70 unless `memoryPercent` is given, otherwise none
   */
  readonly cpuPercent?: number;
  /**
   * The target for the average memory utilization, in percent of the memory request; at least 1 and less than
   * the memory limit.
   *
   * @default - none: many programs never release memory, so the autoscaler would only ever add pods
   */
  readonly memoryPercent?: number;
}

const DEFAULT_CPU_PERCENT = 70;
const INSTEAD = "{ min: 2, max: 10 }";

/** Adds a problem for invalid autoscale options; the replica count must be left to the autoscaler. */
export function checkAutoscale(
  problems: Problems,
  options: AutoscaleOptions | undefined,
  least: number,
  replicas: number | undefined,
): void {
  if (options === undefined) return;
  if (!isOfKind(options, [])) {
    problems.add("VALUE_INVALID", `autoscale is ${kindOf(options)}`, `Write ${INSTEAD}`);
    return;
  }
  const { min, max } = options;
  if (replicas !== undefined) {
    problems.add(
      "REPLICAS_INVALID",
      "Both replicas and autoscale are given, and each apply would undo what the autoscaler did",
      "Leave one of them out",
    );
  }
  if (!Number.isInteger(min) || min < least) {
    problems.add(
      "REPLICAS_INVALID",
      `autoscale.min is ${shown(min)}`,
      `Give a whole number from ${least} on`,
    );
  }
  if (!Number.isInteger(max) || max <= min) {
    problems.add(
      "REPLICAS_INVALID",
      `autoscale.max is ${shown(max)}, and autoscale.min ${shown(min)}`,
      "Give a whole number above min, or leave autoscale out and give replicas",
    );
  }
}

/**
 * Adds a problem for each target that pods with these resources can't exceed, so that no pod would ever be
 * added.
 */
export function checkTargets(
  problems: Problems,
  options: AutoscaleOptions | undefined,
  { cpu, memory }: Required<ContainerResourceRanges>,
): void {
  if (!isOfKind(options, [])) return;
  const { cpuPercent, memoryPercent } = options as AutoscaleOptions;
  for (const [name, percent, { request, limit }] of [
    ["cpuPercent", cpuPercent ?? (memoryPercent === undefined ? DEFAULT_CPU_PERCENT : undefined), cpu],
    ["memoryPercent", memoryPercent, memory],
  ] as const) {
    if (percent === undefined) continue;
    const [reserved, most] = [parseQuantity(request) ?? 0n, parseQuantity(limit) ?? 0n];
    const isWhole = Number.isInteger(percent) && percent >= 1;
    if (isWhole && (reserved === 0n || BigInt(percent) * reserved < 100n * most)) continue;
    problems.add(
      "COUNT_INVALID",
      `autoscale.${name} is ${shown(percent)}, of ${request} that are reserved and ${limit} at most`,
      "Give a whole number from 1 on that a container can pass before it meets its limit, for example 70",
    );
  }
}

function target(name: string, averageUtilization: number | undefined): object[] {
  if (averageUtilization === undefined) return [];
  return [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } }];
}

/** Creates the autoscaler of a workload, if it has one. */
export function addAutoscaler(workload: PodOwner, kind: string, options: AutoscaleOptions | undefined): void {
  if (!options) return;
  const { min, max, cpuPercent, memoryPercent } = options;
  const { name, labels } = workload;
  new ApiObject(workload, "HorizontalPodAutoscaler", {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, labels },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind, name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        ...target("cpu", cpuPercent ?? (memoryPercent === undefined ? DEFAULT_CPU_PERCENT : undefined)),
        ...target("memory", memoryPercent),
      ],
    },
  });
}
