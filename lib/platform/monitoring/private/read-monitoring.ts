import { type Construct } from "constructs";
import { checkRules } from "./read-alert";
import { AlertReceiver } from "../alert-receiver";
import { AlertRule } from "../alert-rule";
import { type ClusterMonitoringProps } from "../cluster-monitoring-props";
import { GrafanaDashboard } from "../grafana-dashboard";
import { GrafanaUsers } from "../grafana-users";
import { KubeletMetrics } from "../kubelet-metrics";
import { MonitoringImages } from "../monitoring-images";
import { checkPublicExposure } from "../../private/dashboard-exposure";
import { checkClusterWideId, readOwnNamespace } from "../../private/platform-readers";
import { type ISecureOkeCluster } from "../../../cluster/cluster-base";
import { KubernetesVersion } from "../../../cluster/kubernetes-version";
import { pathOf } from "../../../core/construct-scope";
import { shown } from "../../../core/display-value";
import {
  any,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  wholeDuration,
  wholeSize,
  withDefault,
} from "../../../core/readers";
import { checkGiven } from "../../../core/required";
import { checkUnique } from "../../../core/unique-values";
import { Problems } from "../../../core/validation-error";
import { type IngressOptions } from "../../../exposure/ingress-gateway";
import { isOverlay } from "../../../network/vcn/pod-networking";
import { pullSecretNames } from "../../../workload/pods/private/pull-secrets";
import { Toleration } from "../../../workload/pods/toleration";
import { monitorOf } from "../../../workload/private/monitor";

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
  if (cluster && !problems.any) checkGiven(problems, { "The range of the nodes' subnet": nodesCidr });
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
