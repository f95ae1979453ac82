import { QueryTokens } from "./query-reader";

/** A filter by a dimension: a series counts if its value is one of `values`. */
export interface DimensionFilter {
  readonly dimension: string;
  /** `=` and `!=` compare exactly, `=~` and `!~` by patterns, `in` and `not in` with a list. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** A function that is applied to series, such as `groupBy(nodepoolId)` or `sum()`. */
export interface MetricFunction {
  readonly name: string;
  readonly args: readonly string[];
}

/** A parsed metric query. */
export type MetricExpression =
  | { readonly kind: "number"; readonly value: number }
  | {
      readonly kind: "metric";
      readonly metric: string;
      readonly interval: string;
      readonly filters: readonly DimensionFilter[];
      readonly functions: readonly MetricFunction[];
    }
  | {
      readonly kind: "nested";
      readonly inner: MetricExpression;
      readonly functions: readonly MetricFunction[];
    }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: MetricExpression;
      readonly right: MetricExpression;
    }
  | {
      readonly kind: "range";
      readonly isNegated: boolean;
      readonly value: MetricExpression;
      readonly from: number;
      readonly to: number;
    };

const KINDS = {
  blank: /\s+/y,
  string: /"(?:[^"\\]|\\.)*"/y,
  interval: /\[\s*(?:\d+[mhd])\s*\]/y,
  number: /\d+(?:\.\d+)?(?![A-Za-z0-9_])/y,
  duration: /\d+[mhd](?![A-Za-z0-9_])/y,
  symbol: /\|\||&&|::|==|!=|>=|<=|=~|!~|[=<>(){},.+\-*/%]/y,
  name: /[A-Za-z_$][A-Za-z0-9_$-]*/y,
};

const GROUPINGS = ["groupby", "grouping"];
const STATISTICS = [
  "absent",
  "avg",
  "count",
  "first",
  "increment",
  "last",
  "max",
  "mean",
  "min",
  "percentile",
  "rate",
  "sum",
];
const INTERVAL = /^\[\s*(\d+)([mhd])\s*\]$/;
const MAX_INTERVAL_LENGTH: { readonly [unit: string]: number } = { m: 60, h: 24, d: 1 };

/**
 * Parses a query of the Monitoring Query Language.
 *
 * @see https://docs.oracle.com/iaas/Content/Monitoring/Reference/mql.htm
 */
export function parseMetricQuery(query: string): MetricExpression {
  const tokens = new QueryTokens(query, KINDS);
  const expression = disjunction(tokens);
  tokens.end();
  return expression;
}

/** Whether a query has a trigger for an alarm: a comparison, or absence. */
export function hasTrigger(expression: MetricExpression): boolean {
  if (expression.kind === "range") return true;
  if (expression.kind === "binary") {
    const { operator, left, right } = expression;
    return ["&&", "||"].includes(operator)
      ? hasTrigger(left) && hasTrigger(right)
      : COMPARISONS.includes(operator);
  }
  if (expression.kind === "number") return false;
  if (expression.functions.some(({ name }) => name === "absent")) return true;
  // The number of series that match a condition: any number triggers.
  return expression.kind === "nested" && hasTrigger(expression.inner);
}

const COMPARISONS = ["==", "=", "!=", ">", ">=", "<", "<="];

function disjunction(tokens: QueryTokens): MetricExpression {
  return chain(tokens, ["||"], () => chain(tokens, ["&&"], () => comparison(tokens)));
}

function comparison(tokens: QueryTokens): MetricExpression {
  const left = sum(tokens);
  const operator = tokens.accept("symbol", ...COMPARISONS);
  if (operator) return { kind: "binary", operator, left, right: sum(tokens) };
  const isNegated = tokens.accept("name", "not") !== undefined;
  if (isNegated && !tokens.sees("name", "in")) tokens.fail("expected in");
  if (!tokens.accept("name", "in")) return left;
  tokens.expect("(", "symbol", "(");
  const from = signedNumber(tokens);
  tokens.expect("a comma", "symbol", ",");
  const to = signedNumber(tokens);
  tokens.expect(")", "symbol", ")");
  return { kind: "range", isNegated, value: left, from, to };
}

function sum(tokens: QueryTokens): MetricExpression {
  return chain(tokens, ["+", "-"], () => chain(tokens, ["*", "/", "%"], () => operand(tokens)));
}

