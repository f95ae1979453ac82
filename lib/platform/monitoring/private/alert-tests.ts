import { Yaml } from "cdk8s";
import { type AlertExample } from "../alert-rule-props";

/** A rule, as far as its test depends on it. */
interface TestedRule {
  readonly name: string;
  readonly severity: string;
  readonly hit?: AlertExample;
  readonly nearMiss?: AlertExample;
  _annotations(): { [name: string]: string };
}

/** A file for `promtool test rules`: a hit and a near miss of each rule that has both. */
export function testFileOf(rules: readonly TestedRule[], ruleFile: string): string {
  const tested = rules
    .filter(({ hit, nearMiss }) => hit && nearMiss)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const tests = tested.flatMap((rule) => [
    testOf(rule, "hit", rule.hit as AlertExample),
    testOf(rule, "near miss", rule.nearMiss as AlertExample),
  ]);
  return Yaml.stringify({ rule_files: [ruleFile], evaluation_interval: "30s", tests });
}

function testOf(
  rule: TestedRule,
  what: "hit" | "near miss",
  { series, after, labels }: AlertExample,
): object {
  const exp_labels = { ...labels, severity: rule.severity };
  // Annotations must be equal too: they have no templates, so that they are known here.
  const alerts = what === "hit" ? [{ exp_labels, exp_annotations: rule._annotations() }] : [];
  return {
    name: `${rule.name}: ${what}`,
    interval: "1m",
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    alert_rule_test: [{ eval_time: `${after.toSeconds()}s`, alertname: rule.name, exp_alerts: alerts }],
  };
}
