import { ApiObject } from "cdk8s";
import { type AutoscaleOptions } from "../autoscale-options";
import { type ContainerResourceRanges } from "../pods/container-resources";
import { type PodOwner } from "./workload-objects";
import { shown } from "../../core/display-value";
import { parseQuantity } from "../../core/quantity";
import { type Problems } from "../../core/validation-error";
import { isOfKind, kindOf } from "../../core/value-readers";

/** Validated autoscale options. */
interface ReadAutoscale {
  readonly min: number;
  readonly max: number;
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
}

/** The replica count of a workload, or its autoscaler. */
export interface ReadReplicas {
  readonly replicas?: number;
  readonly autoscale?: ReadAutoscale;
}

/** The replica count of a workload, as its props give it. */
interface ReplicaProps {
  readonly replicas?: number;
  readonly autoscale?: AutoscaleOptions;
}

/**
 * Reads the replica count, or the autoscaler that sets it.
 *
 * @param least the minimum replica count, which is also the default
 * @param resources the resources of the program, which the targets of the autoscaler are percentages of
 */
export function readReplicas(
  problems: Problems,
  { replicas, autoscale }: ReplicaProps,
  least: number,
  resources: Required<ContainerResourceRanges>,
): ReadReplicas {
  if (autoscale === undefined) return { replicas: readReplicaCount(problems, replicas ?? least, least) };
  if (replicas !== undefined) {
    readReplicaCount(problems, replicas, least);
    problems.add(
      "REPLICAS_INVALID",
      "replicas is given together with autoscale, so each apply would reset the replica count of the autoscaler",
      "Remove replicas, or remove autoscale",
    );
  }
  if (!isOfKind(autoscale, [])) {
    const what = `autoscale is ${kindOf(autoscale)}`;
    problems.add("VALUE_INVALID", what, `Write autoscale: { min: ${Math.max(2, least)}, max: 10 }`);
    return {};
  }
  return { autoscale: readAutoscale(problems, autoscale, least, resources) };
}

function readReplicaCount(problems: Problems, replicas: number, least: number): number {
  if (!Number.isInteger(replicas) || replicas < least) {
    const what = `replicas is ${shown(replicas)}`;
    problems.add("REPLICAS_INVALID", what, `Give a whole number, at least ${least}, for example 3`);
  }
  return replicas;
}

function readAutoscale(
  problems: Problems,
  options: AutoscaleOptions,
  least: number,
  { cpu, memory }: Required<ContainerResourceRanges>,
): ReadAutoscale {
  const { min, max, memoryPercent } = options;
  const { cpuPercent = memoryPercent === undefined ? 70 : undefined } = options;
  if (!Number.isInteger(min) || min < least) {
    const what = `autoscale.min is ${shown(min)}`;
    problems.add("REPLICAS_INVALID", what, `Give a whole number, at least ${least}, for example min: 2`);
  }
  if (!Number.isInteger(max) || max <= min) {
    problems.add(
      "REPLICAS_INVALID",
      `autoscale.max is ${shown(max)}, and autoscale.min is ${shown(min)}`,
      "Give a whole number above autoscale.min, for example max: 10; for a fixed count, give replicas instead",
    );
  }
  checkTarget(problems, "autoscale.cpuPercent", cpuPercent, cpu);
  checkTarget(problems, "autoscale.memoryPercent", memoryPercent, memory);
  return { min, max, cpuPercent, memoryPercent };
}

/** Adds a problem for a target that pods with these resources can't exceed, so that no pod would ever be added. */
function checkTarget(
  problems: Problems,
  name: string,
  percent: number | undefined,
  { request, limit }: { readonly request: string; readonly limit: string },
): void {
  if (percent === undefined) return;
  const [reserved, most] = [parseQuantity(request) ?? 0n, parseQuantity(limit) ?? 0n];
  const isWhole = Number.isInteger(percent) && percent >= 1;
  if (isWhole && (reserved === 0n || BigInt(percent) * reserved < 100n * most)) return;
  problems.add(
    "COUNT_INVALID",
    `${name} is ${shown(percent)}, and the container requests ${request} and is limited to ${limit}`,
    "Give a whole number, at least 1, for a utilization below the limit of the container, for example 70",
  );
}

function target(name: string, averageUtilization: number | undefined): object[] {
  if (averageUtilization === undefined) return [];
  return [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } }];
}

/** The replica count in the spec of a workload; left out with an autoscaler, as each apply would reset its count. */
export function replicasField({ replicas, autoscale }: ReadReplicas): object {
  return autoscale ? {} : { replicas };
}

/** Creates the autoscaler of a workload, if it has one. */
export function addAutoscaler(workload: PodOwner, kind: string, { autoscale }: ReadReplicas): void {
  if (!autoscale) return;
  const { min, max, cpuPercent, memoryPercent } = autoscale;
  const { name, labels } = workload;
  new ApiObject(workload, "HorizontalPodAutoscaler", {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, labels },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind, name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [...target("cpu", cpuPercent), ...target("memory", memoryPercent)],
    },
  });
}
