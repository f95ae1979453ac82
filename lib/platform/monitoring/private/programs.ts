import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { dashboardProvider, dataSources, GRAFANA_FILES, grafanaConfig } from "./grafana-config";
import {
  ALERTMANAGER_FILES,
  alertmanagerArguments,
  alertmanagerConfig,
  PORTS,
  PROMETHEUS_FILES,
  prometheusArguments,
  prometheusConfig,
} from "./prometheus-config";
import { COLLECTOR_FILE, collectorConfig, JAEGER_FILES, jaegerConfig } from "./tracing-config";
import { type Monitoring } from "../cluster-monitoring-props";
import { RbacResource } from "../../../rbac/rbac-resource";
import { RbacVerb } from "../../../rbac/rbac-verb";
import { RoleRule } from "../../../rbac/role-rule";
import { HardenedDaemonSet } from "../../../workload/hardened-daemon-set";
import { HardenedDeployment } from "../../../workload/hardened-deployment";
import { HardenedStatefulSet } from "../../../workload/hardened-stateful-set";
import { HostAccess } from "../../../workload/host-access/host-access";
import { type ContainerResourceRanges } from "../../../workload/pods/container-resources";
import { EnvironmentValue } from "../../../workload/pods/environment-value";
import { ConfigFile } from "../../../workload/pods/mounted-files";
import { VolumeClaim } from "../../../workload/pods/persistent-volumes";
import { AppProtocol } from "../../../workload/pods/ports";
import { HealthProbe } from "../../../workload/pods/probe";
import { ApiAccess } from "../../../workload/pods/service-account";
import { WritablePath } from "../../../workload/pods/writable-path";

const GIBIBYTE = 1024 ** 3;
/** The share of the volume for samples; the rest is for the write-ahead log and for compaction. */
const SHARE_OF_SAMPLES = 0.8;
/** A database reads its log before it is ready, which takes minutes after a crash. */
const SLOW_START = { failureThreshold: 90 };

function resources(cpu: [string, string], memory: string, disk = "256Mi"): ContainerResourceRanges {
  return {
    cpu: { request: cpu[0], limit: cpu[1] },
    memory: { request: memory, limit: memory },
    ephemeralStorage: { request: disk, limit: disk },
  };
}

/** Prometheus, as a single replica with its samples on an encrypted volume. */
export function addPrometheus(
  scope: Construct,
  monitoring: Monitoring,
  options: { readonly alertmanagerHost: string; readonly storageClassName: string },
): HardenedStatefulSet {
  const { cluster, images, retention, storage } = monitoring;
  const { storageClassName } = options;
  return new HardenedStatefulSet(scope, "prometheus", {
    image: images.images.prometheus,
    args: prometheusArguments({
      retentionHours: retention,
      retentionBytes: Math.floor(storage * GIBIBYTE * SHARE_OF_SAMPLES),
    }),
    files: [ConfigFile.of(PROMETHEUS_FILES.main, prometheusConfig(options.alertmanagerHost))],
    port: PORTS.prometheus,
    readiness: HealthProbe.fromHttpGet("/-/ready"),
    liveness: HealthProbe.fromHttpGet("/-/healthy", undefined, {
      period: Duration.seconds(15),
      failureThreshold: 4,
    }),
    startup: HealthProbe.fromHttpGet("/-/ready", undefined, SLOW_START),
    terminationGracePeriod: Duration.minutes(5),
    volumeClaims: [VolumeClaim.of("data", PROMETHEUS_FILES.data, { size: `${storage}Gi`, storageClassName })],
    resources: resources(["250m", "2"], "4Gi"),
    apiAccess: ApiAccess._of(cluster),
  });
}

/** Alertmanager, as a single replica that keeps silences on a volume. */
export function addAlertmanager(
  scope: Construct,
  { images, receivers }: Monitoring,
  storageClassName: string,
): HardenedStatefulSet {
  return new HardenedStatefulSet(scope, "alertmanager", {
    image: images.images.alertmanager,
    args: alertmanagerArguments(),
    files: [ConfigFile.of(ALERTMANAGER_FILES.main, alertmanagerConfig(receivers))],
    secretFiles: receivers.flatMap((receiver) => receiver._secretFiles ?? []),
    egress: receivers.flatMap((receiver) => receiver._egress),
    port: PORTS.alertmanager,
    readiness: HealthProbe.fromHttpGet("/-/ready"),
    liveness: HealthProbe.fromHttpGet("/-/healthy", undefined, {
      period: Duration.seconds(15),
      failureThreshold: 4,
    }),
    volumeClaims: [VolumeClaim.of("data", ALERTMANAGER_FILES.data, { storageClassName })],
    resources: resources(["50m", "500m"], "256Mi"),
  });
}

