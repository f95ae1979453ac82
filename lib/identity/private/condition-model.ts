/** How an operand is written: `'text'`, `/pattern/`, or a variable or number without quotes. */
export interface Operand {
  readonly form: "text" | "pattern" | "word";
  readonly value: string;
}

/** One comparison. `in` and `not in` have a list of operands, `between` has two, all others have one. */
export interface Comparison {
  readonly variable: string;
  readonly operator: Operator;
  readonly operands: readonly Operand[];
}

/** Several conditions of which all, or at least one, must hold. */
export interface ConditionGroup {
  readonly quantifier: "all" | "any";
  readonly conditions: readonly ConditionModel[];
}

export type ConditionModel = Comparison | ConditionGroup;

export type Operator = "=" | "!=" | "in" | "not in" | "before" | "after" | "between";

export function isGroup(condition: ConditionModel): condition is ConditionGroup {
  return "quantifier" in condition;
}

/** A condition as OCI writes it. */
export function printCondition(condition: ConditionModel): string {
  if (isGroup(condition)) {
    return `${condition.quantifier} {${condition.conditions.map(printCondition).join(", ")}}`;
  }
  const { variable, operator, operands } = condition;
  const printed = operands.map(printOperand);
  if (operator === "in" || operator === "not in") return `${variable} ${operator} (${printed.join(", ")})`;
  return `${variable} ${operator} ${printed.join(" and ")}`;
}

function printOperand({ form, value }: Operand): string {
  if (form === "text") return `'${value}'`;
  return form === "pattern" ? `/${value}/` : value;
}

/** Several conditions that must all hold, without groups in groups; a single one stays as it is. */
export function allOf(conditions: readonly ConditionModel[]): ConditionModel | undefined {
  const flat = conditions.flatMap((condition) =>
    isGroup(condition) && condition.quantifier === "all" ? condition.conditions : [condition],
  );
  return flat.length > 1 ? { quantifier: "all", conditions: flat } : flat[0];
}
