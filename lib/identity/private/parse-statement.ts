import { Token } from "cdktf";
import {
  type ActionModel,
  type ConditionModel,
  type LocationModel,
  type Operand,
  type Operator,
  type StatementModel,
  SUBJECT_KINDS,
  type SubjectKind,
  type SubjectModel,
} from "./statement-model";
import { shown } from "../../core/display-value";
import { checkedBy, matching, type Reader, text } from "../../core/readers";
import { checkText } from "../../core/terraform-text";

/** What a text is instead of a statement, and where. */
export class StatementSyntaxError extends Error {}

// A reference to a Terraform value counts as one word, whatever its expression holds.
const WORD = /(?:\$\{(?:[^{}]|\{[^{}]*\})*\}|'[^']*'|[^\s,{}()='!$]|\$(?!\{))+/y;
const TEXT = /'([^']*)'/y;
const PATTERN = /\/([^/]*)\//y;
const SPACE = /\s*/y;

/** Reads a statement; spaces and the case of keywords do not matter, as in OCI. */
export function parseStatement(text: string): StatementModel {
  const scanner = new Scanner(text);
  scanner.keyword("allow");
  const subject = parseSubject(scanner);
  scanner.keyword("to");
  const action = parseAction(scanner);
  scanner.keyword("in");
  const location = parseLocation(scanner);
  const condition = scanner.tryKeyword("where") ? parseCondition(scanner) : undefined;
  scanner.end();
  return { subject, action, location, ...(condition ? { condition } : {}) };
}

/** Reads the matching rule of a dynamic group. */
export function parseMatchingRule(text: string): ConditionModel {
  const scanner = new Scanner(text);
  const rule = parseCondition(scanner);
  scanner.end();
  return rule;
}

function parseSubject(scanner: Scanner): SubjectModel {
  const word = scanner.word("who is allowed").toLowerCase();
  const kind = SUBJECT_KINDS.find((candidate) => candidate === word);
  if (!kind) scanner.fail(`${SUBJECT_KINDS.join(", ")}, and not ${word}`);
  if (kind === "any-user" || kind === "any-group") return { kind, members: [] };
  const members = [parseMember(scanner, kind)];
  while (scanner.tryMark(",")) members.push(parseMember(scanner, kind));
  return { kind, members };
}

/** `id <ocid>` or a name; each member may have the kind before it again. */
function parseMember(scanner: Scanner, kind: SubjectKind): string {
  const repeated = scanner.tryKeyword(kind) ? `${kind} ` : "";
  if (scanner.tryKeyword("id")) return `${repeated}id ${scanner.word("an OCID")}`;
  return `${repeated}${scanner.word(`the name of the ${kind}`)}`;
}

function parseAction(scanner: Scanner): ActionModel {
  if (scanner.tryMark("{")) {
    const permissions = [scanner.word("a permission")];
    while (scanner.tryMark(",")) permissions.push(scanner.word("a permission"));
    scanner.mark("}");
    return { permissions };
  }
  const verb = scanner.word("a verb").toLowerCase();
  return { verb, resourceType: scanner.word("a resource type").toLowerCase() };
}

function parseLocation(scanner: Scanner): LocationModel {
  if (scanner.tryKeyword("tenancy")) return { kind: "tenancy" };
  scanner.keyword("compartment");
  const id = scanner.tryKeyword("id") ? "id " : "";
  return { kind: "compartment", compartment: `${id}${scanner.word("a compartment")}` };
}

function parseCondition(scanner: Scanner): ConditionModel {
  const start = scanner.position;
  for (const quantifier of ["all", "any"] as const) {
    if (!scanner.tryKeyword(quantifier)) continue;
    if (!scanner.tryMark("{")) {
      scanner.position = start;
      break;
    }
    const conditions = [parseCondition(scanner)];
    while (scanner.tryMark(",")) conditions.push(parseCondition(scanner));
    scanner.mark("}");
    return { quantifier, conditions };
  }
  return parseComparison(scanner);
}

function parseComparison(scanner: Scanner): ConditionModel {
  const variable = scanner.word("a variable");
  const operator = parseOperator(scanner);
  if (operator === "in" || operator === "not in") {
    scanner.mark("(");
    const operands = [parseOperand(scanner)];
    while (scanner.tryMark(",")) operands.push(parseOperand(scanner));
    scanner.mark(")");
    return { variable, operator, operands };
  }
  const operands = [parseOperand(scanner)];
  if (operator === "between") {
    scanner.keyword("and");
    operands.push(parseOperand(scanner));
  }
  return { variable, operator, operands };
}

function parseOperator(scanner: Scanner): Operator {
  for (const operator of ["=", "!="] as const) if (scanner.tryMark(operator)) return operator;
  for (const operator of ["before", "after", "between", "in"] as const) {
    if (scanner.tryKeyword(operator)) return operator;
  }
  if (!scanner.tryKeyword("not")) scanner.fail("=, !=, in, not in, before, after, or between");
  scanner.keyword("in");
  return "not in";
}

function parseOperand(scanner: Scanner): Operand {
  const text = scanner.tryMatch(TEXT);
  if (text !== undefined) return { form: "text", value: text };
  const pattern = scanner.tryMatch(PATTERN);
  if (pattern !== undefined) return { form: "pattern", value: pattern };
  return { form: "word", value: scanner.word("a value") };
}

class Scanner {
  public position = 0;

  constructor(private readonly text: string) {}

  public fail(expected: string): never {
    const rest = this.text.slice(this.position).trimStart();
    const found = rest === "" ? "the end" : JSON.stringify(rest.slice(0, 40));
    throw new StatementSyntaxError(`at character ${this.position + 1}: expected ${expected}; found ${found}`);
  }

  public tryMatch(pattern: RegExp): string | undefined {
    this.skip();
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.position = pattern.lastIndex;
    return match[1] ?? match[0];
  }

  public word(what: string): string {
    return this.tryMatch(WORD) ?? this.fail(what);
  }

  public tryKeyword(keyword: string): boolean {
    const start = this.position;
    if (this.tryMatch(WORD)?.toLowerCase() === keyword) return true;
    this.position = start;
    return false;
  }

  public keyword(keyword: string): void {
    if (!this.tryKeyword(keyword)) this.fail(keyword);
  }

  public tryMark(mark: string): boolean {
    this.skip();
    if (!this.text.startsWith(mark, this.position)) return false;
    this.position += mark.length;
    return true;
  }

  public mark(mark: string): void {
    if (!this.tryMark(mark)) this.fail(mark);
  }

  public end(): void {
    this.skip();
    if (this.position < this.text.length) this.fail("the end of the statement");
  }

  private skip(): void {
    SPACE.lastIndex = this.position;
    SPACE.exec(this.text);
    this.position = SPACE.lastIndex;
  }
}

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
