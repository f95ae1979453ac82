import { type Duration } from "cdk8s";
import { Alarm, WATCH, type WatchProps } from "./alarm";
import { CLUSTER_ID, OKE_METRICS } from "./private/alarm-kind";
import { hasTrigger, metricsOf, parseMetricQuery } from "./private/metric-query";
import { queryText } from "./private/query-reader";
import { checked } from "../core/checked";
import {
  choice,
  matching,
  type PropsSchema,
  readProps,
  type Resolved,
  wholeDuration,
  withDefault,
} from "../core/readers";
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

const EXAMPLE = `'UnschedulablePods[5m]{resourceId = "${CLUSTER_ID}"}.max() > 0'`;
const MAX_PENDING_MINUTES = 60;
const OKE_NAMESPACE = "oci_oke";

/** Parses a query, which must have a condition. */
function checkTrigger(query: string, problems: Problems, name: string): void {
  if (hasTrigger(parseMetricQuery(query))) return;
  problems.add(
    "QUERY_INVALID",
    `${name} ${JSON.stringify(query)} has no condition`,
    `Add a threshold or absence: ${query} > 0, or .absent() as its last function`,
  );
}

const METRIC_ALARM = {
  ...WATCH,
  query: queryText(EXAMPLE, checkTrigger),
  metricNamespace: withDefault(
    matching(/^[a-z][a-z0-9_]*$/, 'Give the namespace of the metrics, such as "oci_oke"'),
    OKE_NAMESPACE,
  ),
  severity: withDefault(choice(AlarmSeverity, "a member of AlarmSeverity"), AlarmSeverity.WARNING),
  pendingFor: withDefault(
    wholeDuration("minutes", { least: 1, most: MAX_PENDING_MINUTES, example: "Duration.minutes(5)" }),
    1,
  ),
} satisfies PropsSchema<MetricAlarmProps>;

type ResolvedMetricAlarm = Resolved<typeof METRIC_ALARM>;

/** An alarm on metrics, which fires while a query is true. */
@checked
export class MetricAlarm extends Alarm {
  /** The placeholder for the OCID of the cluster in a query. */
  public static readonly CLUSTER_ID = CLUSTER_ID;

  /** An alarm with a custom query. */
  public static of(props: MetricAlarmProps): MetricAlarm {
    const problems = new Problems("MetricAlarm.of");
    return new MetricAlarm(problems.resolved<ResolvedMetricAlarm>(readProps(problems, props, METRIC_ALARM)));
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

  private constructor({ name, purpose, response, ...props }: ResolvedMetricAlarm) {
    super(name, purpose, response);
    this.query = props.query;
    this.metricNamespace = props.metricNamespace;
    this.severity = props.severity;
    this.pendingMinutes = props.pendingFor;
  }

  /** The metrics of the query that OKE does not document, so that the alarm may never fire. @internal */
  public _unknownMetrics(): string[] {
    if (this.metricNamespace !== OKE_NAMESPACE) return [];
    return metricsOf(parseMetricQuery(this.query)).filter((metric) => !OKE_METRICS.includes(metric));
  }
}
