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

/** Something of which a load balancer has one at most. */
interface Attachment {
  /** What it is, as the message begins, such as "A web application firewall protects". */
  readonly what: string;
  readonly loadBalancerId: string;
  /** What to do instead of a second one. */
  readonly fix: string;
}

/** Adds a problem where a value is no OCID of a load balancer; that of a network load balancer gets the reason. */
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

/** Adds a problem where the app has one of a kind for a load balancer already, in whatever stack. */
export function checkUnattached(problems: Problems, scope: IConstruct, attachment: Attachment): void {
  const { what, loadBalancerId, fix } = attachment;
  if (typeof loadBalancerId !== "string") return;
  const owner = attached.get(scope.node.root)?.get(keyOf(scope, attachment));
  if (owner !== undefined) problems.add("NAME_DUPLICATE", `${what} the load balancer already: ${owner}`, fix);
}

/** Notes whose the one of a kind is, for as long as the app lives. */
export function attach(scope: IConstruct, attachment: Attachment): void {
  const { root } = scope.node;
  const known = attached.get(root) ?? new Map<string, string>();
  attached.set(root, known.set(keyOf(scope, attachment), scope.node.path));
}

function keyOf(scope: IConstruct, { what, loadBalancerId }: Attachment): string {
  return `${what} ${identityOf(scope, loadBalancerId)}`;
}

/** What a load balancer writes down. */
export enum LoadBalancerLog {
  /** Each request: who sent it, for what, and how it was answered. */
  ACCESS = "access",
  /** What went wrong, such as nodes that don't answer. */
  ERROR = "error",
}

/** What logs of a load balancer are made of. */
export interface LoadBalancerLogsProps extends TaggingProps {
  /** The OCID of the compartment of the log group; who may read there sees addresses and paths of clients. */
  readonly compartmentId: string;
  /**
   * The OCID of the load balancer.
   *
   * One that the cloud controller made for a Service has an OCID once it is there: `oci lb load-balancer list` prints it.
   */
  readonly loadBalancerId: string;
  /**
   * What is written down.
   *
   * @default - both
   */
  readonly logs?: LoadBalancerLog[];
  /**
   * How long it is kept: 30, 60, 90, 120, 150 or 180 days.
   *
   * @default 90
   */
  readonly retentionInDays?: number;
}

const ALL = [LoadBalancerLog.ACCESS, LoadBalancerLog.ERROR];

/**
 * Access and error logs of a load balancer: a log group, and a log for each of the two.
 *
 * Network load balancers have none; FlowLogs record who connects to them.
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

/** OCI has one log of each kind for a resource. */
function attachmentOf(category: LoadBalancerLog, { loadBalancerId }: LoadBalancerLogsProps): Attachment {
  const fix = "Keep each log of a load balancer once; leave the other one's out of logs";
  return { what: `A log of the kind ${category} is kept of`, loadBalancerId, fix };
}

/** Whether they are logs. */
function checkLogs(problems: Problems, logs: unknown): boolean {
  const known: readonly unknown[] = ALL;
  if (Array.isArray(logs) && logs.length > 0 && logs.every((log) => known.includes(log))) return true;
  const fix = "Write a list of LoadBalancerLog.ACCESS and LoadBalancerLog.ERROR, or leave it out for both";
  problems.add("VALUE_INVALID", `logs is ${shown(logs)}`, fix);
  return false;
}
