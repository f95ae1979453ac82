import { ApiObject, Chart } from "cdk8s";
import { Construct, type IConstruct } from "constructs";
import { type AlertReceiver } from "./alert-receiver";
import { AlertRule } from "./alert-rule";
import { checkRules } from "./alert-rule-props";
import {
  type ClusterMonitoringProps,
  checkDashboards,
  readMonitoring,
  type Monitoring,
} from "./cluster-monitoring-props";
import { type GrafanaDashboard } from "./grafana-dashboard";
import { GRAFANA_FILES } from "./private/grafana-config";
import { LiveFiles } from "./private/live-files";
import * as programs from "./private/programs";
import {
  nodePermissions,
  podPermissions,
  PORTS,
  PROMETHEUS_FILES,
  SAMPLE_LIMIT,
  scrapeFile,
  type NodeScrape,
  type PodScrape,
} from "./private/prometheus-config";
import { addTraceEnvironment } from "./private/tracing-config";
import { acknowledgePublicExposure, checkChartCluster } from "../private/platform-readers";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { addWarning } from "../../core/warnings";
import { SecureNamespace } from "../../namespaces/secure-namespace";
import { LeastPrivilegeRole, RoleScope } from "../../rbac/role";
import { Subject } from "../../rbac/subject";
import { type HardenedDaemonSet } from "../../workload/hardened-daemon-set";
import { type HardenedDeployment } from "../../workload/hardened-deployment";
import { type HardenedStatefulSet } from "../../workload/hardened-stateful-set";
import {
  TraceProtocol,
  type Monitor,
  type Monitored,
  type ScrapeRequest,
  setMonitor,
  type TraceRequest,
} from "../../workload/monitoring";
import { BlockVolumeClass } from "../../workload/pods/persistent-volumes";
import { PodSecurityLevel } from "../../workload/pods/pod-security";

/**
 * Metrics, alerts, dashboards and traces of a cluster, kept in the cluster: Prometheus with Alertmanager, kube-state-metrics and node
 * exporters, Grafana, and Jaeger behind an OpenTelemetry collector.
 *
 * It creates the namespace of its chart, restricted, and `<namespace>-nodes` for the node exporters, the only part with access to its
 * nodes. Workloads join with `web.scrapeMetrics()` and `web.traces()`, before or after the monitoring is created. Data is stored
 * on block volumes that are encrypted at rest and in transit. Only Grafana can be exposed outside of the cluster.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengbestpractices_topic-Cluster-Management-best-practices.htm
 */
@checked
export class ClusterMonitoring extends Construct {
  /** The namespace of the chart; that of the node exporters is `<namespace>-nodes`. */
  public readonly namespace: string;
  /** The retention of samples in Prometheus, in hours. */
  public readonly retentionHours: number;
  /** The receivers of alerts. */
  public readonly receivers: AlertReceiver[];
  /** Prometheus. */
  public readonly prometheus: HardenedStatefulSet;
  /** Alertmanager. */
  public readonly alertmanager: HardenedStatefulSet;
  /** kube-state-metrics. */
  public readonly kubeStateMetrics: HardenedStatefulSet;
  /** The node exporters. */
  public readonly nodeExporter: HardenedDaemonSet;
  /** Grafana. */
  public readonly grafana: HardenedStatefulSet;
  /** Jaeger. */
  public readonly jaeger: HardenedStatefulSet;
  /** The collector of traces. */
  public readonly collector: HardenedDeployment;

  private readonly monitoring: Monitoring;
  private readonly pods: PodScrape[] = [];
  private readonly nodes: NodeScrape[] = [];
  private readonly namespacesRead = new Set<string>();
  private readonly nodePorts = new Set<number>();
  private alertRules: readonly AlertRule[];
  private allDashboards: readonly GrafanaDashboard[];

