import {
  parseLogCondition,
  parseLogQuery,
  type LogExpression,
  type LogStage,
  type NamedExpression,
} from "../../../lib/observability/private/log-query";

type Value = string | number | boolean | null | undefined;
/** A row of a result: the record that it comes from, or columns by name. */
interface Row {
  readonly [column: string]: unknown;
}

/**
 * The rows that a query finds in records, as Logging Search finds them.
 *
 * @see https://docs.oracle.com/iaas/Content/Logging/Reference/query_language_specification.htm
 */
export function search(query: string, records: readonly object[]): Row[] {
  const rows = records.map((record) => record as Row);
  return parseLogQuery(query).stages.reduce((current, stage) => applied(stage, current), rows);
}

/** Whether a record meets a condition of Connector Hub. */
export function meets(condition: string, record: object): boolean {
  return isTrue(valueOf(parseLogCondition(condition), record as Row));
}

function applied(stage: LogStage, rows: readonly Row[]): Row[] {
  switch (stage.kind) {
    case "where":
      return rows.filter((row) => isTrue(valueOf(stage.condition, row)));
    case "select":
      return rows.map((row) => columnsOf(stage.columns, row));
    case "extend":
      return rows.map((row) => ({ ...row, ...columnsOf(stage.columns, row) }));
    case "dedup":
      return [...new Map(rows.map((row) => [JSON.stringify(columnsOf(stage.columns, row)), row])).values()];
    case "count":
      return [{ count: rows.length }];
    case "top":
      return sorted(rows, [{ expression: stage.by, isDescending: true }]).slice(0, stage.count);
    case "sort":
      return sorted(rows, stage.by);
    case "summarize":
      return summarized(stage, rows);
  }
}

function columnsOf(columns: readonly NamedExpression[], row: Row): Row {
  return Object.fromEntries(columns.map((column) => [nameOf(column), valueOf(column.expression, row)]));
}

function nameOf({ expression, name }: NamedExpression): string {
  if (name !== undefined) return name;
  if (expression.kind === "field") return expression.path.join(".");
  return expression.kind === "call" ? expression.name : expression.kind;
}

function sorted(
  rows: readonly Row[],
  by: readonly { readonly expression: LogExpression; readonly isDescending: boolean }[],
): Row[] {
  return [...rows].sort((a, b) => {
    for (const { expression, isDescending } of by) {
      const [one, other] = [valueOf(expression, a), valueOf(expression, b)];
      if (one === undefined || other === undefined)
        throw new Error(`There is no column ${JSON.stringify(expression)}`);
      if (one !== other) return (one! < other! ? -1 : 1) * (isDescending ? -1 : 1);
    }
    return 0;
  });
}

function summarized(stage: LogStage & { kind: "summarize" }, rows: readonly Row[]): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(columnsOf(stage.by, row));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, members]) => ({
    ...(JSON.parse(key) as Row),
    ...Object.fromEntries(
      stage.columns.map((column) => [nameOf(column), aggregate(column.expression, members)]),
    ),
  }));
}

function aggregate(expression: LogExpression, rows: readonly Row[]): Value {
  if (expression.kind !== "call") throw new Error("summarize takes aggregate functions");
  const [argument] = expression.args;
  const values = argument
    ? rows.map((row) => valueOf(argument, row)).filter((value) => value !== undefined)
    : [];
  switch (expression.name) {
    case "count":
      return argument ? values.length : rows.length;
    case "sum":
      return values.reduce<number>((total, value) => total + Number(value), 0);
    case "min":
      return values.reduce((least, value) => (value! < least! ? value : least));
    case "max":
      return values.reduce((most, value) => (value! > most! ? value : most));
    default:
      throw new Error(`${expression.name} is not evaluated`);
  }
}

function valueOf(expression: LogExpression, row: Row): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "field":
      return fieldOf(expression.path, row);
    case "not":
      return !isTrue(valueOf(expression.inner, row));
    case "call":
      return called(
        expression.name,
        expression.args.map((argument) => valueOf(argument, row)),
      );
    case "binary": {
      const { operator, left, right } = expression;
      if (operator === "and") return isTrue(valueOf(left, row)) && isTrue(valueOf(right, row));
      if (operator === "or") return isTrue(valueOf(left, row)) || isTrue(valueOf(right, row));
      return compared(operator, valueOf(left, row), valueOf(right, row));
    }
  }
}

function fieldOf(path: readonly string[], row: Row): Value {
  // The text of the whole record, and the time at which it was written.
  if (path.length === 1 && path[0] === "logContent") {
    return unescaped(JSON.stringify(row));
  }
  if (path.length === 1 && path[0] === "datetime" && !("datetime" in row))
    return Date.parse(String(row.time));
  let value: unknown = row[path.join(".")];
  if (value === undefined) {
    value = path.reduce<unknown>((inner, name) => (inner as Row | undefined)?.[name], row);
  }
  return value as Value;
}

/** Texts within the record are found as they are, not as JSON writes them. */
function unescaped(text: string): string {
  return text.replace(/\\"/g, '"');
}

function compared(operator: string, left: Value, right: Value): boolean {
  if (left === undefined || left === null) return false;
  switch (operator) {
    case "=":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case ">":
      return Number(left) > Number(right);
    case ">=":
      return Number(left) >= Number(right);
    case "<":
      return Number(left) < Number(right);
    case "<=":
      return Number(left) <= Number(right);
    default:
      throw new Error(`${operator} is not evaluated`);
  }
}

/** Texts are compared as patterns, in which `*` stands for any characters. */
function isEqual(left: Value, right: Value): boolean {
  if (typeof right !== "string") return left === right;
  const pattern = right.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
  return new RegExp(`^${pattern}$`, "s").test(String(left));
}

function called(name: string, args: readonly Value[]): Value {
  switch (name) {
    case "isnull":
      return args[0] === undefined || args[0] === null;
    case "isnotnull":
      return args[0] !== undefined && args[0] !== null;
    case "lower":
      return String(args[0]).toLowerCase();
    case "upper":
      return String(args[0]).toUpperCase();
    case "concat":
      return args.join("");
    default:
      throw new Error(`${name} is not evaluated`);
  }
}

function isTrue(value: Value): boolean {
  return value === true;
}
