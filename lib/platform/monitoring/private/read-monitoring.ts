import { Duration, Size } from "cdk8s";
import { type Construct } from "constructs";
import { checkRules } from "./read-alert";
import { AlertRule } from "../alert-rule";
import { checkPublicExposure } from "../../private/dashboard-exposure";
import { type AlertReceiver } from "../alert-receiver";
import { type ClusterMonitoringProps } from "../cluster-monitoring-props";
import { GrafanaDashboard } from "../grafana-dashboard";
import { KubeletMetrics } from "../kubelet-metrics";
import { pathOf } from "../../../core/construct-scope";
import { checkObjectName } from "../../../core/kubernetes-names";
import { checkOcidIfGiven } from "../../../core/ocid";
import { checkGiven } from "../../../core/required";
import { Problems } from "../../../core/validation-error";
import { isOverlay } from "../../../network/vcn/pod-networking";
import { chartOf, checkUnused } from "../../../synthesis/chart-objects";
import { monitorOf } from "../../../workload/private/monitor";
import { kind, shaped } from "../../../core/value-readers";
import { listOf } from "../../../core/value-readers";

const MAX_ID_LENGTH = 30;
const SMALLEST_GIBIBYTES = 50;

/** What a monitoring is made of, validated. */
export interface Monitoring extends ClusterMonitoringProps {
  readonly receivers: AlertReceiver[];
  readonly alerts: AlertRule[];
  readonly dashboards: GrafanaDashboard[];
  readonly kubelets: KubeletMetrics;
  readonly retentionHours: number;
  readonly traceRetentionHours: number;
  readonly storageGibibytes: number;
  readonly traceStorageGibibytes: number;
  readonly namespace: string;
  /** The range of the nodes. */
  readonly nodesCidr: string;
  /** Whether the rules of groups tell pods from nodes. */
  readonly hasPodsGroup: boolean;
}

const DURATION = kind(["toHours"], "a duration, for example Duration.days(15)");
const SIZE = kind(["toKibibytes"], "a size, for example Size.gibibytes(100)");
const SHAPES = {
  cluster: kind(["network", "workerSecurityGroup"], "the SecureOkeCluster that is monitored"),
  images: kind(["images"], "MonitoringImages.fromLock(), or MonitoringImages.of({ … })"),
  users: kind(["_secretFiles"], "GrafanaUsers.oidc({ … }), or GrafanaUsers.administrator({ … })"),
  receivers: listOf(kind(["_config"], "AlertReceiver.webhook(name, { … })"), "a list of receivers"),
  alerts: listOf(kind(["expression"], "AlertRule.of({ … })"), "a list of alert rules"),
  dashboards: listOf(kind(["json"], "GrafanaDashboard.of({ … })"), "a list of dashboards"),
  retention: DURATION,
  traceRetention: DURATION,
  storage: SIZE,
  traceStorage: SIZE,
  kubelets: kind(["isRead"], "KubeletMetrics.verified(), .unverified({ reason }) or .none()"),
};

