import { Yaml } from "cdk8s";
import { type AlertReceiver } from "../alert-receiver";
import { byKey, byText } from "../../../core/stable-order";
import { RbacResource } from "../../../rbac/rbac-resource";
import { RbacVerb } from "../../../rbac/rbac-verb";
import { RoleRule } from "../../../rbac/role-rule";

/** The ports of the programs, by their usual numbers. */
export const PORTS = {
  prometheus: 9090,
  alertmanager: 9093,
  kubeStateMetrics: 8080,
  kubeStateMetricsSelf: 8081,
  nodeExporter: 9100,
  grafana: 3000,
  otlpGrpc: 4317,
  otlpHttp: 4318,
  /** The metrics of the collector and of Jaeger. */
  telemetry: 8888,
  health: 13133,
  jaegerQuery: 16686,
  kubelet: 10250,
};

/** The paths of the files that Prometheus reads at its start, and of those that it reloads. */
export const PROMETHEUS_FILES = {
  main: "/etc/prometheus/prometheus.yaml",
  rules: "/etc/prometheus/rules",
  scrapes: "/etc/prometheus/scrapes",
  data: "/prometheus",
};
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const POD = "__meta_kubernetes_pod";
const NODE = "__meta_kubernetes_node";
/** A program with more samples usually has a label with a value for each request or user. */
export const SAMPLE_LIMIT = 50_000;

/** The variable arguments of Prometheus. */
export interface PrometheusArguments {
  readonly retentionHours: number;
  /** The maximum size of its database. */
  readonly retentionBytes: number;
}

/**
 * The arguments of Prometheus; nothing in it can be changed over the network.
 *
 * Files are read again when they change: a new target must not cost a restart, during which nothing is measured.
 *
 * @see https://prometheus.io/docs/prometheus/latest/command-line/prometheus/
 */
export function prometheusArguments({ retentionHours, retentionBytes }: PrometheusArguments): string[] {
  return [
    `--config.file=${PROMETHEUS_FILES.main}`,
    "--enable-feature=auto-reload-config",
    `--web.listen-address=0.0.0.0:${PORTS.prometheus}`,
    `--storage.tsdb.path=${PROMETHEUS_FILES.data}`,
    `--storage.tsdb.retention.time=${retentionHours}h`,
    `--storage.tsdb.retention.size=${retentionBytes}B`,
    "--log.format=json",
  ];
}

/** The part of the configuration that does not depend on the scraped workloads. */
export function prometheusConfig(alertmanagerHost: string): string {
  return Yaml.stringify({
    global: { scrape_interval: "30s", scrape_timeout: "10s", evaluation_interval: "30s" },
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`${alertmanagerHost}:${PORTS.alertmanager}`] }] }],
    },
    rule_files: [`${PROMETHEUS_FILES.rules}/*.yaml`],
    scrape_config_files: [`${PROMETHEUS_FILES.scrapes}/*.yaml`],
  });
}

/** A port of the pods of a workload that is scraped. */
export interface PodScrape {
  readonly namespace: string;
  readonly workload: string;
  readonly selectorLabels: { [key: string]: string };
  readonly port: number;
  readonly path: string;
  readonly intervalSeconds?: number;
  readonly sampleLimit: number;
  /** Whether the series are about other pods and nodes, which their own labels name. */
  readonly isExporter?: boolean;
}

/** A port of every node that is scraped. */
export interface NodeScrape {
  readonly job: string;
  readonly port: number;
  readonly path: string;
  /** Whether it is the kubelet, which requires TLS and authentication. */
  readonly isKubelet: boolean;
  /** Whether the certificate of the kubelet is verified with the CA of the cluster. */
  readonly isVerified?: boolean;
  /** A regular expression for the names of metrics to drop. */
  readonly dropped?: string;
  readonly sampleLimit: number;
}

/** The file of scrape configurations, with its jobs sorted by name. */
export function scrapeFile(pods: readonly PodScrape[], nodes: readonly NodeScrape[]): string {
  const jobs = [selfJob(), ...nodes.map(nodeJob), ...pods.map(podJob)];
  const byName = new Map(jobs.map((job) => [job.job_name, job]));
  const sorted = [...byName].sort(byKey).map(([, job]) => job);
  return Yaml.stringify({ scrape_configs: sorted });
}

interface Job {
  readonly job_name: string;
  readonly [field: string]: unknown;
}

function selfJob(): Job {
  return {
    job_name: "prometheus",
    static_configs: [{ targets: [`localhost:${PORTS.prometheus}`] }],
  };
}

/** The name of a job: short for the first port of a workload, with the port and the path for the others. */
export function jobNameOf({ namespace, workload, port, path }: PodScrape): string {
  return `${namespace}/${workload}:${port}${path}`;
}

