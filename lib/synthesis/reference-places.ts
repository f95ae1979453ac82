import { type IResolvable, type TerraformStack, Token } from "cdktf";
import { holdsMisplacedReference, partsOf, referenceOf } from "./references";

/** A place in an object that contains a reference to a Terraform value. */
export interface ReferencePlace {
  /** The field, such as `spec.template.spec.containers[0].env[2].value`. */
  readonly field: string;
  readonly token: IResolvable;
  /** Whether it is within text, possibly with other text beside it. */
  readonly in: "part" | "text" | "value";
}

/** The places of references to Terraform values in plain data, in the order of the data. */
export function referencePlaces(value: unknown, field = ""): ReferencePlace[] {
  if (typeof value === "string") {
    if (!Token.isUnresolved(value)) return [];
    const parts = partsOf(value);
    const isWhole = parts.length === 1;
    return parts.flatMap((token) =>
      typeof token === "string" ? [] : [{ field, token, in: isWhole ? "text" : "part" }],
    );
  }
  const token = referenceOf(value);
  if (token) return [{ field, token, in: "value" }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    referencePlaces(entry, fieldIn(field, key, Array.isArray(value))),
  );
}

/** The innermost field of plain data with a reference that can't be written there. */
export function misplacedField(value: unknown, field = ""): string {
  if (typeof value !== "object" || value === null || referenceOf(value)) return field;
  const inner = Object.entries(value).find(([, entry]) => holdsMisplacedReference(entry));
  return inner ? misplacedField(inner[1], fieldIn(field, inner[0], Array.isArray(value))) : field;
}

function fieldIn(field: string, key: string, isList: boolean): string {
  if (isList) return `${field}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${field}["${key}"]`;
  return field === "" ? key : `${field}.${key}`;
}

/** The stack of a token's target, if it is known. */
export function originOf(token: unknown): TerraformStack | undefined {
  return (token as { originStack?: TerraformStack }).originStack;
}
