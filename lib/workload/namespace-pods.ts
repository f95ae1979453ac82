import { type Chart } from "cdk8s";
import { apiObjectsIn, dataOf } from "../manifests/chart-objects";

/** Amounts of resources by their names. */
export interface Amounts {
  readonly [resource: string]: string | number;
}

/** A container, as far as a namespace counts it. */
export interface CountedContainer {
  readonly name?: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
}

interface Template {
  readonly spec: {
    readonly containers?: CountedContainer[];
    readonly initContainers?: CountedContainer[];
    readonly priorityClassName?: string;
  };
}

interface Runner {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly replicas?: number;
    readonly parallelism?: number;
    readonly template: Template;
    readonly jobTemplate?: {
      readonly spec?: { readonly parallelism?: number; readonly template?: Template };
    };
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: unknown };
    };
  };
}

interface Autoscaler {
  readonly spec?: {
    readonly maxReplicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
}

/** Pods that one object of a namespace runs. */
export interface CountedPods {
  /** The object, such as `Deployment web`. */
  readonly owner: string;
  /** The most of them that run at the same time, as far as it is known. */
  readonly count: string | number;
  /** Whether an update makes one more before it ends another. */
  readonly needsSurge: boolean;
  readonly containers: readonly CountedContainer[];
  readonly initContainers: readonly CountedContainer[];
  readonly priorityClassName?: string;
}

const KINDS: readonly (readonly [string, string])[] = [
  ["CronJob", "batch"],
  ["DaemonSet", "apps"],
  ["Deployment", "apps"],
  ["Job", "batch"],
  ["StatefulSet", "apps"],
];

/** The objects of a kind in a namespace, after all patches. */
export function objectsIn<T>(chart: Chart, namespace: string, kind: string, group: string): T[] {
  return apiObjectsIn(chart)
    .filter((object) => object.kind === kind && object.apiGroup === group)
    .map((object) => dataOf(object))
    .filter((data) => (data as Runner).metadata.namespace === namespace) as T[];
}

/** All pods that a chart runs in a namespace. */
export function podsIn(chart: Chart, namespace: string): CountedPods[] {
  const autoscalers = objectsIn<Autoscaler>(chart, namespace, "HorizontalPodAutoscaler", "autoscaling");
  return KINDS.flatMap(([kind, group]) =>
    objectsIn<Runner>(chart, namespace, kind, group).flatMap((runner) => {
      const pod = templateOf(kind, runner)?.spec;
      if (!pod) return [];
      const { name } = runner.metadata;
      const autoscaler = autoscalers.find(
        ({ spec }) => spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name,
      );
      return {
        owner: `${kind} ${name}`,
        count: autoscaler?.spec?.maxReplicas ?? countOf(kind, runner),
        needsSurge: kind === "Deployment" && needsSurge(runner),
        containers: pod.containers ?? [],
        initContainers: pod.initContainers ?? [],
        priorityClassName: pod.priorityClassName,
      };
    }),
  );
}

/** The template of an object's pods; a raw object of cdk8s may lack it, which the API server refuses. */
function templateOf(kind: string, { spec }: Partial<Runner>): Partial<Template> | undefined {
  const runs: Partial<Runner["spec"]> | undefined = kind === "CronJob" ? spec?.jobTemplate?.spec : spec;
  return runs?.template;
}

/** How many pods of a kind run at the same time; of those on each node one, as nobody knows here how many nodes there are. */
function countOf(kind: string, { spec }: Runner): number {
  if (kind === "DaemonSet") return 1;
  if (kind === "CronJob") return spec.jobTemplate?.spec?.parallelism ?? 1;
  return (kind === "Job" ? spec.parallelism : spec.replicas) ?? 1;
}

/** Whether a rolling update can't take a pod away before it has made a new one. */
function needsSurge({ spec }: Runner): boolean {
  const { type, rollingUpdate } = spec.strategy ?? {};
  const { maxUnavailable } = rollingUpdate ?? {};
  return type !== "Recreate" && !(typeof maxUnavailable === "number" && maxUnavailable > 0);
}
