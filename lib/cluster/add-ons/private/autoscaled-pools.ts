import { type IConstruct } from "constructs";
import { compareOcids } from "../../../core/ocid";

/** A pool whose size is the autoscaler's. */
export interface AutoscaledPool {
  readonly construct: IConstruct;
  readonly nodePoolId: string;
  readonly min: number;
  readonly max: number;
}

interface WithId extends IConstruct {
  readonly clusterId: string;
}

interface Entry {
  readonly cluster: WithId;
  readonly pool: AutoscaledPool;
}

// By the app.
const entries = new WeakMap<IConstruct, Entry[]>();

/** Keeps a pool for the autoscaler of its cluster. */
export function addAutoscaledPool(cluster: WithId, pool: AutoscaledPool): void {
  const { root } = cluster.node;
  entries.set(root, [...(entries.get(root) ?? []), { cluster, pool }]);
}

/** Takes a pool from the autoscaler again, so that it adds no nodes to one that is to go. */
export function dropAutoscaledPool(construct: IConstruct): void {
  const { root } = construct.node;
  entries.set(
    root,
    (entries.get(root) ?? []).filter(({ pool }) => pool.construct !== construct),
  );
}

/** The pools of a cluster whose size is the autoscaler's, in an order of their own. */
export function autoscaledPoolsOf(cluster: WithId): AutoscaledPool[] {
  return (entries.get(cluster.node.root) ?? [])
    .filter((entry) => isSame(entry.cluster, cluster))
    .map(({ pool }) => pool)
    .sort((one, other) => (one.construct.node.path < other.construct.node.path ? -1 : 1));
}

/** Whether two constructs certainly stand for one cluster. */
export function isSame(one: WithId, other: WithId): boolean {
  if (one === other) return true;
  return compareOcids({ scope: one, id: one.clusterId }, { scope: other, id: other.clusterId }) === "same";
}
