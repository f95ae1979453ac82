import { Duration } from "cdk8s";
import { RECOMMENDED_EVENT_ALARMS } from "./recommended-event-alarms";
import { recommendedAuditAlarms } from "./recommended-audit-alarms";
import { recommendedMetricAlarms } from "./recommended-metric-alarms";
import { type Alarm } from "../alarm";
import { AuditAlarm } from "../audit-alarm";
import { EventAlarm } from "../event-alarm";
import { MetricAlarm } from "../metric-alarm";
import { checkOcid } from "../../core/ocid";
import {
  checkedBy,
  duration,
  listOf,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  wholeNumber,
  withDefault,
} from "../../core/readers";
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

/** Reads the OCID of a user or of a resource principal of any kind. */
const principal = checkedBy(
  text('the OCID of a user or an instance, such as "ocid1.user.oc1..pipeline"'),
  (problems, name, id) => {
    if (/^ocid1\.[a-z]/.test(id)) return;
    checkOcid(problems, name, id, "user", "devopsdeploypipeline", "ormstack", "instance");
  },
);

const normally = (requests: number) => withDefault(wholeNumber({ least: 0 }), requests);

// There is no published source for these numbers; they suit clusters with some dozens of nodes.
const RECOMMENDED_ALARMS = {
  automationPrincipalIds: withDefault(listOf(principal, 'a list, such as ["ocid1.user.oc1..pipeline"]'), []),
  unauthorizedRequests: normally(20),
  forbiddenRequests: normally(100),
  serverErrors: normally(20),
  overloadedResponses: normally(50),
  unschedulableFor: withDefault(
    duration("minutes", { least: 1, most: 60, example: "Duration.minutes(15)" }),
    Duration.minutes(15),
  ),
} satisfies PropsSchema<RecommendedAlarmsOptions>;

type ResolvedOptions = Resolved<typeof RECOMMENDED_ALARMS>;

function readOptions(options: RecommendedAlarmsOptions): ResolvedOptions {
  const problems = new Problems("Alarms.recommended");
  return problems.resolved<ResolvedOptions>(readProps(problems, options, RECOMMENDED_ALARMS));
}

/** The metric alarms with their tests, for the guide. */
export function watchedMetrics(options: RecommendedAlarmsOptions = {}) {
  return recommendedMetricAlarms(readOptions(options));
}

/** The audit alarms with their tests, for the guide. */
export function watchedAudit(options: RecommendedAlarmsOptions = {}) {
  return recommendedAuditAlarms(readOptions(options).automationPrincipalIds);
}

/** The alarms of the recommended set. */
export function recommendedAlarms(options: RecommendedAlarmsOptions): Alarm[] {
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
