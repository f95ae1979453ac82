import { type IConstruct } from "constructs";
import { checked } from "../../core/checked";
import { StateOfTree } from "../../core/construct-state";
import { readChoice, type ReasonedChoice } from "../../core/reason";
import { byPath } from "../../core/stable-order";
import { isSameCluster } from "../../synthesis/chart-scopes";
import { type WorkloadIdentity, workloadStatement, workloadStatements } from "../private/granted-rights";

/** The node pools that the policy of a cluster autoscaler allows it to resize. */
@checked
export class AutoscalerRights {
  /**
   * The pools of the program with `autoscale`, by `target.nodepool.id`.
   *
   * Oracle documents this variable for node pools, and this project has not tried it in a tenancy. According to one public report of
   * 2026-10, OKE refused to resize a pool under this condition: if the log of the autoscaler shows `NotAuthorizedOrNotFound` for
   * `UpdateNodePool`, use `allInCompartment` in a compartment without other pools.
   *
   * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/contengpolicyreference.htm
   */
  public static ofAutoscaledPools(): AutoscalerRights {
    return new AutoscalerRights();
  }

  /** All pools in the compartment of the cluster. */
  public static allInCompartment(choice: ReasonedChoice): AutoscalerRights {
    const reason = readChoice(
      "AutoscalerRights.allInCompartment",
      "An autoscaler that may resize every node pool of the compartment",
      choice,
    );
    return new AutoscalerRights(reason);
  }

  private constructor(
    /** The reason for allowing all pools; undefined if only some are allowed. */
    public readonly reason?: string,
  ) {}
}

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

/** The autoscaler of a cluster in statements. */
export function autoscalerOf(clusterId: string): WorkloadIdentity {
  return { clusterId, namespace: "kube-system", serviceAccount: "cluster-autoscaler" };
}

/**
 * The statements for the compartment of the pools: read all pools, and resize and delete nodes of the autoscaled ones.
 *
 * They are narrower than the documented list, which lets the autoscaler create and delete pools.
 *
 * @param poolIds the OCIDs of the pools; empty for all pools of the compartment
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingclusterautoscaler_topic-Working_with_Cluster_Autoscaler_as_Cluster_Add-on.htm
 * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/contengpolicyreference.htm for target.nodepool.id
 */
export function poolStatements(
  autoscaler: WorkloadIdentity,
  compartmentId: string,
  poolIds: readonly string[],
): string[] {
  const operations = "any {request.operation = 'UpdateNodePool', request.operation = 'DeleteNode'}";
  const pools = poolIds.map((id) => `target.nodepool.id = '${id}'`);
  const condition = `, ${operations}${pools.length > 0 ? `, any {${pools.join(", ")}}` : ""}`;
  return [
    workloadStatement(autoscaler, compartmentId, "read cluster-node-pools"),
    workloadStatement(autoscaler, compartmentId, "manage cluster-node-pools", condition),
    ...workloadStatements(autoscaler, compartmentId, [
      "manage instance-family",
      "use subnets",
      "use vnics",
      "inspect compartments",
    ]),
  ];
}

/** The statements for the compartment of the network. */
export function networkStatements(
  autoscaler: WorkloadIdentity,
  compartmentId: string,
  hasPools: boolean,
): string[] {
  const rights = hasPools ? [] : ["use subnets", "use vnics", "inspect compartments"];
  return workloadStatements(autoscaler, compartmentId, ["read virtual-network-family", ...rights]);
}
