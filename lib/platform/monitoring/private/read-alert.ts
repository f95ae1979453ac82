import { promQl } from "./prom-ql";
import { type AlertExample, type AlertRuleProps, AlertSeverity } from "../alert-rule-props";
import { checkLiteral } from "../../../core/credential-literal";
import { shown } from "../../../core/display-value";
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
} from "../../../core/readers";
import { checkUnique } from "../../../core/value-readers";
import { Problems } from "../../../core/validation-error";

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
  if ((props.hit === undefined) !== (props.nearMiss === undefined)) {
    const [missing, present] = props.hit ? ["nearMiss", "hit"] : ["hit", "nearMiss"];
    problems.add(
      "ATTRIBUTE_MISSING",
      `${missing} was not given, and ${present} was`,
      "Give both: a rule that always fires has a hit too",
    );
  }
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
