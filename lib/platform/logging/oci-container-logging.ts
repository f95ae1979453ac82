import { type Duration } from "cdk8s";
import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { checkCompartmentNotLogged, checkNoLogger, registerLogger } from "./private/loggers";
import { checkOneGiven } from "../private/platform-readers";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  checkedBy,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  wholeDuration,
  withDefault,
} from "../../core/readers";
import { checkHomeRegionProvider, terraformProvider } from "../../core/regions";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
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
   * The OCID of the tenancy, in which to create a dynamic group of all instances of the cluster's compartment; either this or
   * `dynamicGroupId`.
   *
   * It matches the nodes of other clusters in the compartment, too: give a `dynamicGroupId` if there are any.
   *
   * @default - none
   */
  readonly tenancyId?: string;
  /**
   * The OCID of the compartment of the log group; whoever can read logs there sees those of all containers.
   *
   * @default - that of the cluster
   */
  readonly compartmentId?: string;
  /**
   * The retention of lines: 30, 60, 90, 120, 150 or 180 days.
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

/** In days. */
const RETENTIONS = [30, 60, 90, 120, 150, 180];
/** Oracle's page names /var/logs, which does not exist on nodes. */
const PATHS = ["/var/log/containers/*.log"];

/** Reads one of the retentions that OCI offers, in days. */
const retention = checkedBy(
  wholeDuration("days", { least: 30, most: 180, example: "Duration.days(90)" }),
  (problems, name, days) => {
    if (RETENTIONS.includes(days)) return;
    problems.add("DURATION_INVALID", `${name} is ${days} days`, `Give one of ${RETENTIONS.join(", ")} days`);
  },
);

const CONTAINER_LOGGING = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  dynamicGroupId: optional(ocid("dynamicgroup")),
  tenancyId: optional(ocid("tenancy")),
  compartmentId: optional(ocid("compartment", "tenancy")),
  retention: withDefault(retention, 90),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<OciContainerLoggingProps>;

/** The props, with the compartment of the log group. */
interface ResolvedContainerLogging extends Resolved<typeof CONTAINER_LOGGING> {
  readonly compartmentId: string;
}

/** Reads the props before anything is created, so that the id stays free if they are rejected. */
function readContainerLogging(
  scope: Construct,
  id: string,
  props: OciContainerLoggingProps,
): ResolvedContainerLogging {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CONTAINER_LOGGING);
  const { cluster, homeRegionProvider } = read;
  const ofCluster = cluster && problems.collect(() => cluster.compartmentId);
  checkNoLogger(problems, cluster);
  checkOneGiven(problems, props, ["dynamicGroupId", "tenancyId"], {
    code: "ATTRIBUTE_MISSING",
    fix: "Give the dynamic group of the nodes, or the tenancy in which to create one",
  });
  if (cluster && ofCluster !== undefined && read.tenancyId !== undefined) {
    checkCompartmentNotLogged(problems, cluster, ofCluster);
  }
  checkHomeRegionProvider(problems, scope, homeRegionProvider);
  return problems.resolved<ResolvedContainerLogging>({
    ...read,
    compartmentId: read.compartmentId ?? ofCluster,
  });
}

/**
 * The logs of all containers of a cluster in OCI Logging, sent by the Oracle Cloud Agent that the nodes have: no pod and no credential.
 *
 * The agent does not redact lines, join stack traces, or add the labels of pods; the name of a file contains the pod, the namespace and the
 * container. A ClusterLogging does all of that. A cluster has one of the two. The nodes must have the plugin "Custom Logs Monitoring"
 * enabled, as OKE images have, and reach the service through the service gateway. This was not yet tested in a tenancy.
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
  /** The retention of lines, in days. */
  public readonly retentionDays: number;

  private readonly resolved: ResolvedContainerLogging;

  constructor(scope: Construct, id: string, props: OciContainerLoggingProps) {
    const resolved = readContainerLogging(scope, id, props);
    super(scope, id);
    this.resolved = resolved;
    const { cluster } = resolved;
    const tags = tagsOf(this, resolved);
    const displayName = nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    this.retentionDays = resolved.retention;
    this.compartmentId = resolved.compartmentId;
    const common = { compartmentId: this.compartmentId, displayName, ...tags };
    const group = new LoggingLogGroup(this, "LogGroup", {
      ...common,
      description: "Logs of the containers of the cluster",
    });
    this.logGroupId = group.id;
    const log = new LoggingLog(this, "Log", {
      displayName,
      logGroupId: group.id,
      logType: "CUSTOM",
      isEnabled: true,
      retentionDuration: resolved.retention,
      ...tags,
    });
    this.logId = log.id;
    const groupId = resolved.dynamicGroupId ?? this.addGroup(displayName, tags);
    const policy = new IdentityPolicy(this, "Policy", {
      provider: resolved.homeRegionProvider,
      compartmentId: this.compartmentId,
      name: policyNameOf(this, displayName),
      description: "Lets nodes send the logs of their containers",
      statements: [
        `Allow dynamic-group id ${groupId} to use log-content in compartment id ${this.compartmentId}`,
      ],
      lifecycle: { ignoreChanges: ["name"] },
      ...tags,
    });
    new LoggingUnifiedAgentConfiguration(this, "Resource", {
      ...common,
      description: "Sends the logs of containers to OCI Logging",
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
    const wholeCompartmentId = resolved.tenancyId === undefined ? undefined : cluster.compartmentId;
    registerLogger(cluster, this, { wholeCompartmentId });
  }

  private addGroup(name: string, tags: TaggingProps): string {
    const { cluster, homeRegionProvider, tenancyId = "" } = this.resolved;
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
