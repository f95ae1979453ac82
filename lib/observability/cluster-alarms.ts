import { type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type Alarm } from "./alarm";
import { ALARM_ROUTING_OPTIONS, type AlarmRoutingOptions, topicValue } from "./alarm-routing";
import { type Alarms } from "./alarms";
import { type AuditAlarm } from "./audit-alarm";
import { type EventAlarm } from "./event-alarm";
import { type MetricAlarm } from "./metric-alarm";
import { type INotificationTopic, NotificationTopic } from "./notification-topic";
import { CLUSTER_ID, OKE_METRICS } from "./private/alarm-kind";
import { connectorStatement } from "./private/connector-statement";
import { type IObservedCluster } from "./observed-cluster";
import { checkHomeRegionProvider, terraformProvider, checkRegionWhenWritten } from "../core/regions";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { addWarning } from "../core/warnings";
import { nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { EventsRule } from "../oci/events-rule";
import { IdentityPolicy } from "../oci/identity-policy";
import { MonitoringAlarm } from "../oci/monitoring-alarm";
import { SchServiceConnector } from "../oci/sch-service-connector";

/** Props for ClusterAlarms. */
export interface ClusterAlarmsProps extends AlarmRoutingOptions, TaggingProps {
  /** The cluster to monitor. */
  readonly cluster: IObservedCluster;
  /** The topic of the messages, in the region of the cluster. */
  readonly topic: INotificationTopic;
  /**
   * The provider of the tenancy's home region, in which policies are created and IAM events are emitted.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const MESSAGE_FORMAT = "ONS_OPTIMIZED";

const CLUSTER_ALARMS = {
  cluster: valueOf<IObservedCluster>("IObservedCluster"),
  topic: topicValue(),
  homeRegionProvider: optional(terraformProvider()),
  ...ALARM_ROUTING_OPTIONS,
  ...taggingReaders(),
} satisfies PropsSchema<ClusterAlarmsProps>;

type ReadAlarms = Resolved<typeof CLUSTER_ALARMS>;

/** The props, with what follows from the cluster. */
interface ResolvedAlarms extends ReadAlarms {
  readonly compartmentId: string;
  readonly auditCompartmentIds: string[];
}

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readAlarms(scope: Construct, id: string, props: ClusterAlarmsProps): ResolvedAlarms {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CLUSTER_ALARMS);
  const { cluster, homeRegionProvider } = read;
  const compartmentId = read.compartmentId ?? (cluster && problems.collect(() => cluster.compartmentId));
  checkHomeRegionTopic(problems, read, homeRegionProvider);
  checkHomeRegionProvider(problems, scope, homeRegionProvider);
  if (cluster && read.alarms) checkNoDoubles(problems, scope, cluster, read.alarms);
  const { auditCompartmentIds = cluster && auditCompartmentsOf(cluster) } = read;
  return problems.resolved<ResolvedAlarms>({ ...read, compartmentId, auditCompartmentIds });
}

/** Adds a problem if the subscribers to messages from the home region are unknown. */
export function checkHomeRegionTopic(
  problems: Problems,
  {
    topic,
    homeRegionTopic,
  }: { readonly topic?: INotificationTopic; readonly homeRegionTopic?: INotificationTopic },
  homeRegionProvider: TerraformProvider | undefined,
  place = "",
): void {
  if (!homeRegionProvider || homeRegionTopic || !topic || "subscribers" in topic) return;
  problems.add(
    "ATTRIBUTE_MISSING",
    `${place}homeRegionTopic was not given, and the subscribers of topic are unknown`,
    "Give a topic of the home region: NotificationTopic.fromNotificationTopicAttributes(stack, id, { topicId, compartmentId })",
  );
}

/** Adds a problem for alarms that the cluster already has, such as the default alarms of a SecureOkeCluster. */
function checkNoDoubles(
  problems: Problems,
  scope: Construct,
  cluster: IObservedCluster,
  alarms: Alarms,
): void {
  // A cluster that is being created has no alarms yet.
  if (cluster === (scope as IConstruct)) return;
  const names = alarms.list.map(({ name }) => name);
  const isOfCluster = (construct: IConstruct): construct is ClusterAlarms =>
    construct instanceof ClusterAlarms && construct.cluster === cluster;
  for (const other of scope.node.root.node.findAll().filter(isOfCluster)) {
    const doubles = other.alarms.list.map(({ name }) => name).filter((name) => names.includes(name));
    if (doubles.length === 0) continue;
    problems.add(
      "NAME_DUPLICATE",
      `alarms contains ${doubles.join(", ")}, which ${other.node.path} has for the same cluster`,
      "Configure the alarms of a SecureOkeCluster by its prop, alarms: AlarmRouting.toTopic(topic), or give other alarms",
    );
  }
}

/** The compartments of the cluster and of its network, which an imported cluster may not have. */
function auditCompartmentsOf(cluster: IObservedCluster): string[] {
  const ofNetwork = new Problems("network").collect(() => cluster.network.compartmentId);
  const ofCluster = new Problems("cluster").collect(() => cluster.compartmentId);
  return [ofCluster, ofNetwork].filter((id): id is string => id !== undefined);
}

/**
 * The alarms of a cluster on metrics, events, and OCI Audit records, with messages to a topic.
 *
 * docs/watching.md lists the recommended alarms with their purpose and response.
 *
 * @see https://docs.oracle.com/iaas/Content/Monitoring/Concepts/monitoringoverview.htm
 */
@checked
export class ClusterAlarms extends ResourceConstruct {
  /** The cluster to monitor. */
  public readonly cluster: IObservedCluster;
  /** The topic of the messages. */
  public readonly topic: INotificationTopic;
  /** The alarms. */
  public readonly alarms: Alarms;
  /** The OCID of the compartment of the alarms. */
  public readonly compartmentId: string;
  private readonly resolved: ResolvedAlarms;
  private ownHomeTopic?: NotificationTopic;

  constructor(scope: Construct, id: string, props: ClusterAlarmsProps) {
    const resolved = readAlarms(scope, id, props);
    super(scope, id);
    this.resolved = resolved;
    this.cluster = resolved.cluster;
    this.topic = resolved.topic;
    this.alarms = resolved.alarms;
    this.compartmentId = resolved.compartmentId;
    checkRegionWhenWritten(this, "topic", this.topic.topicId);
    const all = this.alarms.list;
    for (const alarm of all.filter(isMetric)) this.addMetricAlarm(alarm);
    for (const alarm of all.filter(isEvent)) this.addEventRule(alarm);
    const audit = all.filter(isAudit);
    if (audit.length > 0) this.watchAudit(audit);
    for (const { name, reason } of this.alarms.omitted) {
      Acknowledgements._record(this, "auditing", `no alarm ${name}`, reason);
    }
  }

  private addMetricAlarm(alarm: MetricAlarm): void {
    const { cluster, topic } = this.resolved;
    for (const metric of alarm._unknownMetrics()) {
      addWarning(
        this,
        `[alarm-metric] ${this.node.path}: the alarm ${alarm.name} reads ${metric}, which OKE does not document in oci_oke. ` +
          `Without such a metric it never fires. Write one of ${OKE_METRICS.join(", ")}, or the namespace of the metric.`,
      );
    }
    new MonitoringAlarm(this, alarm.name, {
      compartmentId: this.compartmentId,
      metricCompartmentId: cluster.compartmentId,
      displayName: `${nameOf(this)}-${alarm.name}`,
      namespace: alarm.metricNamespace,
      query: this.ofCluster(alarm.query),
      severity: alarm.severity,
      pendingDuration: `PT${alarm.pendingMinutes}M`,
      destinations: [topic.topicId],
      isEnabled: true,
      body: `${alarm.purpose}\n\n${alarm.response}`,
      messageFormat: MESSAGE_FORMAT,
      ...tagsOf(this, this.resolved),
    });
  }

  private addEventRule(alarm: EventAlarm): void {
    const isOfHome = alarm._isOfHomeRegion;
    const topic = isOfHome ? this.homeTopic : this.resolved.topic;
    new EventsRule(this, alarm.name, {
      provider: isOfHome ? this.resolved.homeRegionProvider : undefined,
      compartmentId: this.compartmentId,
      displayName: `${nameOf(this)}-${alarm.name}`,
      description: `${alarm.purpose} ${alarm.response}`,
      isEnabled: true,
      condition: this.ofCluster(JSON.stringify(alarm._condition)),
      actions: { action: [{ actionType: "ONS", isEnabled: true, topicId: topic.topicId }] },
      ...tagsOf(this, this.resolved),
    });
  }

  /** One connector for all audit alarms: a tenancy has a low limit of them. */
  private watchAudit(alarms: readonly AuditAlarm[]): void {
    const { auditCompartmentIds, topic, homeRegionProvider } = this.resolved;
    const policy = new IdentityPolicy(this, "AuditPolicy", {
      provider: homeRegionProvider,
      compartmentId: topic.compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-audit`),
      description: "Lets the connector send records of OCI Audit to the topic of the alarms",
      statements: [
        connectorStatement("use ons-topics", topic.compartmentId, this.compartmentId, {
          "target.topic.id": topic.topicId,
        }),
      ],
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, this.resolved),
    });
    new SchServiceConnector(this, "Audit", {
      compartmentId: this.compartmentId,
      displayName: `${nameOf(this)}-audit`,
      description: `Watches OCI Audit for ${alarms.map(({ name }) => name).join(", ")}`,
      source: {
        kind: "logging",
        logSources: [...new Set(auditCompartmentIds)].map((compartmentId) => ({
          compartmentId,
          logGroupId: "_Audit",
        })),
      },
      tasks: [
        { kind: "logRule", condition: this.ofCluster(anyOf(alarms.map(({ condition }) => condition))) },
      ],
      target: { kind: "notifications", topicId: topic.topicId, enableFormattedMessaging: true },
      dependsOn: [policy],
      ...tagsOf(this, this.resolved),
    });
  }

  private get homeTopic(): INotificationTopic {
    const { topic, homeRegionTopic, homeRegionProvider } = this.resolved;
    if (homeRegionTopic || !homeRegionProvider) return homeRegionTopic ?? topic;
    if (!this.ownHomeTopic) {
      const { topicName } = topic as NotificationTopic;
      this.ownHomeTopic = new NotificationTopic(this, "HomeRegionTopic", {
        compartmentId: topic.compartmentId,
        topicName: `${stemOf(topicName)}-home`,
        topicProvider: homeRegionProvider,
        freeformTags: this.resolved.freeformTags,
        definedTags: this.resolved.definedTags,
      });
      (topic as NotificationTopic)._copySubscribersTo(this.ownHomeTopic);
    }
    return this.ownHomeTopic;
  }

  private ofCluster(text: string): string {
    return text.split(CLUSTER_ID).join(this.resolved.cluster.clusterId);
  }
}

const isMetric = (alarm: Alarm): alarm is MetricAlarm => alarm._kind === "metric";
const isEvent = (alarm: Alarm): alarm is EventAlarm => alarm._kind === "event";
const isAudit = (alarm: Alarm): alarm is AuditAlarm => alarm._kind === "audit";

/** A condition that is true if any of the conditions is. */
function anyOf(conditions: readonly string[]): string {
  return conditions.map((condition) => `(${condition})`).join(" or ");
}
