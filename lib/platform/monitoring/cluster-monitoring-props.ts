import { type Duration, type Size } from "cdk8s";
import { type Construct } from "constructs";
import { AlertReceiver } from "./alert-receiver";
import { AlertRule } from "./alert-rule";
import { checkRules } from "./alert-rule-props";
import { GrafanaDashboard } from "./grafana-dashboard";
import { GrafanaUsers } from "./grafana-users";
import { checkPublicExposure, checkClusterWideId, readOwnNamespace } from "../private/platform-readers";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { KubernetesVersion } from "../../cluster/kubernetes-version";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import {
  type PropsSchema,
  readArguments,
  readChoice,
  readProps,
  valueOf,
  any,
  listOf,
  ocid,
  optional,
  type Resolved,
  text,
  wholeDuration,
  wholeSize,
  withDefault,
} from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { checkUnique } from "../../core/value-readers";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { isOverlay } from "../../network/vcn/pod-networking";
import { ContainerImage } from "../../workload/images/container-image";
import { type ImageLockOptions } from "../../workload/images/image-lock";
import { monitorOf } from "../../workload/monitoring";
import { Toleration } from "../../workload/pods/scheduling";
import { pullSecretNames } from "../../workload/pods/service-account";

/** Props for ClusterMonitoring. */
export interface ClusterMonitoringProps {
  /** The cluster that is monitored, and that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** The images of the programs, by digest or from a lock file. */
  readonly images: MonitoringImages;
  /** The users of Grafana. */
  readonly users: GrafanaUsers;
  /**
   * The receivers of alerts; each receives all alerts.
   *
   * @default - none, with the warning `alert-receivers`
   */
  readonly receivers?: AlertReceiver[];
  /**
   * The alert rules. `addAlerts` adds to them.
   *
   * @default AlertRule.recommended()
   */
  readonly alerts?: AlertRule[];
  /**
   * The dashboards. `addDashboards` adds to them.
   *
   * @default GrafanaDashboard.recommended()
   */
  readonly dashboards?: GrafanaDashboard[];
  /**
   * The exposure of Grafana outside of the cluster. Only Grafana can be exposed: Prometheus, Alertmanager and Jaeger do not
   * authenticate their users.
   *
   * @default - none; `kubectl port-forward` reaches it
   */
  readonly exposure?: IngressOptions;
  /**
   * The reason for an exposure by a public load balancer, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; a gateway behind an internal load balancer needs no reason
   */
  readonly publicReason?: string;
  /**
   * The retention of samples in Prometheus: whole hours, 1 day or more.
   *
   * @default - 15 days
   */
  readonly retention?: Duration;
  /**
   * The volume of Prometheus, 50 gibibytes or more; when four fifths of it are used, the oldest samples are deleted.
   *
   * @default - 100 gibibytes
   */
  readonly storage?: Size;
  /**
   * The retention of traces in Jaeger: whole hours, 1 hour or more.
   *
   * @default - 3 days
   */
  readonly traceRetention?: Duration;
  /**
   * The volume of Jaeger, 50 gibibytes or more.
   *
   * @default - 50 gibibytes
   */
  readonly traceStorage?: Size;
  /**
   * The OCID of the key in OCI Vault that encrypts the volumes.
   *
   * @default - a key that Oracle manages
   */
  readonly kmsKeyId?: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the cluster
   */
  readonly keyCompartmentId?: string;
  /**
   * Whether kubelets are scraped.
   *
   * @default KubeletMetrics.verified()
   */
  readonly kubelets?: KubeletMetrics;
  /**
   * Tolerations of the node exporters, for nodes with taints.
   *
   * @default - none
   */
  readonly nodeTolerations?: Toleration[];
  /**
   * The names of Secrets that the images are pulled with, such as `["ocir"]`, in both namespaces; an empty list means
   * none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * The version of the Pod Security Standard of both namespaces.
   *
   * @default KubernetesVersion.V1_34
   */
  readonly podSecurityVersion?: KubernetesVersion;
}

