import { type Duration } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { clusterValue } from "./private/cluster-readers";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import {
  reasonFor,
  checkedBy,
  choice,
  displayName,
  listOf,
  mapped,
  ocid,
  optional,
  type PropsSchema,
  readArguments,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { compareOcids } from "../core/ocid";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, shortHash, stemOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
import { fail, Problems } from "../core/validation-error";
import {
  addLogGroup,
  addServiceLog,
  DEFAULT_RETENTION,
  type ILogs,
  logRetention,
} from "../network/logs/service-logs";
import { LoggingLog } from "../oci/logging-log";

/**
 * A process of the control plane whose log is kept.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengviewingservicelogs.htm
 */
export enum ControlPlaneLog {
  /** All of them, in one log. */
  ALL = "all-service-logs",
  /** The API server; the only log with failures of OIDC token authentication. */
  API_SERVER = "kube-apiserver",
  /** The controllers of Kubernetes. */
  CONTROLLER_MANAGER = "kube-controller-manager",
  /** The scheduler. */
  SCHEDULER = "kube-scheduler",
  /** The OCI controllers, such as the load balancer controller. */
  CLOUD_CONTROLLER_MANAGER = "cloud-controller-manager",
}

/** Options for ControlPlaneLogging.enabled: processes, retention and compartment. */
export interface ControlPlaneLoggingOptions {
  /**
   * The processes whose logs are kept.
   *
   * @default - [ControlPlaneLog.ALL]
   */
  readonly logs?: ControlPlaneLog[];
  /**
   * The retention of the records: 30, 60, 90, 120, 150, or 180 days. `AuditArchive` keeps them for longer.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
  /**
   * The OCID of the compartment of the log group.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
}

const NO_LOGS = "A cluster without logs of its control plane";

const logList = checkedBy(
  listOf(
    choice(ControlPlaneLog, "a ControlPlaneLog"),
    "a list of ControlPlaneLog, or leave it out for all of them",
  ),
  (problems, name, logs) => {
    if (logs.length === 0) {
      const fix = "Give a list of ControlPlaneLog, or leave it out for all of them";
      problems.add("VALUE_INVALID", `${name} is empty`, fix);
    } else if (logs.includes(ControlPlaneLog.ALL) && new Set(logs).size > 1) {
      problems.add(
        "VALUE_INVALID",
        `${name} has ControlPlaneLog.ALL together with single processes`,
        "Give [ControlPlaneLog.ALL], or single processes only: OCI bills a record for each log that keeps it",
      );
    }
  },
);
const LOGGING_OPTIONS = {
  logs: withDefault(
    mapped(logList, (logs) => [...new Set(logs)].sort()),
    [ControlPlaneLog.ALL],
  ),
  retention: withDefault(logRetention(), DEFAULT_RETENTION),
  compartmentId: optional(ocid("compartment", "tenancy")),
} satisfies PropsSchema<ControlPlaneLoggingOptions>;

/** Whether the logs of the control plane's processes are kept. They are not the Kubernetes audit log, which is in OCI Audit. */
@checked
export class ControlPlaneLogging {
  /** Keeps logs. The default: all processes, for 90 days. */
  public static enabled(options: ControlPlaneLoggingOptions = {}): ControlPlaneLogging {
    const { logs, retention, compartmentId } = readArguments(
      "ControlPlaneLogging.enabled",
      options,
      LOGGING_OPTIONS,
    );
    return new ControlPlaneLogging(true, logs, retention, compartmentId);
  }

  /**
   * Keeps no logs: failures of webhooks, tokens, and controllers leave no trace.
   *
   * If another program keeps them, give that as the reason.
   */
  public static none(choice: ReasonedChoice): ControlPlaneLogging {
    const reason = readChoice("ControlPlaneLogging.none", NO_LOGS, choice);
    return new ControlPlaneLogging(false, [], undefined, undefined, reason);
  }

  private constructor(
    /** Whether logs are kept. */
    public readonly isEnabled: boolean,
    /** The processes whose logs are kept, sorted. */
    public readonly logs: ControlPlaneLog[],
    /** The retention of the records; undefined if no logs are kept. */
    public readonly retention?: Duration,
    /** The OCID of the compartment of the log group, if it is not the compartment of the cluster. */
    public readonly compartmentId?: string,
    /** The reason for keeping no logs, if they are disabled. */
    public readonly reason?: string,
  ) {}
}

/** Reads the logging of a cluster, which may come from another copy of the library. */
export function controlPlaneLogging(): Reader<ControlPlaneLogging> {
  return checkedBy(valueOf(ControlPlaneLogging), (problems, name, { isEnabled, retention, reason }) => {
    if (isEnabled) LOGGING_OPTIONS.retention(problems, `${name}.retention`, retention);
    else reasonFor(NO_LOGS)(problems, `${name}.reason`, reason);
  });
}

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
