import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { DEFAULT_RETENTION, logRetention, addLogGroup, addServiceLog, logName } from "./service-logs";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { StateOfTree } from "../../core/construct-state";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import {
  checkedBy,
  choice,
  listOf,
  ocid,
  passing,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../../core/readers";
import { identityOf } from "../../core/terraform-text";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";

/** The paths of the constructs that attached something to a load balancer, by what it is and the load balancer. */
const attachments = new StateOfTree(() => new Map<string, string>());

/** An attachment that a load balancer can have only once. */
interface Attachment {
  /** The beginning of the error message, such as "A web application firewall protects". */
  readonly what: string;
  readonly loadBalancerId: string;
  /** The fix to suggest instead of a second attachment. */
  readonly fix: string;
}

/**
 * Reads the OCID of a load balancer.
 *
 * @param because why a network load balancer can't be used, such as `have no access logs`
 */
export function loadBalancerId(because: string): Reader<string> {
  return passing<string>((problems, name, id) => {
    const isNetwork = typeof id === "string" && id.startsWith("ocid1.networkloadbalancer.");
    if (Token.isUnresolved(id) || !isNetwork) {
      checkOcid(problems, name, id, "loadbalancer");
      return;
    }
    problems.add(
      "LOAD_BALANCER_INVALID",
      `${name} is ${shown(id)}: network load balancers don't read the requests that they pass on, and ${because}`,
      "Expose the workload through LoadBalancerType.LOAD_BALANCER with TlsTermination.atLoadBalancer",
    );
  });
}

/** Adds a problem if the load balancer already has an attachment of this kind in any stack of the app. */
export function checkUnattached(problems: Problems, scope: IConstruct, attachment: Attachment): void {
  const { what, fix } = attachment;
  const owner = attachments.of(scope).get(keyOf(scope, attachment));
  if (owner !== undefined) problems.add("NAME_DUPLICATE", `${what} the load balancer already: ${owner}`, fix);
}

/** Records the owner of an attachment for the lifetime of the app. */
export function attach(scope: IConstruct, attachment: Attachment): void {
  attachments.of(scope).set(keyOf(scope, attachment), scope.node.path);
}

function keyOf(scope: IConstruct, attachment: Attachment): string {
  return `${attachment.what} ${identityOf(scope, attachment.loadBalancerId)}`;
}

/** The logs of a load balancer. */
export enum LoadBalancerLog {
  /** The access log: client, target and response of each request. */
  ACCESS = "access",
  /** The error log: failures such as backends that don't respond. */
  ERROR = "error",
}

/** Props for LoadBalancerLogs. */
export interface LoadBalancerLogsProps extends TaggingProps {
  /** The OCID of the compartment of the log group; everyone who may read it sees the addresses of clients and the paths they request. */
  readonly compartmentId: string;
  /**
   * The OCID of the load balancer.
   *
   * The load balancer of a Service has an OCID after the cloud controller has created it: `oci lb load-balancer list` prints it.
   */
  readonly loadBalancerId: string;
  /**
   * The logs to enable.
   *
   * @default - both
   */
  readonly logs?: LoadBalancerLog[];
  /**
   * The retention of the records: 30, 60, 90, 120, 150 or 180 days.
   *
   * @default Duration.days(90)
   */
  readonly retention?: Duration;
}

const LOAD_BALANCER_LOGS = {
  compartmentId: ocid("compartment", "tenancy"),
  loadBalancerId: loadBalancerId("have no access logs"),
  logs: withDefault(
    checkedBy(
      listOf(
        choice(LoadBalancerLog, "LoadBalancerLog.ACCESS or LoadBalancerLog.ERROR"),
        "a list of LoadBalancerLog.ACCESS and LoadBalancerLog.ERROR",
      ),
      checkNotEmpty,
    ),
    [LoadBalancerLog.ACCESS, LoadBalancerLog.ERROR],
  ),
  retention: withDefault(logRetention(), DEFAULT_RETENTION),
  ...taggingReaders(),
} satisfies PropsSchema<LoadBalancerLogsProps>;

/**
 * Access and error logs of a load balancer: a log group with one log for each of them.
 *
 * Network load balancers have no such logs; use FlowLogs to record their connections.
 *
 * @see https://docs.oracle.com/iaas/Content/Logging/Reference/details_for_load_balancer_logs.htm
 */
@checked
export class LoadBalancerLogs extends ResourceConstruct {
  /** The OCID of the log group. */
  public readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  public readonly compartmentId: string;
  /** The logs that are enabled. */
  public readonly logs: LoadBalancerLog[];
  /** The retention of the records. */
  public readonly retention: Duration;

  constructor(scope: Construct, id: string, props: LoadBalancerLogsProps) {
    const read = readLogs(scope, id, props);
    super(scope, id);
    const name = logName(nameOf(this));
    const tags = tagsOf(this, read);
    this.compartmentId = read.compartmentId;
    this.logs = [...new Set(read.logs)];
    this.retention = read.retention;
    this.logGroupId = addLogGroup(this, {
      compartmentId: this.compartmentId,
      displayName: name,
      description: "What a load balancer was asked for, and what went wrong",
      tags,
    });
    for (const category of this.logs) {
      attach(this, attachmentOf(category, read.loadBalancerId));
      addServiceLog(this, category, {
        displayName: `${name}-${category}`,
        logGroupId: this.logGroupId,
        retentionDays: this.retention.toDays(),
        compartmentId: this.compartmentId,
        service: "loadbalancer",
        category,
        resource: read.loadBalancerId,
        tags,
      });
    }
  }
}

function readLogs(
  scope: Construct,
  id: string,
  props: LoadBalancerLogsProps,
): Resolved<typeof LOAD_BALANCER_LOGS> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, LOAD_BALANCER_LOGS);
  const { loadBalancerId: balancer, logs = [] } = read;
  for (const category of balancer === undefined ? [] : new Set(logs)) {
    checkUnattached(problems, scope, attachmentOf(category, balancer as string));
  }
  return problems.resolved(read);
}

/** OCI allows one log of each category for a resource. */
function attachmentOf(category: LoadBalancerLog, balancer: string): Attachment {
  return {
    what: `Another construct keeps the ${category} log of`,
    loadBalancerId: balancer,
    fix: `Remove LoadBalancerLog.${category.toUpperCase()} from the logs of one of the two`,
  };
}

function checkNotEmpty(problems: Problems, name: string, logs: readonly LoadBalancerLog[]): void {
  if (logs.length > 0) return;
  problems.add("VALUE_INVALID", `${name} is empty`, "Leave it out to keep both logs");
}