/** Validates the props of a monitoring; throws with all that is wrong. */
export function readMonitoring(scope: Construct, id: string, given: ClusterMonitoringProps): Monitoring {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["cluster", "images", "users"]);
  checkName(problems, scope, id);
  const namespace = checkChart(problems, scope, id);
  const { alerts = AlertRule.recommended(), cluster, receivers = [] } = props;
  const { dashboards = GrafanaDashboard.recommended() } = props;
  checkRules(problems, alerts);
  checkDashboards(problems, dashboards);
  checkReceivers(problems, receivers);
  checkPublicExposure(problems, "Grafana", props);
  checkOcidIfGiven(problems, "kmsKeyId", props.kmsKeyId, "key");
  checkOcidIfGiven(problems, "keyCompartmentId", props.keyCompartmentId, "compartment", "tenancy");
  const read = {
    retentionHours: hours(problems, "retention", props.retention ?? Duration.days(15), 24),
    traceRetentionHours: hours(problems, "traceRetention", props.traceRetention ?? Duration.days(3), 1),
    storageGibibytes: gibibytes(problems, "storage", props.storage ?? Size.gibibytes(100)),
    traceStorageGibibytes: gibibytes(problems, "traceStorage", props.traceStorage ?? Size.gibibytes(50)),
  };
  if (cluster && monitorOf(cluster)) {
    problems.add(
      "MONITORING_DUPLICATE",
      `${cluster.node.path} has a monitoring already: ${monitorOf(cluster)?.node.path ?? ""}`,
      "Make one ClusterMonitoring for each cluster, and add rules and dashboards to it: addAlerts, addDashboards",
    );
  }
  const nodesCidr = problems.collect(() => cluster?.network.workerSubnet.cidr);
  if (cluster && !problems.any) checkGiven(problems, { "The range of the nodes' subnet": nodesCidr });
  problems.throwIfAny();
  return {
    ...(props as ClusterMonitoringProps),
    ...read,
    ...{ alerts, dashboards, receivers, namespace },
    kubelets: props.kubelets ?? KubeletMetrics.verified(),
    nodesCidr: nodesCidr as string,
    hasPodsGroup: !isOverlay((cluster as ClusterMonitoringProps["cluster"]).podNetworking),
  };
}

/** Adds a problem for two dashboards of one id: Grafana would show the one that it reads last. */
export function checkDashboards(problems: Problems, dashboards: readonly GrafanaDashboard[]): void {
  for (const id of repeated(dashboards.map((one) => one.id))) {
    problems.add(
      "DASHBOARD_INVALID",
      `Two dashboards have the id ${id}`,
      "Give each dashboard an id of its own; in JSON it is called uid",
    );
  }
}

function checkReceivers(problems: Problems, receivers: readonly AlertReceiver[]): void {
  for (const name of repeated(receivers.map((one) => one.name))) {
    problems.add(
      "NAME_DUPLICATE",
      `Two receivers have the name ${name}`,
      "Give each receiver a name of its own",
    );
  }
  const paths = receivers.flatMap((one) => one._secretFiles?.path ?? []);
  for (const path of repeated(paths)) {
    problems.add(
      "RECEIVER_INVALID",
      `Two receivers have their secret files in ${path}`,
      "Give each receiver a directory of its own",
    );
  }
}

const repeated = (values: readonly string[]) =>
  new Set(values.filter((one, index) => values.indexOf(one) !== index));

function checkName(problems: Problems, scope: Construct, id: string): void {
  checkObjectName(problems, "id", id);
  if (typeof id === "string" && id.length > MAX_ID_LENGTH) {
    problems.add(
      "NAME_INVALID",
      `id has ${id.length} characters, and names of objects of the whole cluster begin with it`,
      `Give it at most ${MAX_ID_LENGTH}`,
    );
  }
  if (!chartOf(scope)) checkUnused(problems, scope, [], id);
}

function checkChart(problems: Problems, scope: Construct, id: string): string {
  const chart = chartOf(scope);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and the monitoring creates the namespace of its chart",
      'Give it a namespace of its own: new Chart(app, "monitoring", { namespace: "monitoring" })',
    );
  }
  return chart?.namespace ?? id;
}

function hours(problems: Problems, name: string, duration: Duration, least: number): number {
  const amount = duration.toHours({ integral: false });
  if (Number.isInteger(amount) && amount >= least) return amount;
  problems.add(
    "VALUE_INVALID",
    `${name} is ${duration.toHumanString()}`,
    `Give whole hours, ${least} or more: Duration.days(15)`,
  );
  return least;
}

function gibibytes(problems: Problems, name: string, size: Size): number {
  const amount = size.toKibibytes() / 1024 / 1024;
  if (Number.isInteger(amount) && amount >= SMALLEST_GIBIBYTES) return amount;
  problems.add(
    "QUANTITY_INVALID",
    `${name} is ${amount} gibibytes`,
    `Give whole gibibytes, ${SMALLEST_GIBIBYTES} or more: OCI makes no smaller block volume`,
  );
  return SMALLEST_GIBIBYTES;
}
