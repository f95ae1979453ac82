import {
  parseMetricQuery,
  type DimensionFilter,
  type MetricExpression,
  type MetricFunction,
} from "../../../lib/observability/private/metric-query";
import { type MetricPoint } from "../../../lib/observability/private/watched";

/** Values of one interval by the dimensions that they are grouped by. */
type Series = readonly { readonly key: string; readonly value: number }[];
type Fired = Series | number;

/**
 * Whether an alarm's query is true for points of one interval, as Monitoring evaluates it.
 *
 * @see https://docs.oracle.com/iaas/Content/Monitoring/Reference/mql.htm
 */
export function fires(query: string, points: readonly MetricPoint[]): boolean {
  const result = evaluate(parseMetricQuery(query), points);
  return typeof result === "number" ? result !== 0 : result.some(({ value }) => value !== 0);
}

function evaluate(expression: MetricExpression, points: readonly MetricPoint[]): Fired {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "metric": {
      const { metric, filters, functions } = expression;
      const known = points.filter((point) => point.metric === metric && passes(point, filters));
      return applied(functions, known);
    }
    case "nested": {
      const inner = evaluate(expression.inner, points);
      if (expression.functions.length === 0) return inner;
      const values = typeof inner === "number" ? [{ key: "", value: inner }] : inner;
      return applied(
        expression.functions,
        values.map(({ value }) => ({ metric: "", dimensions: {}, value })),
      );
    }
    case "range": {
      const { from, to, isNegated, value } = expression;
      return each(evaluate(value, points), (one) => Number((one >= from && one <= to) !== isNegated));
    }
    case "binary": {
      const [left, right] = [evaluate(expression.left, points), evaluate(expression.right, points)];
      return combined(expression.operator, left, right);
    }
  }
}

/** The points by group, and a statistic of each. */
function applied(functions: readonly MetricFunction[], points: readonly MetricPoint[]): Series {
  const grouping = functions.find(({ name }) => /^group/i.test(name));
  const statistic = functions.find(({ name }) => !/^group/i.test(name));
  if (!statistic) throw new Error("A query without a statistic");
  if (statistic.name === "absent") return [{ key: "", value: Number(points.length === 0) }];
  const keyOf = ({ dimensions }: MetricPoint) =>
    // Without a grouping, each set of dimensions is a series of its own, unless the statistic has one name for all.
    (grouping ? grouping.args.map((name) => dimensions[name] ?? "") : Object.values(dimensions)).join("/");
  const groups = new Map<string, number[]>();
  for (const point of points) groups.set(keyOf(point), [...(groups.get(keyOf(point)) ?? []), point.value]);
  return [...groups].map(([key, values]) => ({ key, value: statisticOf(statistic, values) }));
}

function statisticOf({ name }: MetricFunction, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case "sum":
      return sum;
    case "mean":
    case "avg":
      return sum / values.length;
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    case "count":
      return values.length;
    default:
      throw new Error(`${name} is not evaluated`);
  }
}

function passes({ dimensions }: MetricPoint, filters: readonly DimensionFilter[]): boolean {
  return filters.every(({ dimension, operator, values: [value = "", ...more] }) => {
    const own = dimensions[dimension];
    if (operator === "=") return own === value;
    if (operator === "!=") return own !== value;
    const isOne = [value, ...more].includes(own ?? "");
    if (operator === "in" || operator === "not in") return isOne === (operator === "in");
    return wildcard(value).test(own ?? "") === (operator === "=~");
  });
}

/** A pattern, in which `*` stands for any characters and `|` for a choice. */
function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()[\]\\]/g, "\\$&").replace(/\*/g, ".*");
  return new RegExp(`^(?:${escaped})$`);
}

const OPERATIONS: { readonly [operator: string]: (a: number, b: number) => number } = {
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  "=": (a, b) => Number(a === b),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "&&": (a, b) => Number(a !== 0 && b !== 0),
  "||": (a, b) => Number(a !== 0 || b !== 0),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
};

function combined(operator: string, left: Fired, right: Fired): Fired {
  const operation = OPERATIONS[operator];
  if (!operation) throw new Error(`${operator} is not evaluated`);
  if (typeof right === "number") return each(left, (value) => operation(value, right));
  if (typeof left === "number") return each(right, (value) => operation(left, value));
  if (operator === "||") return [...left, ...right];
  return left.flatMap(({ key, value }) =>
    right
      .filter((other) => other.key === key)
      .map((other) => ({ key, value: operation(value, other.value) })),
  );
}

function each(result: Fired, operation: (value: number) => number): Fired {
  if (typeof result === "number") return operation(result);
  return result.map(({ key, value }) => ({ key, value: operation(value) }));
}
