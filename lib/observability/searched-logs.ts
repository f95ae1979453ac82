/** The logs of a saved search. */
export enum SearchedLogs {
  /** OCI Audit: calls of OCI APIs, and administrative calls of the Kubernetes API. */
  AUDIT = "AUDIT",
  /** Flow logs: the sources and destinations of connections. */
  FLOW_LOGS = "FLOW_LOGS",
  /** Logs of the control plane processes. */
  CONTROL_PLANE_LOGS = "CONTROL_PLANE_LOGS",
}
