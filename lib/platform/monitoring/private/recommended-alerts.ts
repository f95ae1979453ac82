import { labelsOf, minutes, nodeAlerts, podAlerts } from "./recommended-node-and-pod-alerts";
import { AlertSeverity, type AlertRuleProps } from "../alert-rule-props";

/** The alerts that are recommended for every cluster. */
export function recommendedAlerts(): AlertRuleProps[] {
  return [...nodeAlerts(), ...podAlerts(), ...controllers(), ...storage(), ...monitoring(), ...logAlerts()];
}

/** The alert for a controller with fewer pods than desired; both counts are metrics. */
function lacking(kind: string, wanted: string, present: string, whatToDo: string): AlertRuleProps {
  const label = kind.toLowerCase();
  const labels = { namespace: "shop", [label]: "web" };
  const of = (metric: string) => `${metric}{${labelsOf(labels)}}`;
  return {
    name: `${kind}LacksPods`,
    expression: `max by (namespace, ${label}) (${wanted}) > max by (namespace, ${label}) (${present})`,
    holdsFor: minutes(15),
    severity: AlertSeverity.CRITICAL,
    purpose: `A ${kind} with fewer ready pods than desired has less or no capacity, and its update does not complete.`,
    whatToDo,
    hit: { series: { [of(wanted)]: "3x30", [of(present)]: "2x30" }, after: minutes(20), labels },
    nearMiss: { series: { [of(wanted)]: "3x30", [of(present)]: "2x10 3x20" }, after: minutes(20) },
  };
}

function controllers(): AlertRuleProps[] {
  const job = { namespace: "shop", job_name: "import" };
  const scaler = { namespace: "shop", horizontalpodautoscaler: "web" };
  const quota = { namespace: "shop", resource: "limits.memory", resourcequota: "quota" };
  return [
    lacking(
      "Deployment",
      "kube_deployment_spec_replicas",
      "kube_deployment_status_replicas_available",
      "kubectl rollout status shows the update that waits. If its pods do not become ready, revert it with kubectl rollout undo.",
    ),
    lacking(
      "StatefulSet",
      "kube_statefulset_replicas",
      "kube_statefulset_status_replicas_ready",
      "Look at the first pod that is not ready: the others wait for it. A volume that is still attached to another node is the usual cause.",
    ),
    lacking(
      "DaemonSet",
      "kube_daemonset_status_desired_number_scheduled",
      "kube_daemonset_status_number_ready",
      "Find the nodes without a ready pod: kubectl get pods -o wide. Without its agents, a node sends no logs or metrics.",
    ),
    {
      name: "JobFailed",
      expression: "max by (namespace, job_name) (kube_job_status_failed) > 0",
      holdsFor: minutes(1),
      purpose: "A Job failed, so its work was not done, such as a backup or an import.",
      whatToDo:
        "Read the logs of its pods, correct the cause and run it again; delete the failed Job to end the alert.",
      hit: {
        series: { [`kube_job_status_failed{${labelsOf(job)}}`]: "1x10" },
        after: minutes(5),
        labels: job,
      },
      nearMiss: {
        series: {
          [`kube_job_status_failed{${labelsOf(job)}}`]: "0x10",
          [`kube_job_status_succeeded{${labelsOf(job)}}`]: "1x10",
        },
        after: minutes(5),
      },
    },
    {
      name: "AutoscalerAtMaximum",
      expression:
        "max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas) >= max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas)",
      holdsFor: minutes(30),
      purpose: "A workload with its maximum number of pods can't handle more load.",
      whatToDo: "Raise the maximum if the nodes have room, or find the source of the load.",
      hit: {
        series: {
          [`kube_horizontalpodautoscaler_status_current_replicas{${labelsOf(scaler)}}`]: "10x60",
          [`kube_horizontalpodautoscaler_spec_max_replicas{${labelsOf(scaler)}}`]: "10x60",
        },
        after: minutes(40),
        labels: scaler,
      },
      nearMiss: {
        series: {
          [`kube_horizontalpodautoscaler_status_current_replicas{${labelsOf(scaler)}}`]: "9x60",
          [`kube_horizontalpodautoscaler_spec_max_replicas{${labelsOf(scaler)}}`]: "10x60",
        },
        after: minutes(40),
      },
    },
    {
      name: "QuotaAlmostUsed",
      expression:
        'max by (namespace, resourcequota, resource) (kube_resourcequota{type="used"}) / max by (namespace, resourcequota, resource) (kube_resourcequota{type="hard"} > 0) > 0.9',
      holdsFor: minutes(15),
      purpose: "A namespace that has used up its quota gets no new pods, not even during an update.",
      whatToDo: "Raise the quota of the SecureNamespace or Tenant, or remove what is not needed.",
      hit: {
        series: {
          [`kube_resourcequota{${labelsOf(quota)},type="used"}`]: "95x30",
          [`kube_resourcequota{${labelsOf(quota)},type="hard"}`]: "100x30",
        },
        after: minutes(20),
        labels: quota,
      },
      nearMiss: {
        series: {
          [`kube_resourcequota{${labelsOf(quota)},type="used"}`]: "0x30",
          [`kube_resourcequota{${labelsOf(quota)},type="hard"}`]: "0x30",
        },
        after: minutes(20),
      },
    },
  ];
}

