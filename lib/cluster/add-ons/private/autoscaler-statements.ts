const NAMESPACE = "kube-system";
const SERVICE_ACCOUNT = "cluster-autoscaler";

/** The pools in the statements of an autoscaler. */
export interface AutoscalerScope {
  readonly clusterId: string;
  /** The OCIDs of the pools; empty for all pools of the compartment. */
  readonly poolIds: readonly string[];
}

/** The condition that identifies the autoscaler of a cluster in a statement. */
export function autoscalerPrincipal(clusterId: string): string {
  return [
    "request.principal.type = 'workload'",
    `request.principal.namespace = '${NAMESPACE}'`,
    `request.principal.service_account = '${SERVICE_ACCOUNT}'`,
    `request.principal.cluster_id = '${clusterId}'`,
  ].join(", ");
}

/**
 * The statements for the compartment of the pools: read all pools, and resize and delete nodes of the autoscaled ones.
 *
 * They are narrower than the documented list, which lets the autoscaler create and delete pools.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingclusterautoscaler_topic-Working_with_Cluster_Autoscaler_as_Cluster_Add-on.htm
 * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/contengpolicyreference.htm for target.nodepool.id
 */
export function poolStatements({ clusterId, poolIds }: AutoscalerScope, compartmentId: string): string[] {
  const operations = "any {request.operation = 'UpdateNodePool', request.operation = 'DeleteNode'}";
  const pools = poolIds.map((id) => `target.nodepool.id = '${id}'`);
  const only = pools.length > 0 ? `, any {${pools.join(", ")}}` : "";
  return [
    allow(clusterId, "read cluster-node-pools", compartmentId),
    allow(clusterId, "manage cluster-node-pools", compartmentId, `, ${operations}${only}`),
    ...["manage instance-family", "use subnets", "use vnics", "inspect compartments"].map((right) =>
      allow(clusterId, right, compartmentId),
    ),
  ];
}

/** The statements for the compartment of the network. */
export function networkStatements(
  clusterId: string,
  compartmentId: string,
  isAlsoOfPools: boolean,
): string[] {
  const further = isAlsoOfPools ? [] : ["use subnets", "use vnics", "inspect compartments"];
  return ["read virtual-network-family", ...further].map((right) => allow(clusterId, right, compartmentId));
}

function allow(clusterId: string, right: string, compartmentId: string, further = ""): string {
  return `Allow any-user to ${right} in compartment id ${compartmentId} where all {${autoscalerPrincipal(clusterId)}${further}}`;
}
