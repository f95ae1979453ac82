import {
  type WorkloadIdentity,
  workloadStatement,
  workloadStatements,
} from "../../private/workload-policies";

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