/** The kinds of objects whose state kube-state-metrics reports; neither Secrets nor ConfigMaps. */
const REPORTED_KINDS = [
  RbacResource.CRON_JOBS,
  RbacResource.DAEMON_SETS,
  RbacResource.DEPLOYMENTS,
  RbacResource.HORIZONTAL_POD_AUTOSCALERS,
  RbacResource.JOBS,
  RbacResource.NAMESPACES,
  RbacResource.NODES,
  RbacResource.PERSISTENT_VOLUME_CLAIMS,
  RbacResource.POD_DISRUPTION_BUDGETS,
  RbacResource.PODS,
  RbacResource.REPLICA_SETS,
  RbacResource.RESOURCE_QUOTAS,
  RbacResource.STATEFUL_SETS,
];

/** The permissions of kube-state-metrics, in all namespaces. */
export function statePermissions(): RoleRule[] {
  return REPORTED_KINDS.map((kind) => RoleRule.verbs(kind, RbacVerb.LIST, RbacVerb.WATCH));
}

/** kube-state-metrics, as a single replica: two would count everything twice. */
export function addKubeStateMetrics(scope: Construct, { cluster, images }: Monitoring): HardenedStatefulSet {
  return new HardenedStatefulSet(scope, "kube-state-metrics", {
    image: images.images.kubeStateMetrics,
    args: [
      `--port=${PORTS.kubeStateMetrics}`,
      `--telemetry-port=${PORTS.kubeStateMetricsSelf}`,
      `--resources=${REPORTED_KINDS.map(({ plural }) => plural).join(",")}`,
    ],
    port: PORTS.kubeStateMetrics,
    ports: [{ name: "telemetry", port: PORTS.kubeStateMetricsSelf }],
    readiness: HealthProbe.fromHttpGet("/readyz", PORTS.kubeStateMetricsSelf),
    liveness: HealthProbe.fromHttpGet("/livez", undefined, {
      period: Duration.seconds(15),
      failureThreshold: 4,
    }),
    resources: resources(["50m", "500m"], "512Mi"),
    apiAccess: ApiAccess._of(cluster),
  });
}

/**
 * The node exporter, on each node.
 *
 * It has the network of its node, as its counters of the network are those of the namespace that it runs in. It mounts no path of
 * the node: processors, memory and disks are counted in /proc of any container, and the root filesystem of a container lies on the
 * boot volume.
 */
export function addNodeExporter(
  scope: Construct,
  { images, nodeTolerations }: Monitoring,
): HardenedDaemonSet {
  return new HardenedDaemonSet(scope, "node-exporter", {
    image: images.images.nodeExporter,
    args: [
      `--web.listen-address=:${PORTS.nodeExporter}`,
      "--web.disable-exporter-metrics",
      "--collector.disable-defaults",
      ...COLLECTORS.map((name) => `--collector.${name}`),
      // The default leaves out overlays, of which the container's own root is one.
      "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|mqueue|proc|pstore|securityfs|sysfs|tmpfs|tracefs)$",
      // Interfaces of pods come and go, and the kubelet counts them.
      "--collector.netdev.device-exclude=^(lo|veth.*|cali.*|lxc.*|cilium_.*)$",
      "--log.format=json",
    ],
    port: PORTS.nodeExporter,
    readiness: HealthProbe.fromHttpGet("/"),
    liveness: HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 }),
    tolerations: nodeTolerations,
    resources: resources(["50m", "250m"], "128Mi", "64Mi"),
    hostAccess: [
      HostAccess.network({
        reason:
          "The node exporter counts the packets of its node, which only the network namespace of the node shows",
        ports: [PORTS.nodeExporter],
      }),
    ],
  });
}

