import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type Alarms } from "./alarms";
import { ClusterAlarms } from "./cluster-alarms";
import {
  type AcceptedSetting,
  type ExistingClusterGap,
  ExistingClusterSetting,
  type ExistingClusterSettings,
  ExistingClusterSettingState,
} from "./existing-cluster-gap";
import { type INotificationTopic } from "./notification-topic";
import { GAP_TEXTS, gapsOf } from "./private/existing-cluster-gaps";
import { SavedSearches } from "./saved-searches";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { ControlPlaneLogging } from "../cluster/control-plane-logging";
import { ControlPlaneLogs } from "../cluster/control-plane-logs";
import { HostScanning } from "../cluster/host-scanning";
import { NodeScanning } from "../cluster/node-scanning";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkHomeRegionProvider } from "../core/home-region";
import { checkReason } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { checkTags, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { type FlowLogging, flowLogging } from "../network/logs/flow-logging";
import { FlowLogs } from "../network/logs/flow-logs";
import { type ILogs } from "../network/logs/service-logs";

/** Props for HardenedExistingCluster. */
export interface HardenedExistingClusterProps extends TaggingProps {
  /** The cluster, as `SecureOkeCluster.fromClusterAttributes`. It needs its compartment and its network. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The logs of the control plane's processes.
   *
   * @default ControlPlaneLogging.enabled()
   */
  readonly controlPlaneLogs?: ControlPlaneLogging;
  /**
   * The scanning of the nodes.
   *
   * @default NodeScanning.enabled()
   */
  readonly nodeScanning?: NodeScanning;
  /**
   * The flow logs of the network. Ask the owner of the network first: each flow is billed as often as it is recorded.
   *
   * @default - none
   */
  readonly flowLogs?: FlowLogging;
  /**
   * Where messages of alarms go.
   *
   * @default - no alarms; the warning `existing-cluster-alarms` says so
   */
  readonly topic?: INotificationTopic;
  /**
   * What is watched, where there is a topic.
   *
   * @default Alarms.recommended()
   */
  readonly alarms?: Alarms;
  /**
   * What is known of settings that nothing outside of the cluster can harden.
   *
   * @default - nothing, and `gaps` lists them as unknown
   */
  readonly settings?: ExistingClusterSettings;
  /**
   * Insecure settings that are accepted; each is kept as an acknowledgement.
   *
   * @default - none; each insecure setting gives the warning `existing-cluster`
   */
  readonly acceptedSettings?: AcceptedSetting[];
  /**
   * The provider of the tenancy's home region, where policies are written and events of IAM are emitted.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * Hardens a cluster that another tool created, as far as that needs no change of the cluster.
 *
 * It adds the logs of the control plane, the scanning of the nodes, alarms, saved searches, and on request flow logs. None of them
 * touches the cluster. `gaps` lists the settings that only the owner of the cluster can change, or that nobody can.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmodifyingcluster.htm
 */
@checked
export class HardenedExistingCluster extends ResourceConstruct {
  /** The logs of the control plane's processes. @default - none, with ControlPlaneLogging.none */
  public readonly controlPlaneLogs?: ILogs;
  /** The flow logs of the network. @default - none */
  public readonly flowLogs?: ILogs;
  /** The settings that can't be hardened from outside of the cluster, secure ones too. */
  public readonly gaps: ExistingClusterGap[];

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, REASON_MISSING, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE,
   * PROVIDER_INVALID
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: HardenedExistingClusterProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, settings = {}, acceptedSettings = [] } = props;
    this.controlPlaneLogs = this.keepLogs();
    this.scanNodes();
    this.flowLogs = this.recordFlows();
    this.watch();
    this.gaps = gapsOf(cluster, settings, acceptedSettings);
    for (const { setting, reason } of acceptedSettings) {
      Acknowledgements._record(this, GAP_TEXTS[setting].practice, `a cluster without ${setting}`, reason);
    }
    this.warn();
  }

  private get tags(): TaggingProps {
    const { freeformTags, definedTags } = this.props;
    return { freeformTags, definedTags };
  }

  private keepLogs(): ILogs | undefined {
    const { cluster, controlPlaneLogs: logging = ControlPlaneLogging.enabled() } = this.props;
    if (!logging.isEnabled) {
      Acknowledgements._record(this, "auditing", "no logs of the control plane", logging.reason ?? "");
      return undefined;
    }
    return new ControlPlaneLogs(this, "ControlPlaneLogs", { cluster, logging, ...this.tags });
  }

  private scanNodes(): void {
    const { cluster, homeRegionProvider, nodeScanning = NodeScanning.enabled() } = this.props;
    const { isEnabled, options, reason = "" } = nodeScanning;
    if (!isEnabled) return Acknowledgements._record(this, "patching", "nodes that are not scanned", reason);
    new HostScanning(this, "HostScanning", { ...options, cluster, homeRegionProvider, ...this.tags });
  }

  private recordFlows(): ILogs | undefined {
    const { cluster, flowLogs } = this.props;
    if (!flowLogs) return undefined;
    if (!flowLogs.isEnabled) {
      Acknowledgements._record(this, "auditing", "no flow logs", flowLogs.reason ?? "");
      return undefined;
    }
    return new FlowLogs(this, "FlowLogs", { ...flowLogs.options, network: cluster.network, ...this.tags });
  }

  private watch(): void {
    const { cluster, topic, alarms, homeRegionProvider } = this.props;
    new SavedSearches(this, "SavedSearches", { cluster, ...this.tags });
    if (topic) {
      new ClusterAlarms(this, "Alarms", { cluster, topic, alarms, homeRegionProvider, ...this.tags });
      return;
    }
    addWarning(
      this,
      `[existing-cluster-alarms] ${this.node.path} has no alarms: give it a topic, new NotificationTopic(stack, id, { compartmentId, subscribers })`,
    );
  }

  private warn(): void {
    const insecure = this.gaps.filter(
      ({ state, acceptedReason }) =>
        state === ExistingClusterSettingState.INSECURE && acceptedReason === undefined,
    );
    for (const { setting, why, isChangeableInPlace, remedy } of insecure) {
      const how = isChangeableInPlace ? "" : " OKE can't change it.";
      addWarning(this, `[existing-cluster] ${setting}: ${why}.${how} ${remedy}`);
    }
  }
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: HardenedExistingClusterProps): void {
  const props: Partial<HardenedExistingClusterProps> = given ?? {};
  const { cluster, topic, homeRegionProvider } = props;
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkGiven(problems, { cluster });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => [cluster?.compartmentId, cluster?.network.compartmentId]);
    if (cluster && "encryption" in cluster) {
      problems.add(
        "VALUE_INVALID",
        `cluster is ${cluster.node.path}, which this program creates`,
        "Use its own props, and ClusterAlarms; or write SecureOkeCluster.fromClusterAttributes",
      );
    }
  }
  ControlPlaneLogging._check(problems, "controlPlaneLogs", props.controlPlaneLogs);
  NodeScanning._check(problems, "nodeScanning", props.nodeScanning);
  if (props.flowLogs !== undefined) flowLogging()(problems, "flowLogs", props.flowLogs);
  const instead = "new NotificationTopic(stack, id, { compartmentId, subscribers })";
  checkMembers(problems, "topic", topic, ["topicId", "compartmentId"], instead);
  checkAccepted(problems, props.acceptedSettings ?? []);
  checkHomeRegionProvider(problems, scope, homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkAccepted(problems: Problems, accepted: readonly AcceptedSetting[]): void {
  const all: readonly unknown[] = Object.values(ExistingClusterSetting);
  const seen = new Set<string>();
  for (const { setting, reason } of accepted) {
    if (!all.includes(setting)) {
      const fix = "Write one of ExistingClusterSetting";
      problems.add("VALUE_INVALID", `acceptedSettings has the setting ${shown(setting)}`, fix);
    }
    if (seen.has(setting)) {
      problems.add("NAME_DUPLICATE", `acceptedSettings names ${setting} twice`, "Name each setting once");
    }
    seen.add(setting);
    checkReason(problems, `acceptedSettings, the setting ${shown(setting)},`, reason);
  }
}
