import { type Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { computeOnce } from "../../synthesis/rendering";

interface Item {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly namespace?: unknown };
}

/** The objects of a kind in a namespace, after all patches, including those in a List. */
export function objectsIn<T>(chart: Chart, namespace: string, kind: string, group: string): readonly T[] {
  return computeOnce(chart, placesIn).find(kind, group, namespace) as readonly T[];
}

const placesIn = (chart: IConstruct) => new Places(chart);
const placeOf = (...parts: readonly unknown[]) => parts.join("\n");

/**
 * The objects of a chart by kind, group and namespace; cached, as many of its namespaces may need the same
 * kinds.
 */
class Places {
  private readonly items = new Map<string, ReadonlyMap<string, readonly Item[]>>();

  constructor(private readonly chart: IConstruct) {}

  public find(kind: string, group: string, namespace: string): readonly Item[] {
    const places = this.items.get(kind) ?? this.read(kind);
    this.items.set(kind, places);
    return places.get(placeOf(group, namespace)) ?? [];
  }

  private read(kind: string): ReadonlyMap<string, readonly Item[]> {
    const places = new Map<string, Item[]>();
    const items = apiObjectsIn(this.chart)
      .filter((object) => object.kind.endsWith("List") || object.kind === kind)
      .flatMap((object) => itemsOf(dataOf(object) as Item))
      .filter((item) => item.kind === kind);
    for (const item of items) {
      const place = placeOf(groupOf(item), item.metadata?.namespace);
      const others = places.get(place);
      if (others) others.push(item);
      else places.set(place, [item]);
    }
    return places;
  }
}

/** An object, or the items of a List, which inherit its namespace. */
function itemsOf(list: Item): Item[] {
  if (!String(list.kind).endsWith("List") || !Array.isArray(list.items)) return [list];
  const isMap = (item: unknown) => typeof item === "object" && item !== null && !Array.isArray(item);
  const items = list.items.filter(isMap) as Item[];
  return items.map((item) => ({
    ...item,
    metadata: { ...item.metadata, namespace: item.metadata?.namespace ?? list.metadata?.namespace },
  }));
}

/** The API group of an object, as cdk8s names it: `core` for the core group. */
function groupOf({ apiVersion }: Item): string {
  const [group = "", version] = String(apiVersion).split("/");
  return version === undefined ? "core" : group;
}

/** Amounts of resources by name. */
export interface Amounts {
  readonly [resource: string]: string | number;
}

/** The fields of a container that count towards a namespace's quota. */
export interface CountedContainer {
  readonly name?: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts };
}

/** The fields of a volume claim that count towards a namespace's quota. */
export interface Claim {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: Amounts };
  };
}

interface PodSpec {
  readonly containers?: CountedContainer[];
  readonly initContainers?: CountedContainer[];
  readonly priorityClassName?: string;
  readonly volumes?: { readonly ephemeral?: { readonly volumeClaimTemplate?: Claim } }[];
}

interface Template {
  readonly spec?: PodSpec;
}

interface Runner {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly parallelism?: number;
    readonly template?: Template;
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

/** The pods of one object in a namespace. */
export interface CountedPods {
  /** The object, such as `Deployment web`. */
  readonly owner: string;
  /** The maximum number of concurrent pods, as far as known. */
  readonly count: string | number;
  /** Whether an update starts a new pod before it ends an old one. */
  readonly needsSurge: boolean;
  readonly containers: readonly CountedContainer[];
  readonly initContainers: readonly CountedContainer[];
  readonly priorityClassName?: string;
  /** The claims that Kubernetes creates for each pod. */
  readonly ephemeralClaims: readonly Claim[];
}

const KINDS: readonly (readonly [string, string])[] = [
  ["CronJob", "batch"],
  ["DaemonSet", "apps"],
  ["Deployment", "apps"],
  ["Job", "batch"],
  ["Pod", "core"],
  ["ReplicaSet", "apps"],
  ["ReplicationController", "core"],
  ["StatefulSet", "apps"],
];

/** All pods of a chart in a namespace. */
export function podsIn(chart: Chart, namespace: string): CountedPods[] {
  const autoscalers = autoscalersIn(chart, namespace);
  return KINDS.flatMap(([kind, group]) =>
    objectsIn<Runner>(chart, namespace, kind, group).flatMap((runner) => {
      const pod = podOf(kind, runner);
      if (!pod) return [];
      const { name } = runner.metadata;
      const autoscaler = autoscalers.get(`${kind}/${name}`);
      return {
        owner: `${kind} ${name}`,
        count: autoscaler?.spec?.maxReplicas ?? countOf(kind, runner),
        needsSurge: kind === "Deployment" && needsSurge(runner),
        containers: pod.containers ?? [],
        initContainers: pod.initContainers ?? [],
        priorityClassName: pod.priorityClassName,
        ephemeralClaims: (pod.volumes ?? []).flatMap(({ ephemeral }) => ephemeral?.volumeClaimTemplate ?? []),
      };
    }),
  );
}

/** The first autoscaler of each workload of a namespace, by the workload's kind and name. */
function autoscalersIn(chart: Chart, namespace: string): ReadonlyMap<string, Autoscaler> {
  const all = objectsIn<Autoscaler>(chart, namespace, "HorizontalPodAutoscaler", "autoscaling");
  return new Map(
    [...all].reverse().map((autoscaler) => {
      const { kind, name } = autoscaler.spec?.scaleTargetRef ?? {};
      return [`${kind}/${name}`, autoscaler];
    }),
  );
}

/** The pod spec of an object; a raw cdk8s object may lack it, which the API server rejects. */
function podOf(kind: string, { spec }: Runner): PodSpec | undefined {
  if (kind === "Pod") return spec as PodSpec | undefined;
  const runs = kind === "CronJob" ? spec?.jobTemplate?.spec : spec;
  return runs?.template?.spec;
}

/** The number of concurrent pods of an object; 1 for a DaemonSet, as the number of nodes is unknown here. */
function countOf(kind: string, { spec = {} }: Runner): number {
  if (kind === "DaemonSet" || kind === "Pod") return 1;
  if (kind === "CronJob") return spec.jobTemplate?.spec?.parallelism ?? 1;
  return (kind === "Job" ? spec.parallelism : spec.replicas) ?? 1;
}

/** Whether a rolling update must start a new pod before it ends an old one. */
function needsSurge({ spec }: Runner): boolean {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  const { maxUnavailable } = rollingUpdate ?? {};
  return type !== "Recreate" && !(typeof maxUnavailable === "number" && maxUnavailable > 0);
}

interface Claiming {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly volumeClaimTemplates?: readonly Claim[] };
}

/** Equal claims of an object in a namespace. */
export interface CountedClaims {
  /** The object, such as `StatefulSet db`. */
  readonly owner: string;
  readonly count: string | number;
  /** The class; undefined for the default class of the cluster. */
  readonly storageClassName?: string;
  /** The requested capacity of each claim. */
  readonly storage: string | number | undefined;
}

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