const COLLECTORS = [
  ...["conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "netstat"],
  ...["pressure", "sockstat", "stat", "time", "uname", "vmstat"],
];

/** Grafana, as a single replica without state of its own. */
export function addGrafana(
  scope: Construct,
  { exposure, images, users }: Monitoring,
  hosts: { readonly prometheus: string; readonly alertmanager: string; readonly jaeger: string },
): HardenedStatefulSet {
  const rootUrl = exposure && `https://${exposure.host.name}${exposure.path ?? "/"}`;
  return new HardenedStatefulSet(scope, "grafana", {
    image: images.images.grafana,
    env: {
      GF_PATHS_CONFIG: EnvironmentValue.fromValue(GRAFANA_FILES.main),
      ...Object.fromEntries(
        Object.entries(users._fileVariables).map(([name, path]) => [name, EnvironmentValue.fromValue(path)]),
      ),
    },
    files: [
      ConfigFile.of(GRAFANA_FILES.main, grafanaConfig(users, rootUrl)),
      ConfigFile.of(GRAFANA_FILES.dataSources, dataSources(hosts)),
      ConfigFile.of(GRAFANA_FILES.dashboardProvider, dashboardProvider()),
    ],
    secretFiles: [users._secretFiles],
    egress: [...users._egress],
    writablePaths: [
      WritablePath.of(GRAFANA_FILES.data, { sizeLimit: "512Mi" }),
      WritablePath.of("/tmp", { sizeLimit: "64Mi" }),
    ],
    port: PORTS.grafana,
    readiness: HealthProbe.fromHttpGet("/api/health"),
    liveness: HealthProbe.fromTcpSocket(undefined, { period: Duration.seconds(15), failureThreshold: 4 }),
    startup: HealthProbe.fromHttpGet("/api/health", undefined, { failureThreshold: 30 }),
    resources: resources(["100m", "1"], "512Mi", "1Gi"),
  });
}

/** Jaeger, as a single replica with its spans on an encrypted volume. */
export function addJaeger(
  scope: Construct,
  { images, traceRetention, traceStorage }: Monitoring,
  storageClassName: string,
): HardenedStatefulSet {
  return new HardenedStatefulSet(scope, "jaeger", {
    image: images.images.jaeger,
    args: [`--config=${JAEGER_FILES.main}`],
    files: [ConfigFile.of(JAEGER_FILES.main, jaegerConfig(traceRetention))],
    port: PORTS.jaegerQuery,
    ports: [
      { name: "otlp-grpc", port: PORTS.otlpGrpc, protocol: AppProtocol.GRPC },
      { name: "telemetry", port: PORTS.telemetry },
      { name: "health", port: PORTS.health },
    ],
    readiness: HealthProbe.fromHttpGet("/status", PORTS.health),
    liveness: HealthProbe.fromTcpSocket(PORTS.health, { period: Duration.seconds(15), failureThreshold: 4 }),
    startup: HealthProbe.fromHttpGet("/status", PORTS.health, SLOW_START),
    volumeClaims: [
      VolumeClaim.of("data", JAEGER_FILES.data, { size: `${traceStorage}Gi`, storageClassName }),
    ],
    resources: resources(["100m", "1"], "2Gi"),
  });
}

/** The collector, to which workloads send their traces. */
export function addCollector(
  scope: Construct,
  { images }: Monitoring,
  jaegerHost: string,
): HardenedDeployment {
  return new HardenedDeployment(scope, "collector", {
    image: images.images.collector,
    args: [`--config=${COLLECTOR_FILE}`],
    files: [ConfigFile.of(COLLECTOR_FILE, collectorConfig(jaegerHost))],
    port: PORTS.otlpHttp,
    ports: [
      { name: "otlp-grpc", port: PORTS.otlpGrpc, protocol: AppProtocol.GRPC },
      { name: "telemetry", port: PORTS.telemetry },
      { name: "health", port: PORTS.health },
    ],
    readiness: HealthProbe.fromHttpGet("/", PORTS.health),
    liveness: HealthProbe.fromTcpSocket(PORTS.health, { period: Duration.seconds(15), failureThreshold: 4 }),
    resources: resources(["100m", "1"], "512Mi"),
  });
}