/** The images that a ClusterMonitoring runs, each pinned by its digest. */
export interface MonitoringImageSet {
  /** Prometheus 3 or newer, such as `quay.io/prometheus/prometheus`. */
  readonly prometheus: ContainerImage;
  /** Alertmanager, such as `quay.io/prometheus/alertmanager`. */
  readonly alertmanager: ContainerImage;
  /** kube-state-metrics, such as `registry.k8s.io/kube-state-metrics/kube-state-metrics`. */
  readonly kubeStateMetrics: ContainerImage;
  /** The node exporter, such as `quay.io/prometheus/node-exporter`. */
  readonly nodeExporter: ContainerImage;
  /** Grafana, such as `docker.io/grafana/grafana`. */
  readonly grafana: ContainerImage;
  /** The OpenTelemetry collector, 0.155 or newer, such as `docker.io/otel/opentelemetry-collector`. */
  readonly collector: ContainerImage;
  /** Jaeger 2 or newer, such as `docker.io/jaegertracing/jaeger`. */
  readonly jaeger: ContainerImage;
}

const IMAGE = valueOf(ContainerImage);

const IMAGES = {
  prometheus: IMAGE,
  alertmanager: IMAGE,
  kubeStateMetrics: IMAGE,
  nodeExporter: IMAGE,
  grafana: IMAGE,
  collector: IMAGE,
  jaeger: IMAGE,
} satisfies PropsSchema<MonitoringImageSet>;

/**
 * The images of a ClusterMonitoring.
 *
 * The library does not choose versions: you pin them by digest, after a scan.
 */
@checked
export class MonitoringImages {
  /** Images by their references. */
  public static of(images: MonitoringImageSet): MonitoringImages {
    return new MonitoringImages(readArguments("MonitoringImages.of", images, IMAGES));
  }

  /**
   * Images of a lock file, under the names `prometheus`, `alertmanager`, `kube-state-metrics`, `node-exporter`, `grafana`,
   * `opentelemetry-collector` and `jaeger`.
   */
  public static fromLock(options: ImageLockOptions = {}): MonitoringImages {
    const problems = new Problems("MonitoringImages.fromLock");
    const image = (name: string) => problems.collect(() => ContainerImage.fromLock(name, options));
    const images = {
      prometheus: image("prometheus"),
      alertmanager: image("alertmanager"),
      kubeStateMetrics: image("kube-state-metrics"),
      nodeExporter: image("node-exporter"),
      grafana: image("grafana"),
      collector: image("opentelemetry-collector"),
      jaeger: image("jaeger"),
    };
    return new MonitoringImages(problems.resolved<MonitoringImageSet>(images));
  }

  private constructor(
    /** The images. */
    public readonly images: MonitoringImageSet,
  ) {}
}

/** Whether Prometheus scrapes the kubelets, which report the CPU and memory of each container and the usage of volumes. */
@checked
export class KubeletMetrics {
  /**
   * Scrapes them, and verifies their certificates with the CA of the cluster.
   *
   * That the certificates of OKE's kubelets are signed by it, with the addresses of the nodes, is inferred: Oracle's documentation
   * installs the metrics server unchanged, which checks both. If targets fail with `x509`, use `unverified`.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengworkingwithmetricsserver_standalone.htm
   */
  public static verified(): KubeletMetrics {
    return new KubeletMetrics(true, true);
  }

  /** Scrapes them without verifying their certificates: a host that takes over the address of a node receives the token of Prometheus. */
  public static unverified(choice: ReasonedChoice): KubeletMetrics {
    const exception = "A kubelet with an unverified certificate";
    return new KubeletMetrics(true, false, readChoice("KubeletMetrics.unverified", exception, choice));
  }

  /** Does not scrape them: metrics of containers and the usage of volumes are missing. */
  public static none(): KubeletMetrics {
    return new KubeletMetrics(false, true);
  }

  private constructor(
    /** Whether the kubelets are scraped. */
    public readonly isRead: boolean,
    /** Whether their certificates are verified. */
    public readonly isVerified: boolean,
    /** The reason for unverified certificates; undefined if they are verified. */
    public readonly reason?: string,
  ) {}
}

/** OCI creates no smaller block volume. */
const MIN_VOLUME_GIBIBYTES = 50;

const volume = wholeSize("gibibytes", { least: MIN_VOLUME_GIBIBYTES, example: "Size.gibibytes(100)" });

