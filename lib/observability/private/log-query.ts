import { QueryTokens } from "./query-reader";

/** A value or condition of a log query. */
export type LogExpression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "field"; readonly path: readonly string[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly LogExpression[] }
  | { readonly kind: "not"; readonly inner: LogExpression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: LogExpression;
      readonly right: LogExpression;
    };

/** A value with its new name. */
export interface NamedExpression {
  readonly expression: LogExpression;
  readonly name?: string;
}

/** One operation on a stream of records. */
export type LogStage =
  | { readonly kind: "where"; readonly condition: LogExpression }
  | { readonly kind: "select" | "extend" | "dedup"; readonly columns: readonly NamedExpression[] }
  | { readonly kind: "count" }
  | { readonly kind: "top"; readonly count: number; readonly by: LogExpression }
  | {
      readonly kind: "sort";
      readonly by: readonly { readonly expression: LogExpression; readonly isDescending: boolean }[];
    }
  | {
      readonly kind: "summarize";
      readonly columns: readonly NamedExpression[];
      readonly by: readonly NamedExpression[];
    };

/** A log query: the logs to search, and the stages that process their records. */
export interface LogQuery {
  readonly scopes: readonly string[];
  readonly stages: readonly LogStage[];
}

const KINDS = {
  blank: /\s+|--[^\n]*|\/\*[^]*?\*\//y,
  name: /[A-Za-z_$][A-Za-z0-9_$]*|"(?:[^"]|"")*"/y,
  string: /'(?:[^'\\]|\\.)*'/y,
  number: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_])/y,
  symbol: /!=|>=|<=|[=<>(),.|+\-*/]/y,
};

const STAGES = ["where", "select", "extend", "dedup", "count", "top", "sort", "summarize"];
const FUNCTIONS = [
  "avg",
  "concat",
  "contains_ci",
  "contains_cs",
  "count",
  "first",
  "isnotnull",
  "isnull",
  "last",
  "lower",
  "max",
  "min",
  "rounddown",
  "substr",
  "sum",
  "time_format",
  "unnest",
  "upper",
];
const COMPARISONS = ["=", "!=", ">=", "<=", ">", "<"];

/**
 * Parses a log query.
 *
 * @see https://docs.oracle.com/iaas/Content/Logging/Reference/query_language_specification.htm
 */
export function parseLogQuery(query: string): LogQuery {
  const tokens = new QueryTokens(query, KINDS);
  tokens.expect("search", "name", "search");
  const scopes: string[] = [];
  do scopes.push(unquoted(tokens.expect('a scope, such as "ocid1.compartment.…/_Audit",', "name")));
  while (tokens.accept("symbol", ",") !== undefined || tokens.sees("name"));
  const stages: LogStage[] = [];
  while (tokens.accept("symbol", "|")) stages.push(stageOf(tokens));
  tokens.end();
  return { scopes, stages };
}

/** Parses a condition on a record, as in a rule of Connector Hub. */
export function parseLogCondition(condition: string): LogExpression {
  const tokens = new QueryTokens(condition, KINDS);
  const expression = disjunction(tokens);
  tokens.end();
  return expression;
}

function stageOf(tokens: QueryTokens): LogStage {
  const isNamed = STAGES.some((stage) => tokens.sees("name", stage));
  // `where` is optional.
  const kind = isNamed ? tokens.expect("an operator", "name").toLowerCase() : "where";
  switch (kind) {
    case "select":
    case "extend":
    case "dedup":
      return { kind, columns: columnsOf(tokens) };
    case "count":
      return { kind };
    case "top": {
      const count = Number(tokens.expect("a number of rows", "number"));
      tokens.expect("by", "name", "by");
      return { kind, count, by: disjunction(tokens) };
    }
    case "sort":
      return { kind, by: orderOf(tokens) };
    case "summarize": {
      const columns = columnsOf(tokens);
      return { kind, columns, by: tokens.accept("name", "by") ? columnsOf(tokens) : [] };
    }
    default:
      return { kind: "where", condition: disjunction(tokens) };
  }
}

