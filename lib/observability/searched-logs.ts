/** The logs that a saved search looks through. */
export enum SearchedLogs {
  /** OCI Audit: calls of the APIs of OCI, and administrative calls of the Kubernetes API. */
  AUDIT = "AUDIT",
  /** Flow logs: who connected to whom. */
  FLOW_LOGS = "FLOW_LOGS",
  /** Logs of the processes of the control plane. */
  CONTROL_PLANE_LOGS = "CONTROL_PLANE_LOGS",
}