const MONITORING = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  images: valueOf(MonitoringImages),
  users: valueOf(GrafanaUsers),
  receivers: withDefault(listOf(valueOf(AlertReceiver), "a list of AlertReceiver"), []),
  alerts: optional(listOf(valueOf(AlertRule), "a list of AlertRule")),
  dashboards: optional(listOf(valueOf(GrafanaDashboard), "a list of GrafanaDashboard")),
  exposure: optional(any<IngressOptions>()),
  publicReason: optional(text()),
  retention: withDefault(wholeDuration("hours", { least: 24, example: "Duration.days(15)" }), 15 * 24),
  storage: withDefault(volume, 100),
  traceRetention: withDefault(wholeDuration("hours", { least: 1, example: "Duration.days(3)" }), 3 * 24),
  traceStorage: withDefault(volume, MIN_VOLUME_GIBIBYTES),
  kmsKeyId: optional(ocid("key")),
  keyCompartmentId: optional(ocid("compartment", "tenancy")),
  kubelets: withDefault(valueOf(KubeletMetrics), KubeletMetrics.verified()),
  nodeTolerations: optional(listOf(valueOf(Toleration), "a list of Toleration")),
  imagePullSecrets: optional(pullSecretNames()),
  podSecurityVersion: optional(valueOf(KubernetesVersion)),
} satisfies PropsSchema<ClusterMonitoringProps>;

type ReadProps = Resolved<typeof MONITORING>;

/** The props of a ClusterMonitoring, with values of its chart and cluster; durations in hours, sizes in gibibytes. */
export interface Monitoring extends ReadProps {
  readonly alerts: AlertRule[];
  readonly dashboards: GrafanaDashboard[];
  readonly namespace: string;
  /** The range of the nodes. */
  readonly nodesCidr: string;
  /** Whether pods have a security group other than that of their nodes. */
  readonly hasPodsGroup: boolean;
}

/** Reads the props before anything is created; throws all problems together. */
export function readMonitoring(scope: Construct, id: string, props: ClusterMonitoringProps): Monitoring {
  const problems = new Problems(pathOf(scope, id));
  checkClusterWideId(problems, id);
  const namespace = readOwnNamespace(problems, scope, id, "which the monitoring creates", "monitoring");
  const read = readProps(problems, props, MONITORING);
  const { cluster, alerts = AlertRule.recommended(), dashboards = GrafanaDashboard.recommended() } = read;
  checkRules(problems, alerts);
  checkDashboards(problems, dashboards);
  checkReceivers(problems, read.receivers ?? []);
  checkPublicExposure(problems, "Grafana", read);
  const existing = cluster && monitorOf(cluster);
  if (existing) {
    problems.add(
      "MONITORING_DUPLICATE",
      `cluster is ${cluster.node.path}, which has the monitoring ${existing.node.path}`,
      "Create one ClusterMonitoring for each cluster, and extend it with addAlerts and addDashboards",
    );
  }
  const nodesCidr = cluster && problems.collect(() => cluster.network.workerSubnet.cidr);
  const hasPodsGroup = cluster && problems.collect(() => !isOverlay(cluster.podNetworking));
  return problems.resolved<Monitoring>({ ...read, alerts, dashboards, namespace, nodesCidr, hasPodsGroup });
}

/** Adds a problem for each id and title that two dashboards have: Grafana then stores none of the dashboards. */
export function checkDashboards(problems: Problems, dashboards: readonly GrafanaDashboard[]): void {
  for (const id of repeated(dashboards.map((dashboard) => dashboard.id))) {
    problems.add(
      "DASHBOARD_INVALID",
      `dashboards has the id ${id} twice`,
      "Give each dashboard its own id; in JSON it is called uid",
    );
  }
  const byId = new Map(dashboards.map((dashboard) => [dashboard.id, dashboard]));
  for (const title of repeated([...byId.values()].map((dashboard) => dashboard.title))) {
    problems.add(
      "DASHBOARD_INVALID",
      `dashboards has the title ${shown(title)} twice`,
      `Give each dashboard its own title, for example ${shown(`${title} of the shop`)}`,
    );
  }
}

function checkReceivers(problems: Problems, receivers: readonly AlertReceiver[]): void {
  checkUnique(
    problems,
    "receivers",
    receivers.map(({ name }) => name),
  );
  for (const path of repeated(receivers.flatMap(({ _secretFiles }) => _secretFiles?.path ?? []))) {
    problems.add(
      "RECEIVER_INVALID",
      `receivers has the directory ${path} twice`,
      "Give each receiver its own directory of secret files",
    );
  }
}

const repeated = (values: readonly string[]) =>
  new Set(values.filter((value, index) => values.indexOf(value) !== index));
