import { type Duration } from "cdk8s";

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
