import { ApiObject } from "cdk8s";
import { type ContainerResourceRanges } from "./pods/container-resources";
import { type PodOwner } from "./private/workload-objects";
import { parseQuantity } from "../core/quantity";
import { checkedBy, objectOf, optional, type PropsSchema, type Resolved, wholeNumber } from "../core/readers";
import { type Problems } from "../core/validation-error";

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

const percentage = wholeNumber({ least: 1 });

/** How the replica count of a workload, and its autoscaler, are read. */
export function replicaReaders(least: number) {
  const count = (fix: string) => wholeNumber({ least, code: "REPLICAS_INVALID", fix });
  const autoscale = {
    min: count(`Give a whole number, at least ${least}, for example min: 2`),
    max: count("Give a whole number above autoscale.min, for example max: 10"),
    cpuPercent: optional(percentage),
    memoryPercent: optional(percentage),
  } satisfies PropsSchema<AutoscaleOptions>;
  return {
    replicas: optional(count(`Give a whole number, at least ${least}, for example 3`)),
    autoscale: optional(
      checkedBy(objectOf(autoscale), (problems, name, { min, max }) => {
        if (max > min) return;
        problems.add(
          "REPLICAS_INVALID",
          `${name}.max is ${max}, and ${name}.min is ${min}`,
          `Give a whole number above ${name}.min, for example max: ${Math.max(10, min + 1)}; for a fixed count, give replicas instead`,
        );
      }),
    ),
  };
}

type ReplicaParts = Partial<Resolved<ReturnType<typeof replicaReaders>>>;

/** The replica count of a workload, or its autoscaler. */
export type ReadReplicas = ReplicaParts;

/**
 * Completes the replica count, or the autoscaler that sets it.
 *
 * @param least the default of the replica count
 * @param resources the resources of the program, which the targets of the autoscaler are percentages of
 */
export function completeReplicas(
  problems: Problems,
  { replicas, autoscale }: ReplicaParts,
  least: number,
  resources: Required<ContainerResourceRanges> | undefined,
): ReadReplicas {
  if (autoscale === undefined) return { replicas: replicas ?? least };
  if (replicas !== undefined) {
    problems.add(
      "REPLICAS_INVALID",
      "replicas is given together with autoscale, so each apply would reset the replica count of the autoscaler",
      "Remove replicas, or remove autoscale",
    );
  }
  const { memoryPercent } = autoscale;
  const { cpuPercent = memoryPercent === undefined ? 70 : undefined } = autoscale;
  if (resources) {
    checkTarget(problems, "autoscale.cpuPercent", cpuPercent, resources.cpu);
    checkTarget(problems, "autoscale.memoryPercent", memoryPercent, resources.memory);
  }
  return { autoscale: { ...autoscale, cpuPercent } };
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
  if (reserved === 0n || BigInt(percent) * reserved < 100n * most) return;
  problems.add(
    "COUNT_INVALID",
    `${name} is ${percent}, and the container requests ${request} and is limited to ${limit}`,
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
