import { type Duration } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { type ControlPlaneLog, ControlPlaneLogging, controlPlaneLogging } from "./control-plane-logging";
import { clusterValue } from "./private/cluster-readers";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { fail, Problems } from "../core/validation-error";
import { compareOcids } from "../core/ocid";
import {
  displayName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, stemOf, shortHash } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { addLogGroup, addServiceLog, type ILogs } from "../network/logs/service-logs";
import { LoggingLog } from "../oci/logging-log";

/** Props for ControlPlaneLogs. */
export interface ControlPlaneLogsProps extends TaggingProps {
  /** The cluster; an imported cluster needs its `compartmentId`. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The options of the logs: processes, retention and compartment.
   *
   * @default ControlPlaneLogging.enabled()
   */
  readonly logging?: ControlPlaneLogging;
  /**
   * The prefix of the names of the log group and the logs.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const SERVICE = "oke-k8s-cp-prod";

const CONTROL_PLANE_LOGS = {
  cluster: clusterValue(),
  logging: withDefault(controlPlaneLogging(), ControlPlaneLogging.enabled()),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<ControlPlaneLogsProps>;

type ResolvedLogs = Resolved<typeof CONTROL_PLANE_LOGS>;

/**
 * Logs of the control plane's processes: a log group, and a log for each category.
 *
 * A SecureOkeCluster creates them by default; use this construct for imported clusters. The logs show the work and the failures of the
 * processes. They are not the Kubernetes audit log: requests to the API server and their users are in OCI Audit, as "OKE API Server Admin
 * Access".
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengviewingservicelogs.htm
 */
@checked
export class ControlPlaneLogs extends ResourceConstruct implements ILogs {
  public readonly logGroupId: string;
  public readonly compartmentId: string;

  /** The processes whose logs are kept, sorted. */
  public readonly logs: ControlPlaneLog[];
  /** The retention of the records. */
  public readonly retention: Duration;

  constructor(scope: Construct, id: string, props: ControlPlaneLogsProps) {
    const read = readLogs(scope, id, props);
    super(scope, id);
    const { cluster, logging } = read;
    const stem = stemOf(read.displayName ?? nameOf(this));
    const tags = tagsOf(this, read);
    this.compartmentId = logging.compartmentId ?? cluster.compartmentId;
    this.logs = logging.logs;
    this.retention = logging.retention ?? fail("the logging of the control plane has no retention");
    this.logGroupId = addLogGroup(this, {
      compartmentId: this.compartmentId,
      // The name of a log group is unique in its compartment, unlike that of a cluster.
      displayName: `${stem}-control-plane-${shortHash(this.node.path)}`,
      description: "Logs of the processes of the cluster's control plane",
      tags,
    });
    for (const category of logging.logs) {
      addServiceLog(this, category, {
        displayName: `${stem}-${category}`,
        logGroupId: this.logGroupId,
        retentionDays: this.retention.toDays(),
        compartmentId: cluster.compartmentId,
        service: SERVICE,
        category,
        resource: cluster.clusterId,
        tags,
      });
    }
  }
}

/** Creates the logs of a created cluster; returns nothing if they are disabled. */
export function keepControlPlaneLogs(
  cluster: ISecureOkeCluster,
  name: string,
  logging: ControlPlaneLogging,
  tags: TaggingProps,
): ILogs | undefined {
  if (!logging.isEnabled) {
    Acknowledgements._record(cluster, "auditing", "no logs of the control plane", logging.reason ?? "");
    return undefined;
  }
  return new ControlPlaneLogs(cluster, "ControlPlaneLogs", { cluster, logging, displayName: name, ...tags });
}

/** The logs of a cluster; throws if it has none. */
export function controlPlaneLogsOf(cluster: IConstruct, logs: ILogs | undefined): ILogs {
  if (logs) return logs;
  const problems = new Problems(cluster);
  problems.add(
    "ATTRIBUTE_MISSING",
    "controlPlaneLogs is not available, because the cluster was created with ControlPlaneLogging.none",
    "Create the cluster with controlPlaneLogs: ControlPlaneLogging.enabled(), or leave the prop out",
  );
  return problems.throwAll();
}

function readLogs(scope: Construct, id: string, props: ControlPlaneLogsProps): ResolvedLogs {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CONTROL_PLANE_LOGS);
  const { cluster, logging } = read;
  if (cluster) {
    problems.collect(() => cluster.compartmentId);
    // A cluster that is being created has no logs yet.
    if (cluster !== (scope as IConstruct)) checkNoOthers(problems, scope, cluster);
  }
  if (logging?.isEnabled === false) {
    problems.add(
      "VALUE_INVALID",
      "logging is ControlPlaneLogging.none",
      "Leave the construct out; to keep no logs, write controlPlaneLogs: ControlPlaneLogging.none({ reason }) at the SecureOkeCluster",
    );
  }
  return problems.resolved<ResolvedLogs>(read);
}

/** Adds a problem if the program already has such logs: OCI allows one log of each category for a cluster. */
function checkNoOthers(problems: Problems, scope: Construct, { clusterId }: ISecureOkeCluster): void {
  const isOfCluster = (construct: IConstruct): construct is LoggingLog => {
    const source = construct instanceof LoggingLog ? construct.configurationInput?.source : undefined;
    return (
      source?.service === SERVICE &&
      compareOcids({ scope, id: clusterId }, { scope: construct, id: source.resource }) === "same"
    );
  };
  const log = scope.node.root.node.findAll().find(isOfCluster);
  if (!log) return;
  problems.add(
    "NAME_DUPLICATE",
    `cluster already has logs of its control plane, ${log.node.scope?.node.path ?? log.node.path}`,
    "Use those, for example cluster.controlPlaneLogs, and configure them with controlPlaneLogs: ControlPlaneLogging.enabled({ … })",
  );
}
