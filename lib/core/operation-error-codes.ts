import { type ErrorCodeText } from "./error-code-text";

/** The errors of logging, monitoring, guardrails, hardening, and checks. */
export const OPERATION_ERROR_CODES = {
  MONITORING_MISSING: {
    title: "Metrics or traces without a monitoring",
    why: "Nothing would scrape the workload or take its traces, and nobody would notice that they are missing.",
  },
  MONITORING_DUPLICATE: {
    title: "Two monitorings of one cluster",
    why: "Both would count everything and send each alert, and a workload could not tell which of the two it belongs to.",
  },
  ALERT_INVALID: {
    title: "Invalid alert rule",
    why: "Prometheus refuses the whole file of rules for one that it can't read, and an alert that says nothing helps nobody.",
  },
  RECEIVER_INVALID: {
    title: "Invalid receiver of alerts, or address",
    why: "Alertmanager refuses its configuration, or sends alerts to nobody.",
  },
  DASHBOARD_INVALID: {
    title: "Invalid dashboard",
    why: "Grafana drops a dashboard that it can't read, and of two with one id it shows only one.",
  },
  LOGGING_DUPLICATE: {
    title: "Two loggers of one cluster",
    why: "Both would read every log file and send each line, which costs twice and makes every count wrong.",
  },
  LOG_PARSER_INVALID: {
    title: "Invalid parser of logs, or a name that no parser has",
    why: "The collector ends when it starts, on every node, or sends lines that nobody can search by their fields.",
  },
  LOG_BUFFER_INVALID: {
    title: "Buffer of logs that does not fit its volume",
    why: "The node would end the collector while the destination is down, and lose what the buffer was there to keep.",
  },
  LOG_REDACTION_INVALID: {
    title: "Invalid name of a field that is to be redacted",
    why: "A name that matches nothing leaves the values in the logs, and one that is too short takes everything out of them.",
  },
  LOG_DESTINATION_INVALID: {
    title: "Invalid destination of logs, or one that no collector reaches",
    why: "Lines would stay in the buffers of the nodes and be lost there, which is noticed when somebody looks for them.",
  },
  GUARDRAIL_INVALID: {
    title: "Invalid guardrail",
    why: "The API server would reject the guardrail or admit what it should deny, and nobody would notice until it matters.",
  },
  HARDENING_INVALID: {
    title: "Invalid hardening option, or one without effect",
    why: "An option that matches nothing hides a wrong name or has outlived its purpose, and nobody would notice.",
  },
  HARDENING_FINDING: {
    title: "Workload that contradicts a practice",
    why: "Hardening does not change explicit values, and was told to reject every conflict.",
  },
  QUERY_INVALID: {
    title: "Query that does not follow its language",
    why: "OCI would reject it after other resources exist, or accept it and never find anything, so that nobody is told.",
  },
  SUBSCRIBER_INVALID: {
    title: "Invalid subscriber of a topic",
    why: "OCI would reject the subscription, or send every message to nobody.",
  },
  RETENTION_INVALID: {
    title: "Retention that is too short, or a lock that OCI does not accept",
    why: "Attacks are often noticed after weeks, when short-lived logs are gone. OCI locks a rule 14 days after its creation at the earliest.",
  },
  ARCHIVE_INVALID: {
    title: "Archive without its protection",
    why: "An archive proves what happened only if nobody can read it without permission or change what it holds.",
  },
  LOG_GROUP_NOT_GRANTED: {
    title: "Log group that the archive may not read",
    why: "The connector of the archive would be created and then move nothing, which is noticed when the logs are needed.",
  },
  CONFIGURATION_UNREADABLE: {
    title: "Unreadable configuration",
    why: "An answer that ignores an unreadable part could report an open path as closed.",
  },
  ENDPOINT_UNKNOWN: {
    title: "Query about an endpoint that is not in the configuration",
    why: "Reporting a missing endpoint as unreachable would hide a wrong name in a test forever.",
  },
  ENDPOINTS_OUTSIDE: {
    title: "Query between two endpoints outside the configuration",
    why: "No rule, route, or policy of the configuration lies between them, so there is nothing to evaluate.",
  },
} as const satisfies { [code: string]: ErrorCodeText };
