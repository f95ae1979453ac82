/** The explanation of an error code. */
export interface ErrorCodeText {
  /** A short description of the problem. */
  readonly title: string;
  /** The reason why it matters. */
  readonly why: string;
}

/** The errors of logging, monitoring, guardrails, hardening, and checks. */
export const OPERATION_ERROR_CODES = {
  MONITORING_MISSING: {
    title: "Metrics or traces without a ClusterMonitoring",
    why: "Nothing would scrape the workload or receive its traces, and nobody would notice that they are missing.",
  },
  MONITORING_DUPLICATE: {
    title: "Two ClusterMonitoring constructs for one cluster",
    why: "Both would collect every metric and send every alert, and the monitoring of a workload would be ambiguous.",
  },
  ALERT_INVALID: {
    title: "Invalid alert rule",
    why: "Prometheus rejects the whole rule file if one rule is invalid, and an alert without a summary can't be acted on.",
  },
  RECEIVER_INVALID: {
    title: "Invalid alert receiver or address",
    why: "Alertmanager rejects its configuration, or does not deliver alerts.",
  },
  DASHBOARD_INVALID: {
    title: "Invalid dashboard",
    why: "Grafana ignores an invalid dashboard, and stores none of them while two have the same id or title.",
  },
  LOGGING_DUPLICATE: {
    title: "Two log collectors for one cluster",
    why: "Both would send every log line, which doubles the cost and falsifies every count.",
  },
  LOG_PARSER_INVALID: {
    title: "Invalid log parser, or unknown parser name",
    why: "The collector fails to start on every node, or sends lines without searchable fields.",
  },
  LOG_BUFFER_INVALID: {
    title: "Log buffer that exceeds its volume",
    why: "While the destination is down, the node would evict the collector, and the buffered logs would be lost.",
  },
  LOG_REDACTION_INVALID: {
    title: "Invalid name of a redacted field",
    why: "A name that matches nothing leaves the values in the logs, and one that is too short redacts everything.",
  },
  LOG_DESTINATION_INVALID: {
    title: "Invalid or unreachable log destination",
    why: "Log lines would stay in the buffers of the nodes and be lost there, which nobody notices until they are needed.",
  },
  GUARDRAIL_INVALID: {
    title: "Invalid guardrail",
    why: "The API server would reject the guardrail, or admit objects that it should deny.",
  },
  HARDENING_INVALID: {
    title: "Invalid hardening option, or an option without effect",
    why: "An option that matches nothing has a wrong name or is obsolete, and nobody would notice.",
  },
  HARDENING_FINDING: {
    title: "Workload that violates a practice",
    why: "Hardening does not change explicit values, and `refuseFindings` makes every finding an error.",
  },
  QUERY_INVALID: {
    title: "Query with a syntax error",
    why: "OCI would reject it after it has created other resources, or accept it without ever matching anything.",
  },
  SUBSCRIBER_INVALID: {
    title: "Invalid topic subscriber",
    why: "OCI would reject the subscription, or not deliver its messages.",
  },
  RETENTION_INVALID: {
    title: "Retention that is too short, or an invalid retention lock",
    why: "Attacks are often noticed after weeks, when short-lived logs are gone. OCI locks a rule 14 days after its creation at the earliest.",
  },
  ARCHIVE_INVALID: {
    title: "Unprotected archive",
    why: "An archive is evidence only if nobody can change it, or read it without permission.",
  },
  LOG_GROUP_NOT_GRANTED: {
    title: "Log group that the archive can't read",
    why: "The connector of the archive would be created but move no logs, which nobody notices until they are needed.",
  },
  CONFIGURATION_UNREADABLE: {
    title: "Unreadable configuration",
    why: "An answer that ignores the unreadable part could report a reachable endpoint as unreachable.",
  },
  ENDPOINT_UNKNOWN: {
    title: "Query about an endpoint that is not in the configuration",
    why: "Reporting a missing endpoint as unreachable would hide a wrong name in a test forever.",
  },
  ENDPOINTS_OUTSIDE: {
    title: "Query between two endpoints outside the configuration",
    why: "No rule, route, or policy of the configuration applies to them, so there is nothing to evaluate.",
  },
} as const satisfies { [code: string]: ErrorCodeText };
