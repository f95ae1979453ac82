import { type Duration } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { DURATION } from "./private/amounts";
import { checkNoLogger, noteLogger } from "./private/loggers";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider } from "../../core/home-region";
import { checkOcidIfGiven } from "../../core/ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, policyNameOf } from "../../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";
import { IdentityDynamicGroup } from "../../oci/identity-dynamic-group";
import { IdentityPolicy } from "../../oci/identity-policy";
import { LoggingLog } from "../../oci/logging-log";
import { LoggingLogGroup } from "../../oci/logging-log-group";
import { LoggingUnifiedAgentConfiguration } from "../../oci/logging-unified-agent-configuration";

/** Props for OciContainerLogging. */
export interface OciContainerLoggingProps extends TaggingProps {
  /** The cluster whose containers' logs are collected. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The OCID of the dynamic group of the nodes, such as that of a NodeRegistryAccess; either this or `tenancyId`.
   *
   * @default - none
   */
  readonly dynamicGroupId?: string;
  /**
   * The OCID of the tenancy, in which a dynamic group of all instances of the cluster's compartment is made; either this or `dynamicGroupId`.
   *
   * @default - none
   */
  readonly tenancyId?: string;
  /**
   * The OCID of the compartment of the log group; who may read there sees what all containers log.
   *
   * @default - that of the cluster
   */
  readonly compartmentId?: string;
  /**
   * How long lines are kept: 30, 60, 90, 120, 150 or 180 days.
   *
   * @default - 90 days
   */
  readonly retention?: Duration;
  /**
   * The provider of the tenancy's home region, where IAM resources are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const RETENTIONS = [30, 60, 90, 120, 150, 180];
const DEFAULT_RETENTION = 90;
/** What Oracle's page names lies in /var/logs, which no node has. */
const PATHS = ["/var/log/containers/*.log"];

/** Validates the props before anything is made; throws with all that is wrong. */
function read(scope: Construct, id: string, given: OciContainerLoggingProps): number {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<OciContainerLoggingProps> = given ?? {};
  const { cluster, dynamicGroupId, tenancyId } = props;
  checkGiven(problems, { cluster });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => cluster?.compartmentId);
    checkNoLogger(problems, cluster);
  }
  checkOcidIfGiven(problems, "dynamicGroupId", dynamicGroupId, "dynamicgroup");
  checkOcidIfGiven(problems, "tenancyId", tenancyId, "tenancy");
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  if ((dynamicGroupId === undefined) === (tenancyId === undefined)) {
    problems.add(
      "ATTRIBUTE_MISSING",
      dynamicGroupId === undefined
        ? "Neither dynamicGroupId nor tenancyId was given"
        : "Both dynamicGroupId and tenancyId were given",
      "Give the dynamic group of the nodes, or the tenancy to make one in",
    );
  }
  const days = checkDays(problems, props.retention);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
  return days;
}

function checkDays(problems: Problems, retention: Duration | undefined): number {
  if (retention !== undefined && !DURATION(problems, "retention", retention)) return DEFAULT_RETENTION;
  const days = retention?.toDays({ integral: false }) ?? DEFAULT_RETENTION;
  if (!RETENTIONS.includes(days)) {
    problems.add("COUNT_INVALID", `retention is ${days} days`, `Give one of ${RETENTIONS.join(", ")} days`);
  }
  return days;
}

/**
 * The logs of all containers of a cluster in OCI Logging, sent by the Oracle Cloud Agent that the nodes have: no pod and no credential.
 *
 * The agent neither redacts, nor joins stack traces, nor knows the labels of pods: the name of a file says pod, namespace and container.
 * Where that is needed, a ClusterLogging does it. A cluster has one of the two. The nodes must have the plugin "Custom Logs Monitoring"
 * on, as images of OKE have, and reach the service by the service gateway. No tenancy has confirmed it yet.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengviewingworkernodelogs.htm
 * @see https://docs.oracle.com/iaas/Content/Logging/Concepts/agent_management.htm
 */
@checked
export class OciContainerLogging extends ResourceConstruct {
  /** The OCID of the log. */
  public readonly logId: string;
  /** The OCID of the log group. */
  public readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  public readonly compartmentId: string;
  /** How many days lines are kept. */
  public readonly retentionDays: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OciContainerLoggingProps,
  ) {
    const days = read(scope, id, props);
    super(scope, id);
    const { cluster } = props;
    const tags = tagsOf(this, props);
    const displayName = nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    this.retentionDays = days;
    this.compartmentId = props.compartmentId ?? cluster.compartmentId;
    const common = { compartmentId: this.compartmentId, displayName, ...tags };
    const group = new LoggingLogGroup(this, "LogGroup", {
      ...common,
      description: "What the containers of the cluster log",
    });
    this.logGroupId = group.id;
    const log = new LoggingLog(this, "Log", {
      displayName,
      logGroupId: group.id,
      logType: "CUSTOM",
      isEnabled: true,
      retentionDuration: days,
      ...tags,
    });
    this.logId = log.id;
    const groupId = props.dynamicGroupId ?? this.addGroup(displayName, tags);
    const policy = new IdentityPolicy(this, "Policy", {
      provider: props.homeRegionProvider,
      compartmentId: this.compartmentId,
      name: policyNameOf(this, displayName),
      description: "Lets nodes send what their containers log",
      statements: [
        `Allow dynamic-group id ${groupId} to use log-content in compartment id ${this.compartmentId}`,
      ],
      lifecycle: { ignoreChanges: ["name"] },
      ...tags,
    });
    new LoggingUnifiedAgentConfiguration(this, "Resource", {
      ...common,
      description: "Sends what containers log to OCI Logging",
      isEnabled: true,
      groupAssociation: { groupList: [groupId] },
      serviceConfiguration: {
        configurationType: "LOGGING",
        sources: [
          {
            name: "containers",
            sourceType: "LOG_TAIL",
            paths: PATHS,
            parser: { parserType: "CRI" },
          },
        ],
        destination: { logObjectId: log.id },
      },
      dependsOn: [policy],
    });
    noteLogger(cluster, this);
  }

  private addGroup(name: string, tags: TaggingProps): string {
    const { cluster, homeRegionProvider, tenancyId = "" } = this.props;
    return new IdentityDynamicGroup(this, "Nodes", {
      provider: homeRegionProvider,
      compartmentId: tenancyId,
      name: policyNameOf(this, `${name}-nodes`),
      description: "Nodes whose containers' logs are collected",
      matchingRule: `ALL {instance.compartment.id = '${cluster.compartmentId}'}`,
      lifecycle: { ignoreChanges: ["name"] },
      ...tags,
    }).id;
  }
}