  /** @param id the names of objects of the whole cluster begin with it: up to 30 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: ClusterMonitoringProps) {
    const monitoring = readMonitoring(scope, id, props);
    super(scope, id);
    this.monitoring = monitoring;
    this.namespace = monitoring.namespace;
    this.retentionHours = monitoring.retention;
    this.receivers = monitoring.receivers;
    this.alertRules = monitoring.alerts;
    this.allDashboards = monitoring.dashboards;
    try {
      const { namespace } = monitoring;
      const nodes = this.addNamespaces();
      const storageClassName = new BlockVolumeClass(this, "Volumes", {
        name: `${id}-encrypted`,
        kmsKeyId: monitoring.kmsKeyId,
        keyCompartmentId: monitoring.keyCompartmentId,
      }).name;
      const hostOf = (name: string) => `${name}.${namespace}.svc`;
      const hosts = {
        prometheus: hostOf("prometheus"),
        alertmanager: hostOf("alertmanager"),
        jaeger: hostOf("jaeger"),
      };
      const { alertmanager: alertmanagerHost } = hosts;
      this.prometheus = programs.addPrometheus(this, monitoring, { alertmanagerHost, storageClassName });
      this.alertmanager = programs.addAlertmanager(this, monitoring, storageClassName);
      this.kubeStateMetrics = programs.addKubeStateMetrics(this, monitoring);
      this.nodeExporter = programs.addNodeExporter(nodes, monitoring);
      this.grafana = programs.addGrafana(this, monitoring, hosts);
      this.jaeger = programs.addJaeger(this, monitoring, storageClassName);
      this.collector = programs.addCollector(this, monitoring, hosts.jaeger);
      this.node.defaultChild = this.prometheus;
      this.connect();
      this.addLiveFiles();
      this.scrapeOwn();
      this.scrapeNodes();
      if (monitoring.exposure) this.grafana.exposeViaIngress(monitoring.exposure);
    } catch (error) {
      // Its parts validate their own props: remove what was created.
      scope.node.tryRemoveChild(id);
      throw error;
    }
    checkChartCluster(this, monitoring.cluster);
    acknowledgePublicExposure(this, "Grafana", monitoring);
    if (monitoring.receivers.length === 0) this.warnWithoutReceivers();
    setMonitor(monitoring.cluster, this as Monitor);
  }

  /** The alert rules, sorted by their names. */
  public get alerts(): AlertRule[] {
    return [...this.alertRules].sort((rule, other) => byText(rule.name, other.name));
  }

  /** The dashboards, sorted by their ids. */
  public get dashboards(): GrafanaDashboard[] {
    return [...this.allDashboards].sort((dashboard, other) => byText(dashboard.id, other.id));
  }

  /** Adds alert rules. */
  public addAlerts(...rules: AlertRule[]): void {
    const problems = new Problems(this);
    checkRules(problems, [...this.alertRules, ...rules]);
    problems.throwIfAny();
    this.alertRules = [...this.alertRules, ...rules];
  }

  /** Adds dashboards. */
  public addDashboards(...dashboards: GrafanaDashboard[]): void {
    const problems = new Problems(this);
    checkDashboards(problems, [...this.allDashboards, ...dashboards]);
    problems.throwIfAny();
    this.allDashboards = [...this.allDashboards, ...dashboards];
  }

  /** @internal */
  public _scrape({ workload, port, path, intervalSeconds, sampleLimit }: ScrapeRequest): void {
    this.scrape(workload, { port, path, intervalSeconds, sampleLimit: sampleLimit ?? SAMPLE_LIMIT });
  }

  /** @internal */
  public _trace({ workload, protocol, sampledRatio }: TraceRequest): void {
    const port = protocol === TraceProtocol.GRPC ? PORTS.otlpGrpc : PORTS.otlpHttp;
    this.collector.connections.allowFrom(workload, Port.tcp(port));
    addTraceEnvironment(workload, {
      endpoint: `http://${this.collector.name}.${this.monitoring.namespace}.svc:${port}`,
      protocol,
      sampledRatio,
    });
  }

