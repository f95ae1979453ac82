import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { Alarms } from "../../observability/alarms";
import { ClusterAlarms } from "../../observability/cluster-alarms";
import {
  type AcceptedSetting,
  type ExistingClusterGap,
  ExistingClusterSetting,
  type ExistingClusterSettings,
  ExistingClusterSettingState,
  GAP_TEXTS,
  gapsOf,
} from "./existing-cluster-gap";
import { type INotificationTopic } from "../../observability/notification-topic";
import { SavedSearches } from "../../observability/saved-searches";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";
import { ControlPlaneLogging, controlPlaneLogging, ControlPlaneLogs } from "../control-plane-logs";
import { HostScanning, NodeScanning, nodeScanning } from "../node-scanning";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider, terraformProvider } from "../../core/regions";
import {
  boolean,
  choice,
  listOf,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  reasonFor,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { type TaggingProps } from "../../core/tagging";
import { checkUnique } from "../../core/value-readers";
import { addWarning } from "../../core/warnings";
import { type FlowLogging, flowLogging } from "../../network/logs/flow-logging";
import { FlowLogs } from "../../network/logs/flow-logs";
import { type ILogs } from "../../network/logs/service-logs";

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

const ACCEPTED_SETTING = {
  setting: choice(ExistingClusterSetting, "a member of ExistingClusterSetting"),
  reason: reasonFor("An accepted setting"),
} satisfies PropsSchema<AcceptedSetting>;

const SETTINGS = {
  hasCustomerKey: optional(boolean()),
  hasPrivateEndpoint: optional(boolean()),
  requiresMetadataV2: optional(boolean()),
  encryptsVolumeTraffic: optional(boolean()),
} satisfies PropsSchema<ExistingClusterSettings>;

const HARDENED_EXISTING_CLUSTER = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  controlPlaneLogs: withDefault(controlPlaneLogging(), ControlPlaneLogging.enabled()),
  nodeScanning: withDefault(nodeScanning(), NodeScanning.enabled()),
  flowLogs: optional(flowLogging()),
  topic: optional(valueOf<INotificationTopic>("INotificationTopic")),
  alarms: optional(valueOf(Alarms)),
  settings: withDefault(objectOf(SETTINGS), {}),
  acceptedSettings: withDefault(listOf(objectOf(ACCEPTED_SETTING), "a list of { setting, reason }"), []),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<HardenedExistingClusterProps>;

type ResolvedHardening = Resolved<typeof HARDENED_EXISTING_CLUSTER>;

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readHardening(scope: Construct, id: string, props: HardenedExistingClusterProps): ResolvedHardening {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, HARDENED_EXISTING_CLUSTER);
  const { cluster, acceptedSettings = [] } = read;
  if (cluster) {
    problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId]);
    if (createdClusterOf(cluster)) {
      problems.add(
        "VALUE_INVALID",
        `cluster is ${cluster.node.path}, which this program creates`,
        "Use its own props, and ClusterAlarms; or write SecureOkeCluster.fromClusterAttributes",
      );
    }
  }
  checkUnique(
    problems,
    "acceptedSettings",
    acceptedSettings.map(({ setting }) => setting),
  );
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedHardening>(read);
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

  private readonly resolved: ResolvedHardening;

  constructor(scope: Construct, id: string, props: HardenedExistingClusterProps) {
    const resolved = readHardening(scope, id, props);
    super(scope, id);
    this.resolved = resolved;
    const { cluster, settings, acceptedSettings } = resolved;
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
    const { freeformTags, definedTags } = this.resolved;
    return { freeformTags, definedTags };
  }

  private keepLogs(): ILogs | undefined {
    const { cluster, controlPlaneLogs: logging } = this.resolved;
    if (!logging.isEnabled) {
      Acknowledgements._record(this, "auditing", "no logs of the control plane", logging.reason ?? "");
      return undefined;
    }
    return new ControlPlaneLogs(this, "ControlPlaneLogs", { cluster, logging, ...this.tags });
  }

  private scanNodes(): void {
    const { cluster, homeRegionProvider, nodeScanning } = this.resolved;
    const { isEnabled, options, reason = "" } = nodeScanning;
    if (!isEnabled) return Acknowledgements._record(this, "patching", "nodes that are not scanned", reason);
    new HostScanning(this, "HostScanning", { ...options, cluster, homeRegionProvider, ...this.tags });
  }

  private recordFlows(): ILogs | undefined {
    const { cluster, flowLogs } = this.resolved;
    if (!flowLogs) return undefined;
    if (!flowLogs.isEnabled) {
      Acknowledgements._record(this, "auditing", "no flow logs", flowLogs.reason ?? "");
      return undefined;
    }
    return new FlowLogs(this, "FlowLogs", { ...flowLogs.options, network: cluster.network, ...this.tags });
  }

  private watch(): void {
    const { cluster, topic, alarms, homeRegionProvider } = this.resolved;
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
