import { Tokenization } from "cdktf";
import { shown } from "./display-value";
import { type ErrorCode } from "./error-codes";
import { kindOf, problemsOfValue } from "./kind-checks";
import { exampleOfMember, missingFix } from "./missing-values";
import { PUBLIC_SURFACE } from "./public-surface";
import { fail, type Problems } from "./validation-error";

/** Reads one value: returns it, resolved, or adds at least one problem and returns undefined. */
type Read<T> = (problems: Problems, name: string, value: unknown) => T | undefined;

/** Reads a value that must be given. */
export interface Reader<T = unknown> extends Read<T> {
  readonly presence?: undefined;
}

/** Reads a value that may be left out. */
export interface OptionalReader<T = unknown> extends Read<T> {
  readonly presence: "optional";
}

/** Reads a value that has a default. */
export interface DefaultReader<T = unknown> extends Read<T> {
  readonly presence: "default";
}

/** Reads a prop. */
export type PropReader<T = unknown> = DefaultReader<T> | OptionalReader<T> | Reader<T>;

const isMissing = (value: unknown) => value === undefined || value === null;

/** Adds a problem for a value that is missing, or of another kind; `instead` is how a program writes one. */
export function refuseKind(problems: Problems, name: string, value: unknown, instead: string): undefined {
  if (isMissing(value)) problems.add("ATTRIBUTE_MISSING", `${name} was not given`, `Write ${instead}`);
  else problems.add("VALUE_INVALID", `${name} is ${kindOf(name, value)}`, `Write ${instead}`);
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether a value has these members; its class is not checked, as it may come from another copy of this library. */
export function isOfKind(value: unknown, members: readonly string[]): boolean {
  return isObject(value) && !Array.isArray(value) && members.every((member) => member in value);
}

/** Reads a value that may be left out. */
export function optional<T>(reader: Reader<T>): OptionalReader<T> {
  return Object.assign(skipping(reader, undefined), { presence: "optional" } as const);
}

/** Reads a value that has a default. */
export function withDefault<T, D = T>(reader: Reader<T>, value: D): DefaultReader<D | T> {
  return Object.assign(skipping<D | T>(reader, value), { presence: "default" } as const);
}

function skipping<T>(reader: Reader<T>, missing: T | undefined): Read<T> {
  return (problems, name, value) => {
    if (value === undefined) return missing;
    if (value !== null) return reader(problems, name, value);
    problems.add("VALUE_INVALID", `${name} is null`, "Leave it out to get its default");
    return undefined;
  };
}

/** Reads a value that must also pass a check, which adds problems. */
export function checkedBy<T>(
  reader: Reader<T>,
  check: (problems: Problems, name: string, value: T) => void,
): Reader<T> {
  return (problems, name, value) => {
    const before = problems.count;
    const read = reader(problems, name, value);
    if (read !== undefined && problems.count === before) check(problems, name, read);
    return problems.count === before ? read : undefined;
  };
}

/** Reads a list or a map as undefined if an entry has a problem, for checks that need all entries. */
export function complete<T>(reader: Reader<T>): Reader<T> {
  return checkedBy(reader, () => undefined);
}

/** Reads a value as another one. */
export function mapped<T, U>(reader: Reader<T>, convert: (value: T) => U): Reader<U> {
  return (problems, name, value) => {
    const read = reader(problems, name, value);
    return read === undefined ? undefined : convert(read);
  };
}

/** Reads a value with an existing check, which also adds a problem for a missing value. */
export function passing<T>(check: (problems: Problems, name: string, value: T) => void): Reader<T> {
  return (problems, name, value) => {
    const before = problems.count;
    check(problems, name, value as T);
    return problems.count === before ? (value as T) : undefined;
  };
}

/** Reads any value that was given. */
export function any<T = unknown>(): Reader<T> {
  return (problems, name, value) => {
    if (!isMissing(value)) return value as T;
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, missingFix(name, exampleOfMember(name)));
    return undefined;
  };
}

/** Reads text, or a reference to a Terraform value in its place. */
export function text(instead = "a text in quotes"): Reader<string> {
  return (problems, name, value) => {
    if (typeof value === "string") return value;
    if (!isMissing(value)) return refuseKind(problems, name, value, instead);
    const fix = missingFix(name, exampleOfMember(name, "string"));
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
    return undefined;
  };
}

/** Reads text that matches a pattern; a reference to a Terraform value passes where `references` is set. */
export function matching(
  pattern: RegExp,
  fix: string,
  {
    code = "NAME_INVALID",
    references = false,
  }: { readonly code?: ErrorCode; readonly references?: boolean } = {},
): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    const isReference = Tokenization.reverseString(value).tokens.length > 0;
    if (isReference ? references : pattern.test(value)) return;
    problems.add(code, `${name} is ${shown(value)}`, fix);
  });
}

/** Reads `true` or `false`. */
export function boolean(): Reader<boolean> {
  return (problems, name, value) =>
    typeof value === "boolean" ? value : refuseKind(problems, name, value, "true or false");
}

/** The largest number that the APIs of Kubernetes and OCI have for a count. */
const MAX_COUNT = 2 ** 31 - 1;

/** The range of a whole number. */
export interface NumberRange {
  readonly least: number;
  /** @default - the largest count of Kubernetes, which messages do not mention */
  readonly most?: number;
  /** The code of the problem. @default COUNT_INVALID */
  readonly code?: ErrorCode;
  /** The fix. @default - the range */
  readonly fix?: string;
}