  /** Adds both namespaces; only node exporters run in the second one. */
  private addNamespaces(): Chart {
    const { imagePullSecrets, namespace, podSecurityVersion } = this.monitoring;
    const more = { imagePullSecrets, podSecurityVersion };
    new SecureNamespace(this, "Namespace", { name: namespace, ...more });
    const nodes = new Chart(this, "Nodes", { namespace: `${namespace}-nodes` });
    new SecureNamespace(nodes, "Namespace", {
      name: `${namespace}-nodes`,
      ...more,
      podSecurity: PodSecurityLevel.privilegedFor({
        reason: "Node exporters use the network of their nodes, which stricter levels reject",
      }),
    });
    return nodes;
  }

  /** Allows the connections inside of the monitoring, except those of scrapes, which each job allows. */
  private connect(): void {
    const { alertmanager, collector, grafana, jaeger, prometheus } = this;
    prometheus.connections.allowTo(alertmanager, Port.tcp(PORTS.alertmanager));
    grafana.connections.allowTo(prometheus, Port.tcp(PORTS.prometheus));
    grafana.connections.allowTo(alertmanager, Port.tcp(PORTS.alertmanager));
    grafana.connections.allowTo(jaeger, Port.tcp(PORTS.jaegerQuery));
    collector.connections.allowTo(jaeger, Port.tcp(PORTS.otlpGrpc));
    for (const program of [alertmanager, collector, grafana, jaeger, prometheus]) program.exposeViaService();
  }

  private addLiveFiles(): void {
    const { labels } = this.prometheus;
    const statefulSet = this.prometheus.node.defaultChild as ApiObject;
    new LiveFiles(this, "Scrapes", {
      ...{ name: "prometheus-scrapes", labels, statefulSet, path: PROMETHEUS_FILES.scrapes },
      files: () => ({ "jobs.yaml": scrapeFile(this.pods, this.nodes) }),
    });
    new LiveFiles(this, "Rules", {
      ...{ name: "prometheus-rules", labels, statefulSet, path: PROMETHEUS_FILES.rules },
      files: () => ({ "alerts.yaml": AlertRule.ruleFile(this.alerts) }),
    });
    new LiveFiles(this, "Dashboards", {
      name: "grafana-dashboards",
      labels: this.grafana.labels,
      statefulSet: this.grafana.node.defaultChild as ApiObject,
      path: GRAFANA_FILES.dashboards,
      files: () => Object.fromEntries(this.dashboards.map(({ id, json }) => [`${id}.json`, json])),
    });
  }

  /** Scrapes the programs of the monitoring, and the metrics of objects from kube-state-metrics. */
  private scrapeOwn(): void {
    const { alertmanager, collector, grafana, jaeger, kubeStateMetrics } = this;
    const own = { path: "/metrics", sampleLimit: SAMPLE_LIMIT };
    this.scrape(alertmanager, { ...own, port: PORTS.alertmanager });
    this.scrape(collector, { ...own, port: PORTS.telemetry });
    this.scrape(grafana, { ...own, port: PORTS.grafana });
    this.scrape(jaeger, { ...own, port: PORTS.telemetry });
    this.scrape(kubeStateMetrics, { ...own, port: PORTS.kubeStateMetricsSelf });
    // A series for each container, so that its number grows with the cluster.
    const counted = { path: "/metrics", port: PORTS.kubeStateMetrics, sampleLimit: 10 * SAMPLE_LIMIT };
    this.scrape(kubeStateMetrics, { ...counted, isExporter: true });
    new LeastPrivilegeRole(this, `${this.monitoring.namespace}-kube-state-metrics`, {
      allow: programs.statePermissions(),
      roleScope: RoleScope.cluster({ reason: "kube-state-metrics counts the objects of all namespaces" }),
    }).grantTo(Subject.serviceAccountOf(kubeStateMetrics));
  }

