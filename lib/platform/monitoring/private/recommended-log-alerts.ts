import { minutes } from "./alert-examples";
import { AlertSeverity, type AlertRuleProps } from "../alert-rule-props";

const labels = { namespace: "logging-nodes", pod: "fluent-bit-x2x" };
const series = (metric: string) =>
  `${metric}{name="opensearch.0",namespace="logging-nodes",pod="fluent-bit-x2x"}`;

/** The alerts for the collectors of a ClusterLogging; without one, they never fire. */
export function logAlerts(): AlertRuleProps[] {
  return [
    {
      name: "LogsDropped",
      expression: "sum by (namespace, pod) (increase(fluentbit_output_dropped_records_total[10m])) > 0",
      holdsFor: minutes(1),
      severity: AlertSeverity.CRITICAL,
      purpose:
        "A collector drops log lines, because its buffer is full or the destination rejects them permanently.",
      whatToDo:
        "Read the response of the destination in the log of the collector. Free or enlarge the volumes of OpenSearch, or give the LogBuffer a higher limit.",
      hit: {
        series: { [series("fluentbit_output_dropped_records_total")]: "0x5 0+50x20" },
        after: minutes(15),
        labels,
      },
      nearMiss: {
        series: {
          [series("fluentbit_output_dropped_records_total")]: "70x30",
          [series("fluentbit_output_proc_records_total")]: "0+50x30",
        },
        after: minutes(15),
      },
    },
    {
      name: "LogsDelayed",
      expression: "sum by (namespace, pod) (rate(fluentbit_output_retries_total[5m])) > 0",
      holdsFor: minutes(15),
      purpose:
        "A collector has retried lines for 15 minutes. They wait on its node in a buffer of limited size.",
      whatToDo:
        "Check that OpenSearch is ready and accepts writes: full volumes make its indices read-only. If it is, look for a NetworkPolicy or an expired certificate.",
      hit: {
        series: { [series("fluentbit_output_retries_total")]: "0+1x40" },
        after: minutes(25),
        labels,
      },
      nearMiss: {
        series: { [series("fluentbit_output_retries_total")]: "0+1x10 10x30" },
        after: minutes(25),
      },
    },
  ];
}
