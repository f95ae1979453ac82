import { type AlertExample, type AlertRuleProps } from "../alert-rule-props";
import { checkLiteral } from "../../../core/credential-literal";
import { checkGiven } from "../../../core/required";
import { shown } from "../../../core/display-value";
import { Problems } from "../../../core/validation-error";
import { kind } from "../../../core/value-readers";

const NAME = /^[A-Z][A-Za-z0-9]{1,62}$/;
const LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;
const DURATION = kind(["toSeconds"], "a duration, for example Duration.minutes(10)");
const CLOSING: { readonly [open: string]: string } = { "(": ")", "[": "]", "{": "}" };

/** Validates the props of a rule; throws with all that is wrong. */
export function readAlert(props: AlertRuleProps): AlertRuleProps {
  const { name, expression, purpose, whatToDo, hit, nearMiss } = props ?? {};
  const problems = new Problems(`AlertRule ${typeof name === "string" ? name : ""}`.trim());
  if (!checkGiven(problems, { name, expression, purpose, whatToDo })) problems.throwIfAny();
  if (!NAME.test(name)) {
    problems.add(
      "NAME_INVALID",
      `name is ${shown(name)}`,
      "Give 2 to 63 letters and digits, beginning with a capital letter, for example NodeNotReady",
    );
  }
  checkExpression(problems, expression);
  if (props.holdsFor !== undefined) DURATION(problems, "holdsFor", props.holdsFor);
  for (const [field, text] of Object.entries({ purpose, whatToDo })) checkSentence(problems, field, text);
  if ((hit === undefined) !== (nearMiss === undefined)) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${hit ? "nearMiss" : "hit"} was not given, and the other example was`,
      "Give both: a rule that fires for everything has a hit too",
    );
  }
  if (hit) checkExample(problems, "hit", hit);
  if (nearMiss) checkExample(problems, "nearMiss", nearMiss);
  problems.throwIfAny();
  return props;
}

/** Adds a problem for two rules of one name: Alertmanager would take them for one. */
export function checkRules(problems: Problems, rules: readonly { readonly name: string }[]): void {
  const names = rules.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.add(
      "NAME_DUPLICATE",
      `Two alert rules have the name ${name}`,
      "Give each rule a name of its own",
    );
  }
}

/** Brackets and quotes must match; what the words mean is for `promtool check rules`. */
function checkExpression(problems: Problems, expression: string): void {
  const wrong = unbalanced(expression);
  if (wrong === undefined) return;
  problems.add(
    "ALERT_INVALID",
    `expression ${wrong}`,
    "Write PromQL, for example up == 0, and try it with promtool check rules",
  );
}

function unbalanced(expression: string): string | undefined {
  if (expression.trim() === "") return "is empty";
  const open: string[] = [];
  let quote: string | undefined;
  for (let index = 0; index < expression.length; index += 1) {
    const letter = expression[index] as string;
    if (quote !== undefined) {
      if (letter === "\\" && quote !== "`") index += 1;
      else if (letter === quote) quote = undefined;
    } else if (`"'\``.includes(letter)) quote = letter;
    else if (CLOSING[letter]) open.push(CLOSING[letter]);
    else if (")]}".includes(letter) && open.pop() !== letter) return `closes ${letter}, which was not opened`;
  }
  if (quote !== undefined) return `has a text that does not end, after ${quote}`;
  return open.length > 0 ? `lacks ${open.at(-1)}` : undefined;
}

function checkSentence(problems: Problems, field: string, text: string): void {
  if (typeof text !== "string" || !/\p{L}/u.test(text)) {
    problems.add(
      "ALERT_INVALID",
      `${field} is ${shown(text)}`,
      "Write a sentence for whoever gets the alert",
    );
    return;
  }
  if (text.includes("{{")) {
    problems.add(
      "ALERT_INVALID",
      `${field} has a template`,
      "Write plain text: the labels of the alert say which node, pod or volume it is about",
    );
  }
  checkLiteral(problems, field, field, text);
}

function checkExample(problems: Problems, field: string, { series, after, labels = {} }: AlertExample): void {
  if (!checkGiven(problems, { [`${field}.series`]: series, [`${field}.after`]: after })) return;
  DURATION(problems, `${field}.after`, after);
  if (Object.keys(series).length === 0 || Object.values(series).some((values) => values.trim() === "")) {
    problems.add(
      "ALERT_INVALID",
      `${field}.series has no samples`,
      `Write { 'up{job="web"}': "0x20" }, for which the expression has a result`,
    );
  }
  const wrong = Object.keys(labels).filter(
    (name) => !LABEL.test(name) || name === "severity" || name === "alertname",
  );
  for (const name of wrong) {
    problems.add(
      "ALERT_INVALID",
      `${field}.labels has ${shown(name)}`,
      "Name the labels of the expression's result only: letters, digits and underscores",
    );
  }
}
