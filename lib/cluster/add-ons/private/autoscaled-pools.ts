import { type IConstruct } from "constructs";
import { StateOfTree } from "../../../core/construct-state";
import { byPath } from "../../../core/stable-order";
import { isSameCluster } from "../../../synthesis/chart-scopes";

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

const entries = new StateOfTree(() => new Map<IConstruct, Entry>());

/** Adds a pool to the autoscaler of its cluster. */
export function addAutoscaledPool(cluster: WithId, pool: AutoscaledPool): void {
  entries.of(cluster).set(pool.construct, { cluster, pool });
}

/** Removes a pool from the autoscaler, so that it adds no nodes to a pool that is being retired. */
export function dropAutoscaledPool(construct: IConstruct): void {
  entries.of(construct).delete(construct);
}

/** The autoscaled pools of a cluster, in a stable order. */
export function autoscaledPoolsOf(cluster: WithId): AutoscaledPool[] {
  return [...entries.of(cluster).values()]
    .filter((entry) => isSameCluster(entry.cluster, cluster))
    .map(({ pool }) => pool)
    .sort((pool, other) => byPath(pool.construct, other.construct));
}
