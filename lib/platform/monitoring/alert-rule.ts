import { Yaml, type Duration } from "cdk8s";
import {
  type AlertExample,
  type AlertRuleProps,
  type AlertSeverity,
  checkRules,
  readAlert,
  type ResolvedAlert,
} from "./alert-rule-props";
import { recommendedAlerts } from "./private/recommended-alerts";
import { checked } from "../../core/checked";
import { byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";

/**
 * A condition that Prometheus evaluates every 30 seconds, with its purpose and what to do when it holds.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
@checked
export class AlertRule {
  /** An alert rule. */
  public static of(props: AlertRuleProps): AlertRule {
    return new AlertRule(readAlert(props));
  }

  /** The default rules of a ClusterMonitoring: nodes, workloads, volumes, logs, and the monitoring itself. */
  public static recommended(): AlertRule[] {
    return recommendedAlerts().map((props) => AlertRule.of(props));
  }

  /** The rules as a file for Prometheus, which `promtool check rules` reads. */
  public static ruleFile(rules: AlertRule[]): string {
    const problems = new Problems("AlertRule.ruleFile");
    checkRules(problems, rules);
    problems.throwIfAny();
    const sorted = [...rules].sort(byName);
    return Yaml.stringify({
      groups: [{ name: "alerts", interval: "30s", rules: sorted.map((rule) => rule._manifest()) }],
    });
  }

  /**
   * A file for `promtool test rules` in which each rule fires for its hit and stays quiet for its near miss.
   *
   * @param ruleFile the path of the rule file, relative to the file that is returned
   */
  public static testFile(rules: AlertRule[], ruleFile: string): string {
    const problems = new Problems("AlertRule.testFile");
    checkRules(problems, rules);
    problems.throwIfAny();
    return testFileOf(rules, ruleFile);
  }

  /** The name. */
  public readonly name: string;
  /** The condition, in PromQL. */
  public readonly expression: string;
  /** The time for which the condition must hold before the alert fires. */
  public readonly holdsFor?: Duration;
  /** The urgency. */
  public readonly severity: AlertSeverity;
  /** The purpose. */
  public readonly purpose: string;
  /** What to do when it fires. */
  public readonly whatToDo: string;
  /** Time series for which it must fire. */
  public readonly hit?: AlertExample;
  /** Time series that come close, and for which it must not fire. */
  public readonly nearMiss?: AlertExample;

  private constructor(props: ResolvedAlert) {
    this.name = props.name;
    this.expression = props.expression;
    this.holdsFor = props.holdsFor;
    this.severity = props.severity;
    this.purpose = props.purpose;
    this.whatToDo = props.whatToDo;
    this.hit = props.hit;
    this.nearMiss = props.nearMiss;
  }

  /** The texts that are sent with the alert. @internal */
  public _annotations(): { [name: string]: string } {
    return { summary: this.purpose, what_to_do: this.whatToDo };
  }

  /** @internal */
  public _manifest(): object {
    const { name, expression, holdsFor, severity } = this;
    return {
      alert: name,
      expr: expression,
      ...(holdsFor ? { for: `${holdsFor.toSeconds()}s` } : {}),
      labels: { severity },
      annotations: this._annotations(),
    };
  }
}

const byName = (rule: AlertRule, other: AlertRule) => byText(rule.name, other.name);

/** A file for `promtool test rules`: a hit and a near miss of each rule that has both. */
function testFileOf(rules: readonly AlertRule[], ruleFile: string): string {
  const tested = rules.filter(({ hit, nearMiss }) => hit && nearMiss).sort(byName);
  const tests = tested.flatMap((rule) => [
    testOf(rule, "hit", rule.hit as AlertExample),
    testOf(rule, "near miss", rule.nearMiss as AlertExample),
  ]);
  return Yaml.stringify({ rule_files: [ruleFile], evaluation_interval: "30s", tests });
}

function testOf(rule: AlertRule, what: "hit" | "near miss", { series, after, labels }: AlertExample): object {
  const exp_labels = { ...labels, severity: rule.severity };
  // promtool compares annotations too; they have no templates.
  const alerts = what === "hit" ? [{ exp_labels, exp_annotations: rule._annotations() }] : [];
  return {
    name: `${rule.name}: ${what}`,
    interval: "1m",
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    alert_rule_test: [{ eval_time: `${after.toSeconds()}s`, alertname: rule.name, exp_alerts: alerts }],
  };
}
