import { Duration } from "cdk8s";
import { RECOMMENDED_EVENT_ALARMS } from "./recommended-event-alarms";
import { recommendedAuditAlarms } from "./recommended-audit-alarms";
import { recommendedMetricAlarms, type MetricThresholds } from "./recommended-metric-alarms";
import { type Alarm } from "../alarm";
import { AuditAlarm } from "../audit-alarm";
import { EventAlarm } from "../event-alarm";
import { MetricAlarm } from "../metric-alarm";
import { checkOcid } from "../../core/ocid";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/** Options for Alarms.recommended: the thresholds, and the principals that run Terraform. */
export interface RecommendedAlarmsOptions {
  /**
   * The OCIDs of the users or resource principals that run Terraform.
   *
   * Changes of network security groups and of logs by other principals fire. Without the OCIDs, Terraform is
   * recognized by its user agent, which any client can set.
   *
   * @default - any principal with the user agent of the Terraform provider
   */
  readonly automationPrincipalIds?: string[];
  /**
   * The normal number of requests without a valid identity (401) in five minutes.
   *
   * @default 20
   */
  readonly unauthorizedRequests?: number;
  /**
   * The normal number of requests without permission (403) in five minutes.
   *
   * @default 100
   */
  readonly forbiddenRequests?: number;
  /**
   * The normal number of server errors (5xx) in five minutes.
   *
   * @default 20
   */
  readonly serverErrors?: number;
  /**
   * The normal number of responses that indicate overload (429, and 504) in five minutes.
   *
   * @default 50
   */
  readonly overloadedResponses?: number;
  /**
   * The time for which pods may wait for a node, for example while an autoscaler adds one: whole minutes, 1
   * to 60.
   *
   * @default Duration.minutes(15)
   */
  readonly unschedulableFor?: Duration;
}

// There is no published source for these numbers; they suit clusters with some dozens of nodes.
const DEFAULTS: MetricThresholds = {
  unauthorizedRequests: 20,
  forbiddenRequests: 100,
  serverErrors: 20,
  overloadedResponses: 50,
  unschedulableFor: Duration.minutes(15),
};

/** The metric alarms with their tests, for the guide. */
export function watchedMetrics(options: RecommendedAlarmsOptions = {}) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return recommendedMetricAlarms({ ...DEFAULTS, ...Object.fromEntries(given) });
}

/** The audit alarms with their tests, for the guide. */
export function watchedAudit(options: RecommendedAlarmsOptions = {}) {
  return recommendedAuditAlarms(options.automationPrincipalIds ?? []);
}

/** The alarms of the recommended set. */
export function recommendedAlarms(options: RecommendedAlarmsOptions): Alarm[] {
  const problems = new Problems("Alarms.recommended");
  for (const id of options.automationPrincipalIds ?? []) {
    if (typeof id === "string" && /^ocid1\.[a-z]/.test(id)) continue;
    checkOcid(problems, "automationPrincipalIds", id, "user", "devopsdeploypipeline", "ormstack", "instance");
  }
  const { unauthorizedRequests, forbiddenRequests, serverErrors, overloadedResponses } = options;
  const counts = { unauthorizedRequests, forbiddenRequests, serverErrors, overloadedResponses };
  for (const [name, count] of Object.entries(counts)) {
    if (count === undefined || count === null || (Number.isInteger(count) && count >= 0)) continue;
    problems.add("COUNT_INVALID", `${name} is ${shown(count)}`, "Give a whole number from 0 on");
  }
  problems.throwIfAny();
  return [
    ...watchedMetrics(options).map((props) => MetricAlarm.of(alarmOnly(props))),
    ...RECOMMENDED_EVENT_ALARMS.map((props) => EventAlarm.of(alarmOnly(props))),
    ...watchedAudit(options).map((props) => AuditAlarm.of(alarmOnly(props))),
  ];
}

const TEST_KEYS = ["sources", "inferred", "hit", "nearMiss", "nearMissIs"];

/** The props of an alarm without its test. */
function alarmOnly<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !TEST_KEYS.includes(key))) as T;
}
