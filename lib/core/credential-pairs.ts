/** A name, and the value that a text gives it. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

// name: value, name = value or "name": "value", alone in a line, with a comment behind it or not.
const LINE =
  /^\s*(?:export\s+|-\s+)?["']?([\w.-]+)["']?\s*[:=]>?\s*(?:"([^"]*)"|'([^']*)'|([^\s"'#,;][^"']*?))\s*[,;]?\s*(?:(?:(?<=\s)|(?<=["';]))[#;].*)?$/;
const COMMENT = /^\s*(?:#|;|\/\/)/;
// Within a text: name=value, as -Dname=value and --name=value too. What follows a name with == or => is code.
const ASSIGNMENT =
  /(?<![\w$-])(?:--|-D)?([A-Za-z_][\w.-]*)=(?![=>~])(?:"([^"]*)"|'([^']*)'|([^\s"';|&,<>$`%{(-][^\s"';|&,<>]*))/g;
// Within JSON or a map of YAML in one line: {"name": "value", name: value}
const ENTRY =
  /(?<=[{,]\s*)(?:"([\w.-]+)"|'([\w.-]+)'|([A-Za-z_][\w.-]*))\s*:\s*(?:"([^"]*)"|'([^']*)'|([^\s"',{}[\]][^"',{}[\]]*))(?=\s*[,}])/g;
const ELEMENT = /<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<>]+)<\/\1\s*>/g;
// <property name="password" value="…"/>, in the one order that people write.
const PROPERTY = /<\w[^<>]*?\s(?:name|key|id)\s*=\s*"([^"]+)"[^<>]*?\svalue\s*=\s*"([^"]*)"/g;

export function isComment(line: string): boolean {
  return COMMENT.test(line);
}

function firstOf(values: readonly (string | undefined)[]): string {
  return (values.find((value) => value !== undefined) ?? "").trim();
}

/** The name and the value in a line of a configuration file; a sentence, or the output of a command, is not a value. */
export function pairOfLine(line: string): Pair | undefined {
  if (isComment(line)) return undefined;
  const [, name, ...values] = LINE.exec(line) ?? [];
  const value = firstOf(values);
  const isSentence = values[2] !== undefined && /\s/.test(value) && /^\$\(|^`|[.!?:]$/.test(value);
  return name === undefined ? undefined : { name, value: isSentence ? "" : value };
}

/** The names that are given values anywhere in a text: options of a program, JSON, maps of YAML, XML. */
export function pairsIn(text: string): Pair[] {
  const assigned = [...text.matchAll(ASSIGNMENT)]
    .map(([, name = "", ...values]) => ({ name, value: firstOf(values), isBare: values[2] !== undefined }))
    // A call of a function is code.
    .filter(({ value, isBare }) => !isBare || !/[()[\]]/.test(value));
  const entries = [...text.matchAll(ENTRY)].map(([, ...parts]) => ({
    name: firstOf(parts.slice(0, 3)),
    value: firstOf(parts.slice(3)),
  }));
  const elements = [...text.matchAll(ELEMENT), ...text.matchAll(PROPERTY)];
  return [
    ...assigned.map(({ name, value }) => ({ name, value })),
    ...entries,
    ...elements.map(([, name = "", value = ""]) => ({ name, value: value.trim() })),
  ];
}

/** The lines of a file without what stands in a block of PEM: a key is named once, and public ones never. */
export function linesOf(content: string): string[] {
  const blank = (text: string) => text.replace(/[^\n]+/g, "");
  return content
    .replace(
      /-----BEGIN [A-Z0-9 ]*(?:CERTIFICATE|PUBLIC KEY)(?: REQUEST)?-----[\s\S]*?-----END [A-Z0-9 ]+-----/g,
      blank,
    )
    .replace(
      /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)([\s\S]*?)(?:-----END [A-Z0-9 ]+-----|$)/g,
      (_, first: string, rest: string) => first + blank(rest),
    )
    .split(/\r?\n/);
}