function orderOf(tokens: QueryTokens): { expression: LogExpression; isDescending: boolean }[] {
  tokens.expect("by", "name", "by");
  const by: { expression: LogExpression; isDescending: boolean }[] = [];
  do {
    const expression = disjunction(tokens);
    const direction = tokens.accept("name", "asc", "desc");
    by.push({ expression, isDescending: direction?.toLowerCase() === "desc" });
  } while (tokens.accept("symbol", ","));
  return by;
}

function columnsOf(tokens: QueryTokens): NamedExpression[] {
  const columns: NamedExpression[] = [];
  do {
    const isAll = tokens.accept("symbol", "*") !== undefined;
    const expression: LogExpression = isAll ? { kind: "field", path: [] } : disjunction(tokens);
    const name = tokens.accept("name", "as") ? unquoted(tokens.expect("a name", "name")) : undefined;
    columns.push({ expression, name });
  } while (tokens.accept("symbol", ","));
  return columns;
}

function disjunction(tokens: QueryTokens): LogExpression {
  return chain(tokens, "name", ["or"], () => chain(tokens, "name", ["and"], () => negation(tokens)));
}

function negation(tokens: QueryTokens): LogExpression {
  if (tokens.accept("name", "not")) return { kind: "not", inner: negation(tokens) };
  const left = sum(tokens);
  const operator = tokens.accept("symbol", ...COMPARISONS);
  return operator ? { kind: "binary", operator, left, right: sum(tokens) } : left;
}

function sum(tokens: QueryTokens): LogExpression {
  return chain(tokens, "symbol", ["+", "-"], () =>
    chain(tokens, "symbol", ["*", "/"], () => operand(tokens)),
  );
}

function chain(
  tokens: QueryTokens,
  kind: string,
  operators: readonly string[],
  read: () => LogExpression,
): LogExpression {
  let left = read();
  for (;;) {
    const operator = tokens.accept(kind, ...operators)?.toLowerCase();
    if (!operator) return left;
    left = { kind: "binary", operator, left, right: read() };
  }
}

function operand(tokens: QueryTokens): LogExpression {
  if (tokens.accept("symbol", "(")) {
    const inner = disjunction(tokens);
    tokens.expect(")", "symbol", ")");
    return inner;
  }
  if (tokens.accept("symbol", "-")) {
    return { kind: "literal", value: -Number(tokens.expect("a number", "number")) };
  }
  const number = tokens.accept("number");
  if (number !== undefined) return { kind: "literal", value: Number(number) };
  const text = tokens.accept("string");
  if (text !== undefined) return { kind: "literal", value: text.slice(1, -1).replace(/\\(.)/g, "$1") };
  if (tokens.sees("name", "true", "false", "null") && !tokens.seesBehind(".")) {
    return {
      kind: "literal",
      value: JSON.parse(tokens.expect("a literal", "name").toLowerCase()) as boolean,
    };
  }
  if (tokens.sees("name", ...FUNCTIONS) && tokens.seesBehind("(")) return callOf(tokens);
  return fieldOf(tokens);
}

function callOf(tokens: QueryTokens): LogExpression {
  const name = tokens.expect("a function", "name").toLowerCase();
  tokens.expect("(", "symbol", "(");
  const args: LogExpression[] = [];
  while (!tokens.sees("symbol", ")")) {
    if (args.length > 0) tokens.expect("a comma", "symbol", ",");
    args.push(disjunction(tokens));
  }
  tokens.expect(")", "symbol", ")");
  return { kind: "call", name, args };
}

function fieldOf(tokens: QueryTokens): LogExpression {
  const path = [unquoted(tokens.expect("a field, a text in single quotes, a number or a function", "name"))];
  if (tokens.sees("symbol", "(")) tokens.fail(`${path[0]} is not a function`);
  while (tokens.accept("symbol", ".")) path.push(unquoted(tokens.expect("a field", "name")));
  return { kind: "field", path };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replace(/""/g, '"') : name;
}
