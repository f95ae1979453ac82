import { type Duration } from "cdk8s";
import { promQl } from "./private/monitoring-readers";
import { checkGivenTogether } from "../private/platform-readers";
import { checkLiteral } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import {
  checkedBy,
  choice,
  duration,
  mapOf,
  mapped,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { checkUnique } from "../../core/value-readers";

/** The urgency of an alert. */
export enum AlertSeverity {
  /** Somebody must act now, at night too. */
  CRITICAL = "critical",
  /** Somebody must act on the next working day. */
  WARNING = "warning",
}

/** Time series for which an alert must, or must not, fire. */
export interface AlertExample {
  /**
   * The samples of each series, one every minute, in the notation of `promtool test rules`: `0x20` is a zero and twenty more,
   * `0+1x20` counts up.
   *
   * @see https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series
   */
  readonly series: { [selector: string]: string };
  /** The time of the evaluation, after the first sample. */
  readonly after: Duration;
  /**
   * The labels of the alert that fires, without `alertname` and `severity`.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };
}

/** Props for an AlertRule. */
export interface AlertRuleProps {
  /** The name: letters and digits, beginning with a capital letter, such as `NodeNotReady`. */
  readonly name: string;
  /** The condition, in PromQL; the alert fires for each series of its result. */
  readonly expression: string;
  /**
   * The time for which the condition must hold before the alert fires.
   *
   * @default - it fires at once
   */
  readonly holdsFor?: Duration;
  /**
   * The urgency.
   *
   * @default AlertSeverity.WARNING
   */
  readonly severity?: AlertSeverity;
  /** The purpose: one sentence, sent with the alert. */
  readonly purpose: string;
  /** What to do when it fires: one or more sentences, sent with the alert. */
  readonly whatToDo: string;
  /**
   * Time series for which it must fire.
   *
   * @default - none; `AlertRule.testFile` leaves the rule out
   */
  readonly hit?: AlertExample;
  /**
   * Time series that come close, and for which it must not fire.
   *
   * @default - none; `AlertRule.testFile` leaves the rule out
   */
  readonly nearMiss?: AlertExample;
}

const LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;

const EXAMPLE = {
  series: checkedBy(mapOf(text(), "an object of selectors and samples"), (problems, name, series) => {
    const samples = Object.values(series);
    if (samples.length > 0 && samples.every((values) => values.trim() !== "")) return;
    const fix = `Give samples for which the expression has a result, such as { 'up{job="web"}': "0x20" }`;
    problems.add("ALERT_INVALID", `${name} has no samples`, fix);
  }),
  after: duration("seconds", { least: 0, example: "Duration.minutes(10)" }),
  labels: withDefault(checkedBy(mapOf(text(), "an object of labels and values"), checkLabels), {}),
} satisfies PropsSchema<AlertExample>;

const ALERT = {
  name: matching(
    /^[A-Z][A-Za-z0-9]{1,62}$/,
    "Give 2 to 63 letters and digits, beginning with a capital letter, for example NodeNotReady",
  ),
  expression: mapped(promQl("ALERT_INVALID"), (expression) => expression.trim()),
  holdsFor: optional(duration("seconds", { least: 0, example: "Duration.minutes(10)" })),
  severity: withDefault(choice(AlertSeverity, "a member of AlertSeverity"), AlertSeverity.WARNING),
  purpose: checkedBy(text(), checkSentence),
  whatToDo: checkedBy(text(), checkSentence),
  hit: optional(objectOf(EXAMPLE)),
  nearMiss: optional(objectOf(EXAMPLE)),
} satisfies PropsSchema<AlertRuleProps>;

export type ResolvedAlert = Resolved<typeof ALERT>;

/** Reads the props of a rule; throws all problems together. */
export function readAlert(props: AlertRuleProps): ResolvedAlert {
  const name: unknown = (props as AlertRuleProps | undefined)?.name;
  const problems = new Problems(`AlertRule ${typeof name === "string" ? name : ""}`.trim());
  const read = readProps(problems, props, ALERT);
  const fix = "Give both: time series for which the alert fires, and similar ones for which it does not";
  checkGivenTogether(problems, props, ["hit", "nearMiss"], fix);
  return problems.resolved<ResolvedAlert>(read);
}

/** Adds a problem for each name that two rules have: Alertmanager would treat them as one alert. */
export function checkRules(problems: Problems, rules: readonly { readonly name: string }[]): void {
  checkUnique(
    problems,
    "alerts",
    rules.map(({ name }) => name),
  );
}

function checkSentence(problems: Problems, field: string, sentence: string): void {
  if (!/\p{L}/u.test(sentence)) {
    const fix = "Write a sentence for the person who gets the alert";
    problems.add("ALERT_INVALID", `${field} is ${shown(sentence)}`, fix);
  } else if (sentence.includes("{{")) {
    problems.add(
      "ALERT_INVALID",
      `${field} contains a template`,
      "Write plain text: the labels of the alert name the node, pod or volume",
    );
  } else checkLiteral(problems, field, field, sentence);
}

function checkLabels(problems: Problems, field: string, labels: { readonly [name: string]: string }): void {
  const isSetByRule = (name: string) => name === "severity" || name === "alertname";
  for (const name of Object.keys(labels).filter((label) => !LABEL.test(label) || isSetByRule(label))) {
    problems.add(
      "ALERT_INVALID",
      `${field} contains ${shown(name)}`,
      "Give only the labels of the expression's result: letters, digits and underscores",
    );
  }
}
