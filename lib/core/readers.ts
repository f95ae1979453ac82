import { Problems } from "./validation-error";
import {
  type DefaultReader,
  isOfKind,
  type OptionalReader,
  type PropReader,
  type Reader,
  refuseKind,
} from "./value-readers";

// The readers for props schemas, in one place to import them from.
export { cidr, cidrOrReference, cidrs, type GivenCidr, literalCidrs } from "./cidr";
export { annotations, labels, objectName, subdomainName } from "./kubernetes-names";
export { ocid } from "./ocid";
export { readChoice, readReason, reasonFor, ruleReasonFor } from "./reason";
export { displayName } from "./resource-name";
export { taggingReaders } from "./tagging";
export {
  any,
  boolean,
  checkedBy,
  choice,
  complete,
  type DefaultReader,
  kind,
  listOf,
  mapOf,
  mapped,
  matching,
  nonEmptyListOf,
  optional,
  passing,
  type PropReader,
  portNumber,
  type Reader,
  text,
  uniqueListOf,
  valueOf,
  wholeNumber,
  withDefault,
} from "./value-readers";
export { duration, size, wholeDuration, wholeSize } from "./whole-amounts";

/**
 * How each of the props is read: a reader for every member, `optional` or `withDefault` for those that may be left out.
 *
 * Declared as `const BASTION = { … } satisfies PropsSchema<BastionProps>`, so that a forgotten prop doesn't compile.
 */
export type PropsSchema<P> = {
  readonly [K in keyof P]-?: undefined extends P[K] ? DefaultReader | OptionalReader : Reader;
};

/** Readers by name. */
export interface Readers {
  readonly [name: string]: PropReader;
}

type ValueOf<R> =
  R extends OptionalReader<infer T> ? T | undefined : R extends PropReader<infer T> ? T : never;

/** The props that a schema reads: defaults filled in, and values in the form that the construct uses. */
export type Resolved<S> = { readonly [K in keyof S]: ValueOf<S[K]> };

/**
 * Reads all props, adding a problem for each that is missing or invalid, which is then undefined in the result.
 *
 * Checks of several props together follow on the result, and `problems.resolved(…)` ends the reading.
 *
 * @param at where the props are, such as `plan`; by default they are the props of the construct
 */
export function readProps<S extends Readers>(
  problems: Problems,
  props: unknown,
  schema: S,
  at?: string,
): Partial<Resolved<S>> {
  // Without any props, each of the required ones is missing.
  if (at === undefined && (props === undefined || props === null)) return readProps(problems, {}, schema);
  if (!isOfKind(props, [])) {
    // A public call knows the name of its parameter.
    if (at === undefined && problems.count === 0) problems.throwIfAny();
    refuseKind(problems, at ?? "props", props, `an object with ${Object.keys(schema).join(", ")}`);
    // Without the props of a construct, nothing else can be checked.
    return at === undefined ? problems.throwAll() : {};
  }
  const read: { [name: string]: unknown } = {};
  for (const [name, reader] of Object.entries(schema)) {
    const value = (props as { readonly [name: string]: unknown })[name];
    read[name] = reader(problems, at === undefined ? name : `${at}.${name}`, value);
  }
  return read as Partial<Resolved<S>>;
}

/** Reads props within props, also those that are read without a problem if others have one. */
export function partsOf<S extends Readers>(schema: S): Reader<Partial<Resolved<S>>> {
  return (problems, name, value) => readProps(problems, value, schema, name);
}

/** Reads the parameters of a factory, or its props object; throws all problems together. */
export function readArguments<S extends Readers>(factory: string, values: unknown, schema: S): Resolved<S> {
  const problems = new Problems(factory);
  return problems.resolved<Resolved<S>>(readProps(problems, values, schema));
}

/** Reads one parameter of a factory; throws its problems. */
export function readArgument<T>(factory: string, name: string, value: unknown, reader: PropReader<T>): T {
  return readArguments(factory, { [name]: value }, { [name]: reader })[name] as T;
}

/** Reads props within props; undefined if any of them has a problem. */
export function objectOf<S extends Readers>(schema: S): Reader<Resolved<S>> {
  return (problems, name, value) => {
    const before = problems.count;
    const read = readProps(problems, value, schema, name);
    return problems.count === before ? (read as Resolved<S>) : undefined;
  };
}