function podJob(scrape: PodScrape): Job {
  const {
    namespace,
    workload,
    selectorLabels,
    port,
    path,
    intervalSeconds,
    sampleLimit,
    isExporter = false,
  } = scrape;
  const label = Object.entries(selectorLabels)
    .map(([name, value]) => `${name}=${value}`)
    .sort(byText)
    .join(",");
  return {
    job_name: jobNameOf(scrape),
    metrics_path: path,
    ...(intervalSeconds === undefined ? {} : intervals(intervalSeconds)),
    sample_limit: sampleLimit,
    // For programs that don't name the format of their answer, which Prometheus 3 would not read.
    fallback_scrape_protocol: "PrometheusText0.0.4",
    // The metrics of an ordinary program must not set the labels of their source.
    honor_labels: isExporter,
    kubernetes_sd_configs: [
      { role: "pod", namespaces: { names: [namespace] }, selectors: [{ role: "pod", label }] },
    ],
    relabel_configs: [
      { source_labels: [`${POD}_phase`], regex: "Pending|Running", action: "keep" },
      // A pod is a target for each port that its containers name.
      { source_labels: [`${POD}_container_port_number`], regex: String(port), action: "keep" },
      ...(isExporter ? [] : ownLabels(workload)),
    ],
  };
}

function ownLabels(workload: string): object[] {
  return [
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: [`${POD}_name`], target_label: "pod" },
    { source_labels: [`${POD}_node_name`], target_label: "node" },
    { target_label: "workload", replacement: workload },
  ];
}

function intervals(seconds: number): object {
  return { scrape_interval: `${seconds}s`, scrape_timeout: `${Math.min(10, seconds)}s` };
}

function nodeJob({ job, port, path, isKubelet, isVerified, dropped, sampleLimit }: NodeScrape): Job {
  const token = { authorization: { type: "Bearer", credentials_file: `${ACCOUNT}/token` } };
  const authority = isVerified ? { ca_file: `${ACCOUNT}/ca.crt` } : { insecure_skip_verify: true };
  return {
    job_name: job,
    metrics_path: path,
    ...(isKubelet ? { scheme: "https", tls_config: authority, ...token } : {}),
    sample_limit: sampleLimit,
    // The cAdvisor of the kubelet names pods by labels of its own: namespace, pod, container.
    honor_labels: false,
    kubernetes_sd_configs: [{ role: "node" }],
    relabel_configs: [
      {
        source_labels: [`${NODE}_address_InternalIP`],
        regex: "(.+)",
        replacement: `$1:${port}`,
        target_label: "__address__",
      },
      { source_labels: [`${NODE}_name`], target_label: "node" },
    ],
    ...(dropped === undefined
      ? {}
      : { metric_relabel_configs: [{ source_labels: ["__name__"], regex: dropped, action: "drop" }] }),
  };
}

export const ALERTMANAGER_FILES = { main: "/etc/alertmanager/alertmanager.yaml", data: "/alertmanager" };

/** The arguments of a single Alertmanager, without a cluster. */
export function alertmanagerArguments(): string[] {
  return [
    `--config.file=${ALERTMANAGER_FILES.main}`,
    `--storage.path=${ALERTMANAGER_FILES.data}`,
    `--web.listen-address=0.0.0.0:${PORTS.alertmanager}`,
    // Empty: it opens no port for a cluster.
    "--cluster.listen-address=",
    "--log.format=json",
  ];
}

/**
 * The configuration: all alerts go to all receivers, grouped by alert and namespace.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertmanagerConfig(receivers: readonly AlertReceiver[]): string {
  const all: { [field: string]: object[] } = {};
  for (const { _config: config } of [...receivers].sort((receiver, other) =>
    byText(receiver.name, other.name),
  )) {
    all[config.field] = [...(all[config.field] ?? []), config.settings];
  }
  return Yaml.stringify({
    route: {
      receiver: "all",
      group_by: ["alertname", "namespace"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
    },
    // The consequences of a missing node are not sent separately.
    inhibit_rules: [
      {
        source_matchers: ["alertname = NodeNotReady"],
        target_matchers: ["severity = warning"],
        equal: ["node"],
      },
    ],
    receivers: [{ name: "all", ...all }],
  });
}

/** The permissions of Prometheus in each namespace with scraped pods, to find them. */
export function podPermissions(): RoleRule[] {
  return [RoleRule.verbs(RbacResource.PODS, RbacVerb.GET, RbacVerb.LIST, RbacVerb.WATCH)];
}

/** The cluster-wide permissions of Prometheus, to find nodes and to read the metrics of their kubelets. */
export function nodePermissions(readsKubelets: boolean): RoleRule[] {
  const nodes = RoleRule.verbs(RbacResource.NODES, RbacVerb.GET, RbacVerb.LIST, RbacVerb.WATCH);
  return readsKubelets ? [nodes, RoleRule.verbs(RbacResource.KUBELET_METRICS, RbacVerb.GET)] : [nodes];
}
