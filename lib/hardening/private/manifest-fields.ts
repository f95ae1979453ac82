import { Token } from "cdktf";
import { referenceOf } from "../../synthesis/references";

/** A map of a manifest, such as a container or its security context. */
export interface Fields {
  [key: string]: unknown;
}

/** Whether a value is missing. */
export function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether a value is a reference to a Terraform value, which is unknown at synthesis. */
export function isReference(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/** The value as a map, if it is one that can be read and written. */
export function fieldsOf(value: unknown): Fields | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !referenceOf(value) ? (value as Fields) : undefined;
}

/** The entries of a list that are maps; empty for any other value. */
export function entriesOf(value: unknown): Fields[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).filter((entry) => entry !== undefined);
}

/** The value at a path of keys. */
export function valueAt(fields: Fields | undefined, ...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => fieldsOf(value)?.[key], fields);
}

/** A value as text for messages. */
export function textOf(value: unknown): string | undefined {
  if (isReference(value)) return "a reference to a Terraform value";
  return value === undefined ? undefined : JSON.stringify(value);
}
