import { type IConstruct } from "constructs";
import { compareOcids } from "../../../core/ocid";

/** A pool whose size the autoscaler manages. */
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

// By app.
const entries = new WeakMap<IConstruct, Entry[]>();

/** Adds a pool to the autoscaler of its cluster. */
export function addAutoscaledPool(cluster: WithId, pool: AutoscaledPool): void {
  const { root } = cluster.node;
  entries.set(root, [...(entries.get(root) ?? []), { cluster, pool }]);
}

/** Removes a pool from the autoscaler, so that it adds no nodes to a pool that is being retired. */
export function dropAutoscaledPool(construct: IConstruct): void {
  const { root } = construct.node;
  entries.set(
    root,
    (entries.get(root) ?? []).filter(({ pool }) => pool.construct !== construct),
  );
}

/** The autoscaled pools of a cluster, in a stable order. */
export function autoscaledPoolsOf(cluster: WithId): AutoscaledPool[] {
  return (entries.get(cluster.node.root) ?? [])
    .filter((entry) => isSame(entry.cluster, cluster))
    .map(({ pool }) => pool)
    .sort((one, other) => (one.construct.node.path < other.construct.node.path ? -1 : 1));
}

/** Whether two constructs certainly represent the same cluster. */
export function isSame(one: WithId, other: WithId): boolean {
  if (one === other) return true;
  return compareOcids({ scope: one, id: one.clusterId }, { scope: other, id: other.clusterId }) === "same";
}
