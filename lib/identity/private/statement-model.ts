import { printCondition, type ConditionModel } from "./condition-model";

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
