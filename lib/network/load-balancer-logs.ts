import { type Construct } from "constructs";
import { attach, checkLoadBalancerId, checkUnattached, type Attachment } from "./load-balancer-id";
import { checkRetention, DEFAULT_RETENTION } from "./log-retention";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf } from "../core/resource-name";
import { shown } from "../core/shown";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { LoggingLog } from "../oci/logging-log";
import { LoggingLogGroup } from "../oci/logging-log-group";

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
    // Names of logs take fewer characters than a construct's path may have.
    const name = nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    const tags = tagsOf(this, props);
    const group = new LoggingLogGroup(this, "Resource", {
      compartmentId: props.compartmentId,
      displayName: name,
      description: "What a load balancer was asked for, and what went wrong",
      ...tags,
    });
    this.logGroupId = group.id;
    for (const category of new Set(props.logs ?? ALL)) {
      attach(this, attachmentOf(category, props));
      new LoggingLog(this, category, {
        displayName: `${name}-${category}`,
        logGroupId: group.id,
        logType: "SERVICE",
        isEnabled: true,
        retentionDuration: props.retentionInDays ?? DEFAULT_RETENTION,
        configuration: {
          compartmentId: props.compartmentId,
          source: {
            sourceType: "OCISERVICE",
            service: "loadbalancer",
            category,
            resource: props.loadBalancerId,
          },
        },
        ...tags,
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
