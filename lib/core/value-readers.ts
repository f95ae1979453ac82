import { shown } from "./display-value";
import { type Problems } from "./validation-error";

/** Answers a value that is what was asked for; of another one, a problem and what can be read of it. */
export type Reader = (problems: Problems, name: string, value: unknown) => unknown;

/** What kind of value was given; never the value, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "not given";
  if (Array.isArray(value)) return "a list";
  return { string: "a text", object: "another object" }[typeof value as string] ?? `a ${typeof value}`;
}

/** Adds a problem for a value of another kind. */
export function refuseKind(problems: Problems, name: string, value: unknown, instead: string): undefined {
  const code = value === undefined || value === null ? "ATTRIBUTE_MISSING" : "VALUE_INVALID";
  problems.add(code, `${name} is ${kindOf(value)}`, `Write ${instead}`);
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether a value has these members; its class is not looked at, as it may come from another copy of this library. */
export function isOfKind(value: unknown, members: readonly string[]): boolean {
  return isObject(value) && !Array.isArray(value) && members.every((member) => member in value);
}

/** Text, or a reference to a Terraform value in its place. */
export function text(instead = "a text in quotes"): Reader {
  return (problems, name, value) =>
    typeof value === "string" ? value : refuseKind(problems, name, value, instead);
}

/** A value that has these members. */
export function kind(members: readonly string[], instead: string): Reader {
  return (problems, name, value) =>
    isOfKind(value, members) ? value : refuseKind(problems, name, value, instead);
}

/** One of the values of an enumeration. */
export function choice(values: { readonly [name: string]: string }, instead: string): Reader {
  return (problems, name, value) => {
    if (Object.values(values).includes(value as string)) return value;
    const got = typeof value === "string" ? shown(value) : kindOf(value);
    problems.add("VALUE_INVALID", `${name} is ${got}, none of the choices`, `Write ${instead}`);
    return undefined;
  };
}

const given = (value: unknown) => value !== undefined;

/** A value that may be left out. */
export function optional(reader: Reader): Reader {
  return (problems, name, value) => (given(value) ? reader(problems, name, value) : undefined);
}

/** A list; what can't be read of it is left out. */
export function listOf(each: Reader, instead: string): Reader {
  return (problems, name, value) => {
    if (!Array.isArray(value)) return refuseKind(problems, name, value, instead);
    return value.map((entry: unknown, index) => each(problems, `${name}[${index}]`, entry)).filter(given);
  };
}

/** An object by names; what can't be read of it is left out. */
export function mapOf(each: Reader, instead: string): Reader {
  return (problems, name, value) => {
    if (!isOfKind(value, [])) return refuseKind(problems, name, value, instead);
    const entries = Object.entries(value as object).map(
      ([key, entry]: [string, unknown]) => [key, each(problems, `${name}.${key}`, entry)] as const,
    );
    return Object.fromEntries(entries.filter(([, entry]) => given(entry)));
  };
}

/**
 * Props without what is not of its kind, so that all else of them can be checked too.
 *
 * The compiler refuses such a program; JavaScript, and languages whose types are looser, don't.
 */
export function shaped<T extends object>(
  problems: Problems,
  props: T | undefined,
  readers: { readonly [K in keyof T]?: Reader },
  required: readonly (keyof T)[] = [],
): Partial<T> {
  if (!isOfKind(props, [])) {
    if (given(props)) refuseKind(problems, "What was given", props, "an object of props");
    return shaped<T>(problems, {} as T, readers, required);
  }
  const read = Object.entries<Reader | undefined>(readers).map(([name, reader]) => {
    const value = (props as { [name: string]: unknown })[name];
    const isAsked = given(value) || required.includes(name as keyof T);
    return [name, reader && isAsked ? reader(problems, name, value) : value] as const;
  });
  return { ...props, ...Object.fromEntries(read) } as Partial<T>;
}
