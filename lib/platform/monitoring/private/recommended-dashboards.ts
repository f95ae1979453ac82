import { DashboardPanel, PanelUnit, type GrafanaDashboardProps } from "../dashboard-panel";

const { timeSeries, stat } = {
  timeSeries: (title: string, unit: PanelUnit, expression: string, legend: string) =>
    DashboardPanel.timeSeries({ title, unit, queries: [{ expression, legend }] }),
  stat: (title: string, unit: PanelUnit, expression: string, legend: string) =>
    DashboardPanel.stat({ title, unit, queries: [{ expression, legend }] }),
};

/** The dashboards that are recommended for every cluster. */
export function recommendedDashboards(): GrafanaDashboardProps[] {
  return [nodes(), workloads(), monitoring()];
}

function nodes(): GrafanaDashboardProps {
  const { RATIO, BYTES_PER_SECOND, NUMBER } = PanelUnit;
  const node = "{{node}}";
  return {
    id: "nodes",
    title: "Nodes",
    panels: [
      stat(
        "Ready nodes",
        NUMBER,
        'sum(kube_node_status_condition{condition="Ready",status="true"})',
        "ready",
      ),
      stat("Firing alerts", NUMBER, 'sum by (alertname) (ALERTS{alertstate="firing"})', "{{alertname}}"),
      timeSeries(
        "CPU usage",
        RATIO,
        '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
        node,
      ),
      timeSeries(
        "Memory usage",
        RATIO,
        "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
        node,
      ),
      timeSeries(
        "Boot volume usage",
        RATIO,
        '1 - node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"}',
        node,
      ),
      timeSeries(
        "Load per CPU",
        NUMBER,
        'node_load5 / on (node) count by (node) (node_cpu_seconds_total{mode="idle"})',
        node,
      ),
      timeSeries(
        "Network, received",
        BYTES_PER_SECOND,
        'sum by (node) (rate(node_network_receive_bytes_total{device!="lo"}[5m]))',
        node,
      ),
      timeSeries(
        "Network, sent",
        BYTES_PER_SECOND,
        'sum by (node) (rate(node_network_transmit_bytes_total{device!="lo"}[5m]))',
        node,
      ),
      timeSeries(
        "Disk, read and written",
        BYTES_PER_SECOND,
        "sum by (node) (rate(node_disk_read_bytes_total[5m]) + rate(node_disk_written_bytes_total[5m]))",
        node,
      ),
      timeSeries(
        "Packets dropped or with errors",
        PanelUnit.PER_SECOND,
        "sum by (node) (rate(node_network_receive_drop_total[5m]) + rate(node_network_receive_errs_total[5m]))",
        node,
      ),
    ],
  };
}

function workloads(): GrafanaDashboardProps {
  const { BYTES, NUMBER, RATIO, PER_SECOND } = PanelUnit;
  const container = "{{namespace}}/{{pod}}/{{container}}";
  return {
    id: "workloads",
    title: "Workloads",
    panels: [
      stat("Pods by phase", NUMBER, "sum by (phase) (kube_pod_status_phase)", "{{phase}}"),
      stat(
        "Workloads with missing pods",
        NUMBER,
        "count(kube_deployment_spec_replicas > kube_deployment_status_replicas_available) or vector(0)",
        "Deployments",
      ),
      timeSeries(
        "CPU by namespace",
        NUMBER,
        'sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[5m]))',
        "{{namespace}}",
      ),
      timeSeries(
        "Memory by namespace",
        BYTES,
        'sum by (namespace) (container_memory_working_set_bytes{container!=""})',
        "{{namespace}}",
      ),
      timeSeries(
        "Containers closest to their memory limit",
        RATIO,
        'topk(10, max by (namespace, pod, container) (container_memory_working_set_bytes{container!=""}) / on (namespace, pod, container) max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory"}))',
        container,
      ),
      timeSeries(
        "Containers with the most CPU throttling",
        RATIO,
        'topk(10, sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{container!=""}[5m])) / sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{container!=""}[5m])))',
        container,
      ),
      timeSeries(
        "Restarts in the last hour",
        NUMBER,
        "topk(10, increase(kube_pod_container_status_restarts_total[1h]) > 0)",
        container,
      ),
      timeSeries(
        "Volume usage",
        RATIO,
        "1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes",
        "{{namespace}}/{{persistentvolumeclaim}}",
      ),
      timeSeries(
        "Quota usage",
        RATIO,
        'max by (namespace, resource) (kube_resourcequota{type="used"}) / max by (namespace, resource) (kube_resourcequota{type="hard"} > 0)',
        "{{namespace}} {{resource}}",
      ),
      timeSeries(
        "Packets dropped by pods",
        PER_SECOND,
        "topk(10, sum by (namespace, pod) (rate(container_network_receive_packets_dropped_total[5m])))",
        "{{namespace}}/{{pod}}",
      ),
    ],
  };
}

function monitoring(): GrafanaDashboardProps {
  const { BYTES, NUMBER, PER_SECOND, SECONDS } = PanelUnit;
  return {
    id: "monitoring",
    title: "Monitoring",
    panels: [
      stat("Targets up", NUMBER, "sum(up)", "up"),
      stat("Targets down", NUMBER, "count(up == 0) or vector(0)", "down"),
      timeSeries(
        "Samples ingested",
        PER_SECOND,
        "rate(prometheus_tsdb_head_samples_appended_total[5m])",
        "samples",
      ),
      timeSeries("Series in memory", NUMBER, "prometheus_tsdb_head_series", "series"),
      timeSeries("Size of the database", BYTES, "prometheus_tsdb_storage_blocks_bytes", "blocks"),
      timeSeries("Slowest scrapes", SECONDS, "topk(10, scrape_duration_seconds)", "{{job}} {{instance}}"),
      DashboardPanel.timeSeries({
        title: "Alerts sent and failed",
        unit: PER_SECOND,
        queries: [
          {
            expression: "sum by (integration) (rate(alertmanager_notifications_total[5m]))",
            legend: "{{integration}}",
          },
          {
            expression: "sum by (integration) (rate(alertmanager_notifications_failed_total[5m]))",
            legend: "{{integration}} failed",
          },
        ],
      }),
      timeSeries(
        "Spans received",
        PER_SECOND,
        'sum by (job) (rate({__name__=~"otelcol_receiver_accepted_spans(_total)?"}[5m]))',
        "{{job}}",
      ),
      timeSeries(
        "Log lines stored",
        PER_SECOND,
        "sum by (node) (rate(fluentbit_output_proc_records_total[5m]))",
        "{{node}}",
      ),
      timeSeries(
        "Log lines dropped",
        PER_SECOND,
        "sum by (node) (rate(fluentbit_output_dropped_records_total[5m]))",
        "{{node}}",
      ),
    ],
  };
}
