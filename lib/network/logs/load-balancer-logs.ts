import { Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { checkRetention, DEFAULT_RETENTION } from "./flow-logging";
import { addLogGroup, addServiceLog, logName } from "./service-logs";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { identityOf } from "../../core/reference";
import { checkGiven } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";

const attached = new WeakMap<IConstruct, Map<string, string>>();

/** An attachment that a load balancer can have only once. */
interface Attachment {
  /** The beginning of the error message, such as "A web application firewall protects". */
  readonly what: string;
  readonly loadBalancerId: string;
  /** The fix to suggest instead of a second attachment. */
  readonly fix: string;
}

/** Adds a problem if a value is not the OCID of a load balancer; for a network load balancer, it includes the reason. */
export function checkLoadBalancerId(problems: Problems, id: string, because: string): void {
  const isNetwork = typeof id === "string" && id.startsWith("ocid1.networkloadbalancer.");
  if (Token.isUnresolved(id) || !isNetwork) {
    checkOcid(problems, "loadBalancerId", id, "loadbalancer");
    return;
  }
  problems.add(
    "LOAD_BALANCER_INVALID",
    `loadBalancerId is ${shown(id)}: network load balancers pass packets on unread, and ${because}`,
    "Expose the workload through LoadBalancerType.LOAD_BALANCER with TlsTermination.atLoadBalancer",
  );
}

/** Adds a problem if the load balancer already has an attachment of this kind in any stack of the app. */
export function checkUnattached(problems: Problems, scope: IConstruct, attachment: Attachment): void {
  const { what, loadBalancerId, fix } = attachment;
  if (typeof loadBalancerId !== "string") return;
  const owner = attached.get(scope.node.root)?.get(keyOf(scope, attachment));
  if (owner !== undefined) problems.add("NAME_DUPLICATE", `${what} the load balancer already: ${owner}`, fix);
}

/** Records the owner of an attachment for the lifetime of the app. */
export function attach(scope: IConstruct, attachment: Attachment): void {
  const { root } = scope.node;
  const known = attached.get(root) ?? new Map<string, string>();
  attached.set(root, known.set(keyOf(scope, attachment), scope.node.path));
}

function keyOf(scope: IConstruct, { what, loadBalancerId }: Attachment): string {
  return `${what} ${identityOf(scope, loadBalancerId)}`;
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
   * @default 90
   */
  readonly retentionInDays?: number;
}

const ALL = [LoadBalancerLog.ACCESS, LoadBalancerLog.ERROR];

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

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID, COUNT_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID,
   * LOAD_BALANCER_INVALID for a network load balancer
   */
  constructor(scope: Construct, id: string, props: LoadBalancerLogsProps) {
    check(scope, id, props);
    super(scope, id);
    const name = logName(nameOf(this));
    const tags = tagsOf(this, props);
    this.logGroupId = addLogGroup(this, {
      compartmentId: props.compartmentId,
      displayName: name,
      description: "What a load balancer was asked for, and what went wrong",
      tags,
    });
    for (const category of new Set(props.logs ?? ALL)) {
      attach(this, attachmentOf(category, props));
      addServiceLog(this, category, {
        displayName: `${name}-${category}`,
        logGroupId: this.logGroupId,
        retentionDays: props.retentionInDays ?? DEFAULT_RETENTION,
        compartmentId: props.compartmentId,
        service: "loadbalancer",
        category,
        resource: props.loadBalancerId,
        tags,
      });
    }
  }
}

function check(scope: Construct, id: string, props: LoadBalancerLogsProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkLoadBalancerId(problems, props.loadBalancerId, "have no access logs");
  if (props.logs === undefined || checkLogs(problems, props.logs)) {
    for (const category of new Set(props.logs ?? ALL)) {
      checkUnattached(problems, scope, attachmentOf(category, props));
    }
  }
  checkRetention(problems, props.retentionInDays);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** OCI allows one log of each category for a resource. */
function attachmentOf(category: LoadBalancerLog, { loadBalancerId }: LoadBalancerLogsProps): Attachment {
  const fix = "Keep each log of a load balancer once; leave the other one's out of logs";
  return { what: `A log of the kind ${category} is kept of`, loadBalancerId, fix };
}

/** Checks that the values are logs of a load balancer. */
function checkLogs(problems: Problems, logs: unknown): boolean {
  const known: readonly unknown[] = ALL;
  if (Array.isArray(logs) && logs.length > 0 && logs.every((log) => known.includes(log))) return true;
  const fix = "Write a list of LoadBalancerLog.ACCESS and LoadBalancerLog.ERROR, or leave it out for both";
  problems.add("VALUE_INVALID", `logs is ${shown(logs)}`, fix);
  return false;
}
