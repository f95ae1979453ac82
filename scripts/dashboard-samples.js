// Generates six hours of metrics of an observed cluster in OpenMetrics format, the same in each run.
const STEP_SECONDS = 60;
const HOURS = 6;
const END = Date.UTC(2026, 10, 30, 12) / 1000;
const START = END - HOURS * 3600;
/** For twenty minutes the shop returns errors, and OpenSearch accepts no log lines. */
const INCIDENT = { from: END - 9000, to: END - 7800 };

const NODES = ["10.0.10.4", "10.0.10.5", "10.0.10.6"];
/** Namespace, workload, number of pods, CPUs and MiB per pod, and memory limit in MiB. */
const WORKLOADS = [
  ["shop", "web", 3, 0.35, 210, 512],
  ["gateway", "traefik", 2, 0.12, 96, 256],
  ["logging", "opensearch", 3, 0.6, 3100, 4096],
  ["logging", "opensearch-dashboards", 1, 0.05, 520, 1024],
  ["logging-nodes", "fluent-bit", 3, 0.06, 84, 256],
  ["monitoring", "prometheus", 1, 0.3, 1900, 4096],
  ["monitoring", "alertmanager", 1, 0.01, 60, 256],
  ["monitoring", "grafana", 1, 0.04, 170, 512],
  ["monitoring", "jaeger", 1, 0.08, 310, 1024],
  ["monitoring", "collector", 2, 0.05, 120, 512],
  ["monitoring", "kube-state-metrics", 1, 0.02, 70, 256],
  ["monitoring-nodes", "node-exporter", 3, 0.01, 24, 64],
  ["kube-system", "coredns", 2, 0.03, 40, 170],
];
const TARGETS = [
  ...NODES.flatMap((node) => [
    ["node-exporter", `${node}:9100`, 0.03],
    ["kubelet", `${node}:10250`, 0.09],
    ["cadvisor", `${node}:10250`, 0.14],
  ]),
  ["prometheus", "localhost:9090", 0.012],
  ["monitoring/alertmanager:9093/metrics", "10.0.20.7:9093", 0.008],
  ["monitoring/collector:8888/metrics", "10.0.20.8:8888", 0.006],
  ["monitoring/grafana:3000/metrics", "10.0.20.9:3000", 0.02],
  ["monitoring/jaeger:8888/metrics", "10.0.20.10:8888", 0.01],
  ["monitoring/kube-state-metrics:8080/metrics", "10.0.20.11:8080", 0.07],
  ["shop/web:9464/metrics", "10.0.20.12:9464", 0.015],
  ["logging-nodes/fluent-bit:2020/api/v2/metrics/prometheus", "10.0.20.13:2020", 0.005],
];

