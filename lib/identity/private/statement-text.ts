import { Token } from "cdktf";
import { shown } from "../../core/display-value";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";

const VARIABLE = /^(request|target)(\.[A-Za-z0-9_-]+)+$/;
// A quote would end the text, and OCI documents no way to escape one.
const UNQUOTABLE = /['\p{Cc}]/u;

/** Adds a problem where a name is not the name of a variable. */
export function checkVariable(problems: Problems, name: string, variable: string): void {
  if (typeof variable === "string" && VARIABLE.test(variable)) return;
  problems.add(
    "STATEMENT_INVALID",
    `${name} is ${shown(variable)}`,
    'Write a variable of the request or its target, such as "target.bucket.name"',
  );
}

/** Adds a problem where a text can't stand between single quotes. */
export function checkQuotable(problems: Problems, name: string, text: string): void {
  if (Token.isUnresolved(text)) return;
  if (typeof text !== "string" || text === "" || UNQUOTABLE.test(text)) {
    problems.add(
      "STATEMENT_INVALID",
      `${name} is ${shown(text)}`,
      "Write at least one character, without single quotes and line breaks",
    );
  } else checkText(problems, name, text);
}

/** Adds a problem where a text can't stand between slashes. */
export function checkPattern(problems: Problems, name: string, pattern: string): void {
  checkQuotable(problems, name, pattern);
  if (Token.isUnresolved(pattern) || typeof pattern !== "string") return;
  if (pattern.includes("/")) {
    problems.add(
      "STATEMENT_INVALID",
      `${name} is ${shown(pattern)}, and a slash ends a pattern`,
      "Write a pattern without a slash, or compare the whole value",
    );
  } else if (/^\*+$/.test(pattern)) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      `${name} is ${shown(pattern)}, which matches everything`,
      'Write part of the value, such as "shop-*"',
    );
  }
}
