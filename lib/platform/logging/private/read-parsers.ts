import { shown } from "../../../core/display-value";
import { checkObjectName } from "../../../core/kubernetes-names";
import { checkGiven } from "../../../core/required";
import { type Problems } from "../../../core/validation-error";
import { type LogPatternProps, type MultilineLogProps } from "../log-parser-props";

/** The parsers of Fluent Bit that join lines of stack traces. */
export const BUILT_IN_MULTILINE = ["go", "java", "python", "ruby"];
/** Names that Fluent Bit has, or that the library gives. */
const RESERVED = [...BUILT_IN_MULTILINE, "cri", "docker"];

const FIX = 'Write a regular expression that Ruby reads, for example "^\\\\d{4}-\\\\d{2}-\\\\d{2}"';

/** Adds a problem for a name that no parser can have. */
export function checkParserName(problems: Problems, name: string): void {
  checkObjectName(problems, "The name", name);
  if (!RESERVED.includes(name)) return;
  problems.add("NAME_DUPLICATE", `The name is ${name}, that of a built-in parser`, "Give it another name");
}

/** Adds a problem for what is no regular expression; those of Ruby and of JavaScript agree on what logs need. */
function checkExpression(problems: Problems, name: string, value: unknown): RegExp | undefined {
  if (!checkGiven(problems, { [name]: value })) return undefined;
  const text = typeof value === "string" ? value : "";
  try {
    // A slash ends the expression in the configuration of both collectors, and is written there as \/.
    if (text.trim() !== "" && !/[\r\n]/.test(text)) return new RegExp(text, "u");
  } catch {
    // Named below.
  }
  problems.add("LOG_PARSER_INVALID", `${name} is ${shown(value)}`, FIX);
  return undefined;
}

/** Adds a problem for a pattern that takes nothing apart. */
export function checkPattern(problems: Problems, props: LogPatternProps): void {
  if (!checkGiven(problems, { props })) return;
  const { pattern, timeField, timeFormat } = props;
  const groups = [...String(pattern).matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name]) => name);
  const expression = checkExpression(problems, "pattern", pattern);
  if (expression && groups.length === 0) {
    problems.add(
      "LOG_PARSER_INVALID",
      "pattern has no named group, so no field would come of it",
      "Name what is to become a field: (?<status>\\d+)",
    );
  }
  if ((timeField === undefined) !== (timeFormat === undefined)) {
    problems.add(
      "ATTRIBUTE_MISSING",
      timeField === undefined
        ? "timeFormat was given without timeField"
        : "timeField was given without timeFormat",
      'Give both: timeField: "time", timeFormat: "%d/%b/%Y:%H:%M:%S %z"',
    );
  }
  if (expression && timeField !== undefined && !groups.includes(timeField)) {
    problems.add(
      "LOG_PARSER_INVALID",
      `timeField is ${shown(timeField)}, which is no group of pattern`,
      `Name one of ${groups.join(", ") || "its groups"}`,
    );
  }
  if (timeFormat !== undefined && (typeof timeFormat !== "string" || !/%[A-Za-z]/.test(timeFormat))) {
    problems.add("LOG_PARSER_INVALID", `timeFormat is ${shown(timeFormat)}`, 'Write "%Y-%m-%dT%H:%M:%S"');
  }
}

/** Adds a problem for expressions that join nothing. */
export function checkMultiline(problems: Problems, props: MultilineLogProps): void {
  if (!checkGiven(problems, { props })) return;
  const first = checkExpression(problems, "firstLine", props.firstLine);
  const further = checkExpression(problems, "continuation", props.continuation);
  if (first && further && props.firstLine === props.continuation) {
    problems.add(
      "LOG_PARSER_INVALID",
      "firstLine and continuation are the same, so that every line begins a message",
      "Let continuation match what further lines begin with, for example ^\\s",
    );
  }
}