  /** Scrapes node exporters and kubelets, which have the addresses of their nodes. */
  private scrapeNodes(): void {
    const { kubelets, namespace } = this.monitoring;
    this.openNodes(PORTS.nodeExporter);
    this.nodes.push({
      ...{ job: "node-exporter", port: PORTS.nodeExporter, path: "/metrics" },
      ...{ isKubelet: false, sampleLimit: SAMPLE_LIMIT },
    });
    if (kubelets.isRead) {
      // The rules of groups let all pods reach this port, for the metrics server.
      this.prometheus.connections._allowToBlock(this.monitoring.nodesCidr, Port.tcp(PORTS.kubelet));
      const kubelet = { port: PORTS.kubelet, isKubelet: true, isVerified: kubelets.isVerified };
      this.nodes.push(
        { ...kubelet, job: "kubelet", path: "/metrics", dropped: KUBELET_NOISE, sampleLimit: SAMPLE_LIMIT },
        {
          ...kubelet,
          job: "cadvisor",
          path: "/metrics/cadvisor",
          dropped: CADVISOR_NOISE,
          sampleLimit: SAMPLE_LIMIT,
        },
      );
    }
    new LeastPrivilegeRole(this, `${namespace}-prometheus-nodes`, {
      allow: nodePermissions(kubelets.isRead),
      roleScope: RoleScope.cluster({ reason: "Prometheus finds the nodes, which are in no namespace" }),
    }).grantTo(Subject.serviceAccountOf(this.prometheus));
  }

  /** Allows connections to a port of a workload, lets Prometheus find its pods, and adds the job. */
  private scrape(
    workload: Monitored,
    job: Omit<PodScrape, "namespace" | "workload" | "selectorLabels">,
  ): void {
    if (isOnHostNetwork(workload)) this.openNodes(job.port);
    else this.prometheus.connections.allowTo(workload, Port.tcp(job.port));
    // Without a namespace, allowTo has thrown.
    const namespace = workload.namespace ?? this.monitoring.namespace;
    if (!this.namespacesRead.has(namespace)) {
      this.namespacesRead.add(namespace);
      const scope = namespace === this.monitoring.namespace ? this : Chart.of(workload);
      new LeastPrivilegeRole(scope, "prometheus-reads-pods", { allow: podPermissions() }).grantTo(
        Subject.serviceAccountOf(this.prometheus),
      );
    }
    this.pods.push({ ...job, namespace, workload: workload.name, selectorLabels: workload.selectorLabels });
  }

  /** Allows connections to a port of the nodes: in the policy of Prometheus, and between the groups of pods and nodes. */
  private openNodes(port: number): void {
    const { cluster, hasPodsGroup, nodesCidr } = this.monitoring;
    if (this.nodePorts.has(port)) return;
    this.nodePorts.add(port);
    this.prometheus.connections._allowToBlock(nodesCidr, Port.tcp(port));
    if (!hasPodsGroup) return;
    const reason = `Prometheus reads metrics of the nodes, TCP ${port}`;
    cluster.podSecurityGroup.allowTo(cluster.workerSecurityGroup, Port.tcp(port), { reason });
  }

  private warnWithoutReceivers(): void {
    addWarning(
      this.monitoring.cluster,
      `[alert-receivers] ${this.node.path} has no receivers, so alerts appear in Grafana only. Give it some: ` +
        'receivers: [AlertReceiver.email("oncall", { … })]',
    );
  }
}

interface Runner {
  readonly spec?: { readonly template?: { readonly spec?: { readonly hostNetwork?: boolean } } };
}

/** Whether pods have the addresses of their nodes, so that no NetworkPolicy selects them and rules of the nodes hold. */
function isOnHostNetwork({ node: { defaultChild } }: IConstruct): boolean {
  if (!ApiObject.isApiObject(defaultChild)) return false;
  return (defaultChild.toJson() as Runner).spec?.template?.spec?.hostNetwork === true;
}

/** Histograms of the kubelet's calls: most of its series, and no rule or dashboard uses them. */
const KUBELET_NOISE =
  "(apiserver|authentication|authorization|csi|etcd|kubernetes_feature|rest_client|storage_operation|workqueue)_.*_bucket|kubelet_(runtime_operations|http_requests|pleg_relist|pod_worker|pod_start|cgroup_manager).*_bucket";
/** Series for each task state, process and huge page of every container. */
const CADVISOR_NOISE =
  "container_(tasks_state|memory_failures_total|blkio_.*|hugetlb_.*|llc_.*|perf_.*|network_(tcp|udp).*)";
