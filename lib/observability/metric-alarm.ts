import { type Duration } from "cdk8s";
import { Alarm, checkWatch, type WatchProps } from "./alarm";
import { CLUSTER_ID } from "./private/alarm-kind";
import { hasTrigger, parseMetricQuery } from "./private/metric-query";
import { QuerySyntaxError } from "./private/query-tokens";
import { checked } from "../core/checked";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";

/** The severity of an alarm. */
export enum AlarmSeverity {
  /** Immediate action is required. */
  CRITICAL = "CRITICAL",
  /** Something fails. */
  ERROR = "ERROR",
  /** Something may fail soon, or looks wrong. */
  WARNING = "WARNING",
  /** For information. */
  INFO = "INFO",
}

/** Props for MetricAlarm. */
export interface MetricAlarmProps extends WatchProps {
  /**
   * The query in the Monitoring Query Language, with a threshold or `absent()`.
   *
   * `MetricAlarm.CLUSTER_ID` in it stands for the OCID of the cluster:
   * `UnschedulablePods[5m]{resourceId = "${MetricAlarm.CLUSTER_ID}"}.max() > 0`.
   *
   * @see https://docs.oracle.com/iaas/Content/Monitoring/Reference/mql.htm
   */
  readonly query: string;
  /**
   * The namespace of the metrics, such as `oci_oke`, `oci_lbaas`, or a custom one.
   *
   * @default "oci_oke"
   */
  readonly metricNamespace?: string;
  /**
   * The severity of the alarm.
   *
   * @default AlarmSeverity.WARNING
   */
  readonly severity?: AlarmSeverity;
  /**
   * The time for which the condition must hold before the alarm fires: whole minutes, 1 to 60.
   *
   * @default Duration.minutes(1)
   */
  readonly pendingFor?: Duration;
}

const NAMESPACE = /^[a-z][a-z0-9_]*$/;
const MAX_PENDING_LENGTH = 60;

/** An alarm on metrics, which fires while a query is true. */
@checked
export class MetricAlarm extends Alarm {
  /** The placeholder for the OCID of the cluster in a query. */
  public static readonly CLUSTER_ID = CLUSTER_ID;

  /**
   * An alarm with a custom query.
   *
   * @throws QUERY_INVALID, NAME_INVALID, VALUE_INVALID, COUNT_INVALID, ATTRIBUTE_MISSING, TEXT_TEMPLATE
   */
  public static of(props: MetricAlarmProps): MetricAlarm {
    const problems = new Problems("MetricAlarm.of");
    if (checkGiven(problems, { props })) checkMetricAlarm(problems, props);
    problems.throwIfAny();
    return new MetricAlarm(props);
  }

  /** @internal */
  public readonly _kind = "metric";
  /** The query; `MetricAlarm.CLUSTER_ID` in it stands for the OCID of the cluster. */
  public readonly query: string;
  /** The namespace of the metrics. */
  public readonly metricNamespace: string;
  /** The severity of the alarm. */
  public readonly severity: AlarmSeverity;
  /** The number of minutes for which the condition must hold before the alarm fires. */
  public readonly pendingMinutes: number;

  private constructor(props: MetricAlarmProps) {
    super(props.name, props.purpose, props.response);
    this.query = props.query;
    this.metricNamespace = props.metricNamespace ?? "oci_oke";
    this.severity = props.severity ?? AlarmSeverity.WARNING;
    this.pendingMinutes = props.pendingFor?.toMinutes() ?? 1;
  }
}

function checkMetricAlarm(problems: Problems, props: MetricAlarmProps): void {
  checkWatch(problems, props);
  const { query, metricNamespace, severity, pendingFor } = props;
  checkGiven(problems, { query });
  if (query !== undefined && query !== null) checkQuery(problems, query);
  if (metricNamespace !== undefined && !NAMESPACE.test(metricNamespace)) {
    const fix = 'Give the namespace of the metrics, such as "oci_oke"';
    problems.add("NAME_INVALID", `metricNamespace is ${shown(metricNamespace)}`, fix);
  }
  const known: readonly unknown[] = Object.values(AlarmSeverity);
  if (severity !== undefined && !known.includes(severity)) {
    problems.add("VALUE_INVALID", `severity is ${shown(severity)}`, "Give one of AlarmSeverity");
  }
  if (pendingFor !== undefined && typeof (pendingFor as Partial<Duration> | null)?.toMinutes !== "function") {
    problems.add(
      "VALUE_INVALID",
      `pendingFor is ${shown(pendingFor)}`,
      "Give a Duration of cdk8s, such as Duration.minutes(5)",
    );
    return;
  }
  const minutes = pendingFor?.toMinutes({ integral: false });
  if (
    minutes !== undefined &&
    !(Number.isInteger(minutes) && minutes >= 1 && minutes <= MAX_PENDING_LENGTH)
  ) {
    const fix = `Give 1 to ${MAX_PENDING_LENGTH} whole minutes, such as Duration.minutes(5)`;
    problems.add("COUNT_INVALID", `pendingFor is ${minutes} minutes`, fix);
  }
}

function checkQuery(problems: Problems, query: unknown): void {
  const example = `Write for example 'UnschedulablePods[5m]{resourceId = "${CLUSTER_ID}"}.max() > 0'`;
  if (typeof query !== "string") {
    problems.add("QUERY_INVALID", `query is ${shown(query)}`, example);
    return;
  }
  checkText(problems, "query", query);
  try {
    if (hasTrigger(parseMetricQuery(query))) return;
    const fix = `Add a threshold or absence: ${query} > 0, or .absent() as its last function`;
    problems.add("QUERY_INVALID", `query ${JSON.stringify(query)} has no condition`, fix);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    problems.add("QUERY_INVALID", `query does not parse: ${error.message}`, example);
  }
}
