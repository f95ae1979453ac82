import { Token } from "cdktf";
import { StatementSyntaxError } from "./parse-statement";
import { shown } from "../../core/display-value";
import { checkedBy, matching, type Reader, text } from "../../core/readers";
import { checkText } from "../../core/terraform-text";

// A quote would end the text, and OCI documents no way to escape one.
const UNQUOTABLE = /['\p{Cc}]/u;

/** Reads the name of a variable. */
export const variableName = matching(
  /^(request|target)(\.[A-Za-z0-9_-]+)+$/,
  'Write a variable of the request or its target, such as "target.bucket.name"',
  { code: "STATEMENT_INVALID" },
);

/** Reads a text that can stand between single quotes, or a reference to one. */
export const quotable = checkedBy(text(), (problems, name, value) => {
  if (Token.isUnresolved(value)) return;
  if (value !== "" && !UNQUOTABLE.test(value)) return checkText(problems, name, value);
  problems.add(
    "STATEMENT_INVALID",
    `${name} is ${shown(value)}`,
    "Write at least one character, without single quotes and line breaks",
  );
});

/** Reads a text that can stand between slashes, or a reference to one. */
export const quotablePattern = checkedBy(quotable, (problems, name, pattern) => {
  if (Token.isUnresolved(pattern)) return;
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
});

/** Reads a text as a model; `what` is the kind of the text, and `example` a text of that kind. */
export function parsedBy<T>(parse: (value: string) => T, what: string, example: string): Reader<T> {
  return (problems, name, value) => {
    const source = text(example)(problems, name, value);
    if (source === undefined) return undefined;
    try {
      return parse(source);
    } catch (error) {
      if (!(error instanceof StatementSyntaxError)) throw error;
      const { message } = error;
      problems.add(
        "STATEMENT_INVALID",
        `${name} is ${shown(source)}, not ${what} ${message}`,
        `Write ${example}`,
      );
      return undefined;
    }
  };
}
