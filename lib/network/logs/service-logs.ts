import { Duration } from "cdk8s";
import { type Reader, wholeDuration } from "../../core/readers";
import { type ITerraformDependable, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type TaggingProps } from "../../core/tagging";
import { LoggingLog } from "../../oci/logging-log";
import { LoggingLogGroup } from "../../oci/logging-log-group";

const PERIOD_IN_DAYS = 30;
const MAX_DAYS = 180;

/** The default retention of logs. */
export const DEFAULT_RETENTION = Duration.days(90);

/** Reads a retention that OCI Logging offers: 30, 60, 90, 120, 150, or 180 days. */
export function logRetention(): Reader<Duration> {
  const inDays = wholeDuration("days", {
    least: 1,
    example: "Duration.days(90)",
  });
  return (problems, name, value) => {
    const days = inDays(problems, name, value);
    if (days === undefined) return undefined;
    if (days % PERIOD_IN_DAYS === 0 && days <= MAX_DAYS) return value as Duration;
    problems.add(
      "RETENTION_INVALID",
      `${name} is ${days} days`,
      "Give 30, 60, 90, 120, 150 or 180 days, for example Duration.days(90); archives keep records for longer",
    );
    return undefined;
  };
}

/** Logs of OCI Logging, for constructs that archive or search their records. */
export interface ILogs extends IConstruct, ITerraformDependable {
  /** The OCID of the log group. */
  readonly logGroupId: string;
  /** The OCID of the compartment of the log group. */
  readonly compartmentId: string;
}

interface LogGroupProps {
  readonly compartmentId: string;
  readonly displayName: string;
  readonly description: string;
  readonly tags: TaggingProps;
}

interface ServiceLogProps {
  readonly displayName: string;
  readonly logGroupId: string;
  readonly retentionDays: number;
  /** The OCID of the compartment of the resource. */
  readonly compartmentId: string;
  readonly service: string;
  readonly category: string;
  readonly resource: string;
  readonly parameters?: { [name: string]: string };
  readonly tags: TaggingProps;
}

/** Adds a log group as the main resource of a construct; returns its OCID. */
export function addLogGroup(scope: Construct, props: LogGroupProps): string {
  const { compartmentId, displayName, description, tags } = props;
  return new LoggingLogGroup(scope, "Resource", {
    compartmentId,
    displayName: logName(displayName),
    description,
    ...tags,
  }).id;
}

/** Adds a service log of a resource. */
export function addServiceLog(scope: Construct, id: string, props: ServiceLogProps): void {
  const { compartmentId, service, category, resource, parameters } = props;
  new LoggingLog(scope, id, {
    displayName: logName(props.displayName),
    logGroupId: props.logGroupId,
    logType: "SERVICE",
    isEnabled: true,
    retentionDuration: props.retentionDays,
    configuration: {
      compartmentId,
      source: { sourceType: "OCISERVICE", service, category, resource, parameters },
    },
    ...props.tags,
  });
}

/** Names of logs allow fewer characters than paths and VCN names; the placeholders of references stay as they are. */
export function logName(text: string): string {
  return Token.isUnresolved(text) ? text : text.replace(/[^A-Za-z0-9_-]+/g, "-");
}
