import { type Duration } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "./cluster-base";
import { ControlPlaneLogging } from "./control-plane-logging";
import { type SecureOkeClusterProps } from "./cluster-props";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, stemOf } from "../core/resource-name";
import { shortHash } from "../core/short-hash";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { type ILogs } from "../network/logs/service-logs";
import { addLogGroup, addServiceLog } from "../network/logs/service-logs";
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

  /** @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE */
  constructor(scope: Construct, id: string, props: ControlPlaneLogsProps) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, logging = ControlPlaneLogging.enabled() } = props;
    const stem = props.displayName ?? nameOf(this);
    const tags = tagsOf(this, props);
    this.compartmentId = logging.compartmentId ?? cluster.compartmentId;
    this.logGroupId = addLogGroup(this, {
      compartmentId: this.compartmentId,
      // The name of a log group is unique in its compartment, unlike that of a cluster.
      displayName: `${stemOf(stem)}-control-plane-${shortHash(this.node.path)}`,
      description: "What the processes of the cluster's control plane do",
      tags,
    });
    for (const category of logging.logs) {
      addServiceLog(this, category, {
        displayName: `${stemOf(stem)}-${category}`,
        logGroupId: this.logGroupId,
        retentionDays: (logging.retention as Duration).toDays(),
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
  displayName: string,
  props: SecureOkeClusterProps,
): ILogs | undefined {
  const { controlPlaneLogs: logging, freeformTags, definedTags } = props;
  if (logging?.isEnabled === false) {
    Acknowledgements._record(cluster, "auditing", "no logs of the control plane", logging.reason ?? "");
    return undefined;
  }
  return new ControlPlaneLogs(cluster, "ControlPlaneLogs", {
    cluster,
    logging,
    displayName,
    freeformTags,
    definedTags,
  });
}

/** The logs of a cluster; throws if it has none. */
export function controlPlaneLogsOf(cluster: IConstruct, logs: ILogs | undefined): ILogs {
  if (logs) return logs;
  const problems = new Problems(cluster);
  problems.add(
    "ATTRIBUTE_MISSING",
    "The cluster keeps no logs of its control plane",
    "Give it controlPlaneLogs: ControlPlaneLogging.enabled(), or leave the prop out",
  );
  problems.throwIfAny();
  throw new Error("unreachable");
}

function check(scope: Construct, id: string, props: ControlPlaneLogsProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  const { cluster, logging } = props;
  checkGiven(problems, { cluster });
  const isCluster = checkMembers(
    problems,
    "cluster",
    cluster,
    ["clusterId", "network"],
    "the SecureOkeCluster",
  );
  if (isCluster) {
    problems.collect(() => cluster.compartmentId);
    // A cluster that is being created has none yet.
    if (cluster !== (scope as IConstruct)) checkKeptElsewhere(problems, scope, cluster);
  }
  const members = ["isEnabled", "logs"];
  if (
    checkMembers(problems, "logging", logging, members, "ControlPlaneLogging.enabled()") &&
    !logging?.isEnabled
  ) {
    problems.add(
      "VALUE_INVALID",
      "logging is ControlPlaneLogging.none",
      "Leave the construct out; to keep no logs, write controlPlaneLogs: ControlPlaneLogging.none({ reason }) at the SecureOkeCluster",
    );
  }
  checkTags(problems, props);
  problems.throwIfAny();
}

/** OCI allows one log of each category for a cluster. */
function checkKeptElsewhere(problems: Problems, scope: Construct, { clusterId }: ISecureOkeCluster): void {
  const isOf = (one: IConstruct): one is LoggingLog => {
    const source = one instanceof LoggingLog ? one.configurationInput?.source : undefined;
    return (
      source?.service === SERVICE &&
      compareOcids({ scope, id: clusterId }, { scope: one, id: source.resource }) === "same"
    );
  };
  const log = scope.node.root.node.findAll().find(isOf);
  if (!log) return;
  problems.add(
    "NAME_DUPLICATE",
    `The logs of the control plane are kept already, by ${log.node.scope?.node.path ?? log.node.path}`,
    "Take those, such as cluster.controlPlaneLogs, and set them with controlPlaneLogs: ControlPlaneLogging.enabled({ … })",
  );
}
