/** The source of an alarm: metrics, events, or OCI Audit records. */
export type AlarmKind = "metric" | "event" | "audit";

/** The placeholder for the OCID of the cluster in queries and conditions, until a construct knows it. */
export const CLUSTER_ID = "<cluster-id>";

/**
 * The metrics in the namespace `oci_oke`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Reference/contengmetrics.htm
 */
export const OKE_METRICS = [
  "APIServerRequestCount",
  "APIServerResponseCount",
  "KubernetesNodeCondition",
  "NodeState",
  "UnschedulablePods",
];
