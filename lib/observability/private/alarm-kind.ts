/** How an alarm notices: by metrics, by events, or by records of OCI Audit. */
export type AlarmKind = "metric" | "event" | "audit";

/** Stands for the OCID of the cluster in queries and conditions, until a construct knows it. */
export const CLUSTER_ID = "<cluster-id>";