/** Reads a whole number in a range, as a literal. */
export function wholeNumber(range: NumberRange): Reader<number> {
  const { least, most = MAX_COUNT, code = "COUNT_INVALID" } = range;
  const text = range.most === undefined ? `${least} or more` : `from ${least} to ${most}`;
  const { fix = `Give a whole number ${text}` } = range;
  return (problems, name, value) => {
    if (isMissing(value)) problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
    else if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
      problems.add(code, `${name} is ${shown(value)}`, fix);
    else return value as number;
    return undefined;
  };
}

/** Reads a port number. */
export function portNumber(fix?: string): Reader<number> {
  return wholeNumber({ least: 1, most: 65_535, code: "PORT_INVALID", fix });
}

/** Reads a value that has these members. */
export function kind<T = unknown>(members: readonly string[], instead: string): Reader<T> {
  return (problems, name, value) =>
    isOfKind(value, members) ? (value as T) : refuseKind(problems, name, value, instead);
}

/**
 * Reads a value of a public class, as `@checked` does: by its members, as it may come from another copy of this library.
 *
 * @param type the class, or the name of a public interface
 */
export function valueOf<T>(type: string | { readonly name: string; readonly prototype: T }): Reader<T> {
  const name = typeof type === "string" ? type : type.name;
  if (!(name in PUBLIC_SURFACE.classes) && !(name in PUBLIC_SURFACE.interfaces)) {
    fail(`${name} is not in lib/core/public-types.json, which npm run surface writes`);
  }
  return (problems, place, value) => {
    const found = problemsOfValue(place, name, value);
    for (const { code, what, fix } of found) problems.add(code, what, fix);
    return found.length === 0 ? (value as T) : undefined;
  };
}

/** Reads one of the values of an enumeration. */
export function choice<T extends string>(values: { readonly [name: string]: T }, instead: string): Reader<T> {
  return (problems, name, value) => {
    if (Object.values(values).includes(value as T)) return value as T;
    if (isMissing(value)) return refuseKind(problems, name, value, instead);
    problems.add(
      "VALUE_INVALID",
      `${name} is ${kindOf(name, value)}, none of the choices`,
      `Write ${instead}`,
    );
    return undefined;
  };
}

const isRead = <T>(value: T | undefined): value is T => value !== undefined;

/** Reads a list; entries with problems are left out. */
export function listOf<T>(each: PropReader<T>, instead: string): Reader<T[]> {
  return (problems, name, value) => {
    if (!Array.isArray(value)) return refuseKind(problems, name, value, instead);
    return value.map((entry: unknown, index) => each(problems, `${name}[${index}]`, entry)).filter(isRead);
  };
}

/** How the entries of a list are identified. */
export interface UniqueEntries<T> {
  /** The key of an entry. @default - the entry itself, as text */
  readonly keyOf?: (entry: T) => string;
  /** The fix for a duplicate. */
  readonly fix: string;
}

/** Reads a list without duplicates. */
export function uniqueListOf<T>(
  each: PropReader<T>,
  instead: string,
  { keyOf = String, fix }: UniqueEntries<T>,
): Reader<T[]> {
  const list = listOf(each, instead);
  return (problems, name, value) => {
    const entries = list(problems, name, value);
    const keys = entries?.map(keyOf) ?? [];
    for (const key of new Set(keys.filter((other, index) => keys.indexOf(other) !== index))) {
      problems.add("NAME_DUPLICATE", `${name} has ${shown(key)} twice`, fix);
    }
    return entries;
  };
}

/** Reads an object by names; entries with problems are left out. */
export function mapOf<T>(each: PropReader<T>, instead: string): Reader<{ [key: string]: T }> {
  return (problems, name, value) => {
    if (!isOfKind(value, [])) return refuseKind(problems, name, value, instead);
    const entries = Object.entries(value as object).map(
      ([key, entry]: [string, unknown]) => [key, each(problems, `${name}.${key}`, entry)] as const,
    );
    return Object.fromEntries(entries.filter((entry): entry is [string, T] => isRead(entry[1])));
  };
}

/**
 * Reads a list with at least one entry; entries with problems are left out.
 *
 * @param example such as `["oci-bv"]`
 * @param code the code of the problem of an empty list
 * @param otherwise the meaning of a list that is not given, for optional lists, such as `to allow all`
 */
export function nonEmptyListOf<T>(
  each: PropReader<T>,
  example: string,
  code: ErrorCode = "ATTRIBUTE_MISSING",
  otherwise?: string,
): Reader<T[]> {
  const list = listOf(each, `a list, for example ${example}`);
  const fix = `List at least one, for example ${example}`;
  return (problems, name, value) => {
    if (!Array.isArray(value) || value.length > 0) return list(problems, name, value);
    problems.add(
      code,
      `${name} is empty`,
      otherwise === undefined ? fix : `${fix}, or remove ${name} ${otherwise}`,
    );
    return undefined;
  };
}

/** Adds a problem for each value that a list contains more than once. */
export function checkUnique(problems: Problems, name: string, values: readonly unknown[]): void {
  for (const value of new Set(values.filter((each, index) => values.indexOf(each) < index))) {
    problems.add("NAME_DUPLICATE", `${name} contains ${shown(value)} twice`, "Remove one of the two");
  }
}

/**
 * A map whose keys are of an enumeration, by the values of its members.
 *
 * Python and other languages know a member by its name only, so a key may be that too.
 */
export function keyedByValue<T>(
  choices: { readonly [member: string]: string },
  map: { readonly [key: string]: T },
): { readonly [value: string]: T } {
  const entries = Object.entries(map).map(([key, value]) => [choices[key] ?? key, value] as const);
  return Object.fromEntries(entries);
}