/** A pseudorandom number from 0 to 1 that depends on the text and the minute. */
function noise(text, minute) {
  let hash = 2166136261;
  for (const character of `${text}/${minute}`) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** A value that varies slowly around a mean, as load does. */
function around(middle, spread, text) {
  const phase = noise(text, 0) * 6.28;
  return (time) => {
    const hours = (time - START) / 3600;
    const wave = Math.sin(hours * 1.1 + phase) * 0.5 + Math.sin(hours * 3.7 + phase * 2) * 0.25;
    return Math.max(0, middle + spread * (wave + (noise(text, Math.floor(time / 60)) - 0.5) * 0.5));
  };
}

const isDuring = (time) => time >= INCIDENT.from && time < INCIDENT.to;
const steps = Array.from(
  { length: (HOURS * 3600) / STEP_SECONDS + 1 },
  (_, index) => START + index * STEP_SECONDS,
);

/** Collects metric families. A counter is defined by its rate. */
class Samples {
  constructor() {
    this.families = new Map();
  }

  add(type, name, labels, values) {
    const family = this.families.get(name) ?? { type, lines: [] };
    this.families.set(name, family);
    const text = Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(",");
    steps.forEach((time, index) => {
      if (values[index] !== undefined) family.lines.push(`${name}{${text}} ${values[index]} ${time}`);
    });
  }

  gauge(name, labels, valueAt) {
    this.add(
      "gauge",
      name,
      labels,
      steps.map((time) => round(typeof valueAt === "number" ? valueAt : valueAt(time))),
    );
  }

  counter(name, labels, rateAt) {
    let sum = noise(name + JSON.stringify(labels), 1) * 1000;
    const values = steps.map((time) => {
      sum += (typeof rateAt === "number" ? rateAt : rateAt(time)) * STEP_SECONDS;
      return round(sum);
    });
    // Some counters lack the suffix that OpenMetrics requires, and queries ignore the type.
    this.add("unknown", name, labels, values);
  }

  toString() {
    const texts = [...this.families].map(
      ([name, { type, lines }]) => `# TYPE ${name} ${type}\n${lines.join("\n")}\n`,
    );
    return `${texts.join("")}# EOF\n`;
  }
}

const round = (value) => Number(value.toPrecision(12));

function addNodes(samples) {
  NODES.forEach((node, number) => {
    const labels = { job: "node-exporter", instance: `${node}:9100`, node };
    const busy = around(0.32 + 0.08 * number, 0.18, `cpu ${node}`);
    for (const cpu of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const cpuLabels = { ...labels, cpu };
      samples.counter("node_cpu_seconds_total", { ...cpuLabels, mode: "idle" }, (time) =>
        Math.max(0.02, 1 - busy(time)),
      );
      samples.counter("node_cpu_seconds_total", { ...cpuLabels, mode: "user" }, (time) =>
        Math.min(0.98, busy(time)),
      );
    }
    const total = 32 * 2 ** 30;
    const used = around(0.45 + 0.05 * number, 0.06, `memory ${node}`);
    samples.gauge("node_memory_MemTotal_bytes", labels, total);
    samples.gauge("node_memory_MemAvailable_bytes", labels, (time) => Math.round(total * (1 - used(time))));
    const disk = { ...labels, mountpoint: "/", device: "/dev/sda3", fstype: "xfs" };
    samples.gauge("node_filesystem_size_bytes", disk, 46 * 2 ** 30);
    const filled = (time) => 0.41 + 0.03 * number + ((time - START) / 3600) * 0.004;
    samples.gauge("node_filesystem_avail_bytes", disk, (time) =>
      Math.round(46 * 2 ** 30 * (1 - filled(time))),
    );
    samples.gauge("node_load5", labels, (time) => 8 * busy(time) * 1.1);
    const device = { ...labels, device: "ens3" };
    samples.counter(
      "node_network_receive_bytes_total",
      device,
      around(4.2e6 + 5e5 * number, 2e6, `receive ${node}`),
    );
    samples.counter(
      "node_network_transmit_bytes_total",
      device,
      around(3.1e6 + 4e5 * number, 1.5e6, `send ${node}`),
    );
    samples.counter("node_network_receive_drop_total", device, (time) => (isDuring(time) ? 0.4 : 0.01));
    samples.counter("node_network_receive_errs_total", device, 0);
    const block = { ...labels, device: "sda" };
    samples.counter("node_disk_read_bytes_total", block, around(3e5, 2.5e5, `read ${node}`));
    samples.counter("node_disk_written_bytes_total", block, around(2.2e6, 1e6, `write ${node}`));
    const state = { job: "monitoring/kube-state-metrics:8080/metrics", node, condition: "Ready" };
    for (const status of ["true", "false", "unknown"])
      samples.gauge("kube_node_status_condition", { ...state, status }, status === "true" ? 1 : 0);
  });
}

function addPods(samples) {
  const state = { job: "monitoring/kube-state-metrics:8080/metrics" };
  for (const [namespace, workload, pods, cpu, mebibytes, limit] of WORKLOADS) {
    for (let number = 0; number < pods; number++) {
      const pod = `${workload}-${number}`;
      const podLabels = { namespace, pod, container: workload };
      const cadvisor = { job: "cadvisor", node: NODES[number % 3], ...podLabels };
      const load = around(cpu, cpu * 0.7, `cpu ${namespace}/${pod}`);
      samples.counter("container_cpu_usage_seconds_total", cadvisor, load);
      const memory = around(mebibytes, mebibytes * 0.08, `memory ${namespace}/${pod}`);
      samples.gauge("container_memory_working_set_bytes", cadvisor, (time) =>
        Math.round(memory(time) * 2 ** 20),
      );
      samples.counter("container_cpu_cfs_periods_total", cadvisor, 10);
      const throttled = around(workload === "web" ? 1.4 : 0.2, 0.8, `throttled ${namespace}/${pod}`);
      samples.counter("container_cpu_cfs_throttled_periods_total", cadvisor, throttled);
      const network = { job: "cadvisor", node: NODES[number % 3], namespace, pod, interface: "eth0" };
      const dropped = (time) => (workload === "web" && isDuring(time) ? 0.3 : 0.005);
      samples.counter("container_network_receive_packets_dropped_total", network, dropped);
      const resource = { ...state, ...podLabels, resource: "memory", unit: "byte" };
      samples.gauge("kube_pod_container_resource_limits", resource, limit * 2 ** 20);
      const restarts = (time) =>
        workload === "web" && number < 2 && time >= INCIDENT.from + 300 ? 2 - number : 0;
      samples.gauge("kube_pod_container_status_restarts_total", { ...state, ...podLabels }, restarts);
      for (const phase of ["Failed", "Pending", "Running", "Succeeded", "Unknown"])
        samples.gauge(
          "kube_pod_status_phase",
          { ...state, namespace, pod, phase },
          phase === "Running" ? 1 : 0,
        );
    }
    const deployment = { ...state, namespace, deployment: workload };
    const ready = (time) => pods - (workload === "web" && isDuring(time) ? 1 : 0);
    samples.gauge("kube_deployment_spec_replicas", deployment, pods);
    samples.gauge("kube_deployment_status_replicas_available", deployment, ready);
  }
}

function addVolumesAndQuotas(samples) {
  const claims = [
    ["logging", "data-opensearch-0", 200, 0.52],
    ["logging", "data-opensearch-1", 200, 0.5],
    ["logging", "data-opensearch-2", 200, 0.51],
    ["monitoring", "data-prometheus-0", 200, 0.34],
    ["monitoring", "data-jaeger-0", 50, 0.22],
  ];
  for (const [namespace, persistentvolumeclaim, gibibytes, part] of claims) {
    const labels = { job: "kubelet", node: NODES[0], namespace, persistentvolumeclaim };
    const capacity = gibibytes * 2 ** 30;
    const used = (time) => part + ((time - START) / 3600) * 0.006;
    samples.gauge("kubelet_volume_stats_capacity_bytes", labels, capacity);
    samples.gauge("kubelet_volume_stats_available_bytes", labels, (time) =>
      Math.round(capacity * (1 - used(time))),
    );
  }
  const state = { job: "monitoring/kube-state-metrics:8080/metrics" };
  const quotas = [
    ["shop", "limits.memory", 16, 14.8],
    ["shop", "limits.cpu", 16, 9],
    ["monitoring", "limits.memory", 64, 22],
    ["logging", "limits.memory", 40, 19],
  ];
  for (const [namespace, resource, hard, used] of quotas) {
    const labels = { ...state, namespace, resource, resourcequota: "quota" };
    samples.gauge("kube_resourcequota", { ...labels, type: "hard" }, hard * 2 ** 30);
    samples.gauge("kube_resourcequota", { ...labels, type: "used" }, used * 2 ** 30);
  }
}

function addMonitoring(samples) {
  for (const [job, instance, seconds] of TARGETS) {
    samples.gauge("up", { job, instance }, 1);
    samples.gauge(
      "scrape_duration_seconds",
      { job, instance },
      around(seconds, seconds * 0.5, `scrape ${job} ${instance}`),
    );
  }
  const own = { job: "prometheus", instance: "localhost:9090" };
  samples.counter("prometheus_tsdb_head_samples_appended_total", own, around(1450, 60, "appended"));
  samples.gauge("prometheus_tsdb_head_series", own, around(43_500, 900, "series"));
  samples.gauge(
    "prometheus_tsdb_storage_blocks_bytes",
    own,
    (time) => 3.2e9 + Math.floor((time - START) / 7200) * 5.6e7,
  );
  const notifications = { job: "monitoring/alertmanager:9093/metrics", integration: "slack" };
  const sent = (time) => (isDuring(time) ? 0.02 : 0.0008);
  samples.counter("alertmanager_notifications_total", notifications, sent);
  samples.counter("alertmanager_notifications_failed_total", notifications, 0);
  const spans = { job: "monitoring/collector:8888/metrics", receiver: "otlp", transport: "http" };
  samples.counter("otelcol_receiver_accepted_spans_total", spans, around(42, 18, "spans"));
  NODES.forEach((node, number) => {
    const job = "logging-nodes/fluent-bit:2020/api/v2/metrics/prometheus";
    const labels = {
      job,
      namespace: "logging-nodes",
      pod: `fluent-bit-${number}`,
      node,
      name: "opensearch.0",
    };
    const lines = around(85 + 12 * number, 40, `lines ${node}`);
    // After the incident the buffered lines are stored.
    const caughtUp = (time) => time >= INCIDENT.to && time < INCIDENT.to + 600;
    const stored = (time) => (isDuring(time) ? 0 : lines(time) * (caughtUp(time) ? 2.6 : 1));
    samples.counter("fluentbit_output_proc_records_total", labels, stored);
    samples.counter("fluentbit_output_dropped_records_total", labels, (time) =>
      number === 2 && isDuring(time) ? 1.5 : 0,
    );
    samples.counter("fluentbit_output_retries_total", labels, (time) => (isDuring(time) ? 0.3 : 0));
  });
}

function addShop(samples) {
  const requests = around(46, 22, "requests");
  for (let number = 0; number < 3; number++) {
    const labels = { job: "shop/web:9464/metrics", namespace: "shop", pod: `web-${number}`, workload: "web" };
    const failed = (time) => (isDuring(time) ? 0.14 : 0.002);
    const answers = { 200: (time) => 0.97 - failed(time), 404: () => 0.03, 500: failed };
    for (const [code, part] of Object.entries(answers))
      samples.counter(
        "http_requests_total",
        { ...labels, code },
        (time) => (requests(time) * part(time)) / 3,
      );
    const slow = (time) => (isDuring(time) ? 0.4 : 0.04);
    const buckets = {
      0.05: (time) => 0.8 - slow(time),
      0.1: (time) => 0.95 - slow(time),
      0.25: (time) => 0.99 - slow(time) / 2,
    };
    const all = { ...buckets, 1: () => 1, "+Inf": () => 1 };
    for (const [le, part] of Object.entries(all)) {
      const rate = (time) => (requests(time) * part(time)) / 3;
      samples.counter("http_request_duration_seconds_bucket", { ...labels, le }, rate);
    }
  }
}

/** The metrics in OpenMetrics format. */
function openMetrics() {
  const samples = new Samples();
  for (const add of [addNodes, addPods, addVolumesAndQuotas, addMonitoring, addShop]) add(samples);
  return samples.toString();
}

module.exports = { END, START, STEP_SECONDS, openMetrics };
