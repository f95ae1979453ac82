import { Token } from "cdktf";

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

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The resource type that includes all others. */
export const ALL_RESOURCES = "all-resources";

/** Whether a text can be the name of a resource type. */
export function isResourceType(name: string): boolean {
  return typeof name === "string" && !Token.isUnresolved(name) && NAME.test(name);
}

export const SUBJECT_KINDS = ["group", "dynamic-group", "service", "any-user", "any-group"] as const;

export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Who gets the access: a kind, and for all kinds but any-user and any-group the members as they are written. */
export interface SubjectModel {
  readonly kind: SubjectKind;
  /** Such as `id ocid1.group.…`, or a name. */
  readonly members: readonly string[];
}

/** What is granted: a verb on a resource type, or single permissions. */
export type ActionModel =
  { readonly verb: string; readonly resourceType: string } | { readonly permissions: readonly string[] };

/** Where it is granted: in the tenancy, or in a compartment as it is written: `id ocid1.…`, a name, or a path of names. */
export type LocationModel =
  { readonly kind: "tenancy" } | { readonly kind: "compartment"; readonly compartment: string };

export interface StatementModel {
  readonly subject: SubjectModel;
  readonly action: ActionModel;
  readonly location: LocationModel;
  readonly condition?: ConditionModel;
}

/** A statement as OCI writes it. */
export function printStatement({ subject, action, location, condition }: StatementModel): string {
  const where = location.kind === "tenancy" ? "tenancy" : `compartment ${location.compartment}`;
  return [
    `Allow ${printSubject(subject)} to ${printAction(action)} in ${where}`,
    ...(condition ? [`where ${printCondition(condition)}`] : []),
  ].join(" ");
}

export function printSubject({ kind, members }: SubjectModel): string {
  return members.length > 0 ? `${kind} ${members.join(", ")}` : kind;
}

function printAction(action: ActionModel): string {
  return "permissions" in action
    ? `{${action.permissions.join(", ")}}`
    : `${action.verb} ${action.resourceType}`;
}

/** The statement of a policy in readable form, without the placeholders of references to Terraform values. */
export function readableStatement(text: string): string {
  if (!Token.isUnresolved(text)) return text;
  return text
    .replace(/(request\.principal\.id = ')\$\{TfToken\[[^\]]*\]\}/g, "$1<OCID of the cluster>")
    .replace(/(compartment\.id = '|compartment id )\$\{TfToken\[[^\]]*\]\}/g, "$1<OCID of the compartment>")
    .replace(/\$\{TfToken\[[^\]]*\]\}/g, "<OCID of a reference>");
}
