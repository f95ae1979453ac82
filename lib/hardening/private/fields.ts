import { Token } from "cdktf";
import { referenceOf } from "../../synthesis/references";

/** A map of a manifest, such as a container or its security context. */
export interface Fields {
  [key: string]: unknown;
}

/** Whether nothing was said. */
export function isUnsaid(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether a value is a reference to a Terraform value, of which nothing is known yet. */
export function isReference(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/** A map, where it is one that can be read and written. */
export function fieldsOf(value: unknown): Fields | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !referenceOf(value) ? (value as Fields) : undefined;
}

/** The entries of a list that are maps; of what is no list, none. */
export function entriesOf(value: unknown): Fields[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).filter((entry) => entry !== undefined);
}

/** What is found by going down from a map. */
export function valueAt(fields: Fields | undefined, ...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => fieldsOf(value)?.[key], fields);
}

/** A value as people read it. */
export function textOf(value: unknown): string | undefined {
  if (isReference(value)) return "a reference to a Terraform value";
  return value === undefined ? undefined : JSON.stringify(value);
}