/** Operands joined by operators of one precedence. */
function chain(
  tokens: QueryTokens,
  operators: readonly string[],
  read: () => MetricExpression,
): MetricExpression {
  let left = read();
  for (;;) {
    const operator = tokens.accept("symbol", ...operators);
    if (!operator) return left;
    left = { kind: "binary", operator, left, right: read() };
  }
}

function operand(tokens: QueryTokens): MetricExpression {
  if (tokens.sees("number") || tokens.sees("symbol", "-")) {
    return { kind: "number", value: signedNumber(tokens) };
  }
  if (tokens.accept("symbol", "(")) {
    const inner = disjunction(tokens);
    tokens.expect(")", "symbol", ")");
    return { kind: "nested", inner, functions: functionsOf(tokens) };
  }
  let metric = tokens.expect("a metric", "name");
  // A resource group may precede the name.
  if (tokens.accept("symbol", "::")) metric = tokens.expect("a metric", "name");
  const interval = intervalOf(tokens);
  const filters = filtersOf(tokens);
  const functions = functionsOf(tokens);
  if (!functions.some(({ name }) => STATISTICS.includes(name.toLowerCase()))) {
    tokens.fail("expected a statistic, such as .sum()");
  }
  return { kind: "metric", metric, interval, filters, functions };
}

function signedNumber(tokens: QueryTokens): number {
  const sign = tokens.accept("symbol", "-") ? -1 : 1;
  return sign * Number(tokens.expect("a number", "number"));
}

function intervalOf(tokens: QueryTokens): string {
  const text = tokens.expect("an interval such as [5m]", "interval");
  const [, count = "0", unit = ""] = INTERVAL.exec(text) ?? [];
  if (Number(count) < 1 || Number(count) > (MAX_INTERVAL_LENGTH[unit] ?? 0)) {
    tokens.fail(`${text} is not an interval: use [1m] to [60m], [1h] to [24h] or [1d]`);
  }
  return `${count}${unit}`;
}

function filtersOf(tokens: QueryTokens): DimensionFilter[] {
  if (!tokens.accept("symbol", "{")) return [];
  const filters: DimensionFilter[] = [];
  do {
    const dimension = tokens.expect("a dimension", "name");
    filters.push({ dimension, ...filterOf(tokens) });
  } while (tokens.accept("symbol", ",", "&&"));
  tokens.expect("}", "symbol", "}");
  return filters;
}

function filterOf(tokens: QueryTokens): Omit<DimensionFilter, "dimension"> {
  const operator = tokens.accept("symbol", "=", "==", "!=", "=~", "!~");
  if (operator) return { operator: operator === "==" ? "=" : operator, values: [stringOf(tokens)] };
  const isNegated = tokens.accept("name", "not") !== undefined;
  tokens.expect("an operator, such as =,", "name", "in");
  tokens.expect("(", "symbol", "(");
  const values: string[] = [];
  do values.push(stringOf(tokens));
  while (tokens.accept("symbol", ","));
  tokens.expect(")", "symbol", ")");
  return { operator: isNegated ? "not in" : "in", values };
}

function stringOf(tokens: QueryTokens): string {
  const text = tokens.expect("a text in double quotes", "string");
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

function functionsOf(tokens: QueryTokens): MetricFunction[] {
  const functions: MetricFunction[] = [];
  while (tokens.accept("symbol", ".")) {
    const name = tokens.expect("a statistic or grouping", "name");
    if (![...GROUPINGS, ...STATISTICS].includes(name.toLowerCase())) {
      tokens.fail(`${name}() is neither a statistic nor a grouping`);
    }
    tokens.expect("(", "symbol", "(");
    const args: string[] = [];
    while (!tokens.sees("symbol", ")")) {
      if (args.length > 0) tokens.expect("a comma", "symbol", ",");
      const kind = ["name", "number", "duration"].find((each) => tokens.sees(each));
      args.push(kind ? tokens.expect("an argument", kind) : stringOf(tokens));
    }
    tokens.expect(")", "symbol", ")");
    functions.push({ name, args });
  }
  return functions;
}

/** The metrics that a query reads. */
export function metricsOf(query: MetricExpression): string[] {
  switch (query.kind) {
    case "metric":
      return [query.metric];
    case "nested":
      return metricsOf(query.inner);
    case "binary":
      return [...metricsOf(query.left), ...metricsOf(query.right)];
    case "range":
      return metricsOf(query.value);
    case "number":
      return [];
  }
}