function storage(): AlertRuleProps[] {
  const claim = { namespace: "shop", persistentvolumeclaim: "data-db-0" };
  const seriesOf = (available: number) => ({
    [`kubelet_volume_stats_available_bytes{${labelsOf(claim)}}`]: `${available}x30`,
    [`kubelet_volume_stats_capacity_bytes{${labelsOf(claim)}}`]: "100x30",
  });
  return [
    {
      name: "VolumeAlmostFull",
      expression:
        "min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes) < 0.1",
      holdsFor: minutes(10),
      severity: AlertSeverity.CRITICAL,
      purpose: "A database whose volume is full stops writing, and often does not start again.",
      whatToDo:
        "Enlarge the claim: kubectl edit pvc, spec.resources.requests.storage. The volume grows while it is in use.",
      hit: { series: seriesOf(5), after: minutes(15), labels: claim },
      nearMiss: { series: seriesOf(11), after: minutes(15) },
    },
  ];
}

function monitoring(): AlertRuleProps[] {
  const target = { instance: "10.0.1.5:8080", job: "shop/web" };
  const up = `up{${labelsOf(target)}}`;
  return [
    {
      name: "TargetDown",
      expression: "up == 0",
      holdsFor: minutes(10),
      purpose: "Prometheus gets no metrics of the target, so none of its alerts can fire.",
      whatToDo:
        "The page Targets of Prometheus has the error (kubectl port-forward). A timeout indicates a NetworkPolicy or a security rule; " +
        "a refused connection, a program that does not listen.",
      hit: { series: { [up]: "0x20" }, after: minutes(15), labels: target },
      nearMiss: { series: { [up]: "0x4 1x16" }, after: minutes(15) },
    },
    {
      name: "AlertsNotDelivered",
      expression:
        "sum by (integration) (rate(alertmanager_notifications_failed_total[10m])) > 0 or sum by (alertmanager) (rate(prometheus_notifications_errors_total[10m])) > 0",
      holdsFor: minutes(10),
      severity: AlertSeverity.CRITICAL,
      purpose: "Nobody sees an alert that is not delivered.",
      whatToDo:
        "Read the response of the receiver in the log of Alertmanager: the address may have changed, a credential may have expired, or egress is missing.",
      hit: {
        series: { 'alertmanager_notifications_failed_total{integration="webhook"}': "0+1x30" },
        after: minutes(25),
        labels: { integration: "webhook" },
      },
      nearMiss: {
        series: {
          'alertmanager_notifications_failed_total{integration="webhook"}': "3x30",
          'alertmanager_notifications_total{integration="webhook"}': "0+1x30",
        },
        after: minutes(25),
      },
    },
    {
      name: "MonitoringConfigRefused",
      expression:
        "prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0",
      holdsFor: minutes(10),
      severity: AlertSeverity.CRITICAL,
      purpose: "Prometheus or Alertmanager rejected its new configuration and runs with the old one.",
      whatToDo:
        "Its log shows the line. Run promtool check config, or amtool check-config, on the ConfigMap.",
      hit: {
        series: { 'prometheus_config_last_reload_successful{job="prometheus"}': "0x20" },
        after: minutes(15),
        labels: { job: "prometheus" },
      },
      nearMiss: {
        series: { 'prometheus_config_last_reload_successful{job="prometheus"}': "0x4 1x16" },
        after: minutes(15),
      },
    },
    {
      name: "SamplesRejected",
      expression: "increase(prometheus_target_scrapes_exceeded_sample_limit_total[10m]) > 0",
      holdsFor: minutes(10),
      purpose: "A target sends more samples than its limit, so Prometheus drops all of them.",
      whatToDo:
        "The page Targets of Prometheus shows it. Usually a label has a value for each user or request: remove the label, or raise sampleLimit.",
      hit: {
        series: { 'prometheus_target_scrapes_exceeded_sample_limit_total{job="prometheus"}': "0+2x30" },
        after: minutes(25),
        labels: { job: "prometheus" },
      },
      nearMiss: {
        series: { 'prometheus_target_scrapes_exceeded_sample_limit_total{job="prometheus"}': "4x30" },
        after: minutes(25),
      },
    },
    {
      name: "TracesLost",
      // With and without the suffix of counters: it depends on the version of the collector.
      expression:
        'sum by (job) (rate({__name__=~"otelcol_exporter_send_failed_spans(_total)?"}[10m])) > 0 or sum by (job) (rate({__name__=~"otelcol_receiver_refused_spans(_total)?"}[10m])) > 0',
      holdsFor: minutes(10),
      purpose: "The collector rejects spans, or can't send them to Jaeger, so traces have gaps.",
      whatToDo:
        "Read the logs of the collector and of Jaeger. Give the collector more memory or replicas, or Jaeger a larger volume.",
      hit: {
        series: {
          'otelcol_exporter_send_failed_spans{exporter="otlp_grpc",job="monitoring/collector"}': "0+5x30",
        },
        after: minutes(25),
        labels: { job: "monitoring/collector" },
      },
      nearMiss: {
        series: {
          'otelcol_exporter_send_failed_spans{exporter="otlp_grpc",job="monitoring/collector"}': "0x30",
          'otelcol_exporter_sent_spans{exporter="otlp_grpc",job="monitoring/collector"}': "0+5x30",
        },
        after: minutes(25),
      },
    },
  ];
}

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
