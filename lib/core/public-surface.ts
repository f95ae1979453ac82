import * as table from "./public-types.json";

/** The type of a value in one word: `string`, `Port[]`, `{EnvironmentValue}`, `(string|Port)[]`, the name of a public type, or `any`. */
export type TypeWord = string;

/** A class or an interface: the members of its values, and how a program writes one. */
export interface ValueKind {
  readonly members: readonly string[];
  readonly writtenAs: readonly string[];
}

/** A class with its calls: each parameter as `name: type`, `name?: type` or `...name: type`. */
export interface PublicClass extends ValueKind {
  readonly new?: readonly string[];
  readonly statics: { readonly [method: string]: readonly string[] };
  readonly methods: { readonly [method: string]: readonly string[] };
}

/** The public types of the library, by name; `npm run surface` writes them from the sources. */
export interface PublicSurface {
  readonly enums: { readonly [name: string]: { readonly [member: string]: string } };
  /** The members by name; a question mark marks optional ones. */
  readonly props: { readonly [name: string]: { readonly [member: string]: TypeWord } };
  readonly interfaces: { readonly [name: string]: ValueKind };
  readonly classes: { readonly [name: string]: PublicClass };
}

export const PUBLIC_SURFACE: PublicSurface = table;

/** One parameter, or one member of a props object. */
export interface Slot {
  readonly name: string;
  readonly type: TypeWord;
  readonly isOptional: boolean;
  /** Whether it takes all further arguments. */
  readonly isRest: boolean;
}

const slots = new Map<readonly string[], readonly Slot[]>();

/** The parameters of a call. */
export function parametersOf(words: readonly string[]): readonly Slot[] {
  const slot = slots.get(words);
  if (slot) return slot;
  const read = words.map((word) => {
    const [, rest = "", name = "", optional = "", type = "any"] =
      /^(\.\.\.)?(\w+)(\?)?: (.*)$/.exec(word) ?? [];
    return { name, type, isOptional: optional !== "", isRest: rest !== "" };
  });
  slots.set(words, read);
  return read;
}

const members = new Map<string, readonly Slot[]>();

/** The members of a props object, or undefined if no props have this name. */
export function membersOf(props: string): readonly Slot[] | undefined {
  const cached = members.get(props);
  const entries = PUBLIC_SURFACE.props[props];
  if (cached || !entries) return cached;
  const read = Object.entries(entries).map(([key, type]) => ({
    name: key.replace("?", ""),
    type,
    isOptional: key.endsWith("?"),
    isRest: false,
  }));
  members.set(props, read);
  return read;
}

const FIRST_WORD = /^`?([a-z][A-Za-z0-9]*)((?:\.[A-Za-z0-9_]+|\[[^\]]*\])*)`?(?=[\s:,]|$)/;

let names: ReadonlySet<string> | undefined;

/** The names of all props and parameters of the public API. */
function publicNames(): ReadonlySet<string> {
  if (names) return names;
  const props = Object.values(PUBLIC_SURFACE.props).flatMap((members) => Object.keys(members));
  const parameters = Object.values(PUBLIC_SURFACE.classes).flatMap(({ new: made = [], statics, methods }) =>
    [made, ...Object.values(statics), ...Object.values(methods)]
      .flat()
      .map((word) => word.replace(/^\.{3}|:.*$/g, "")),
  );
  names = new Set([...props, ...parameters].map((name) => name.replace("?", "")));
  return names;
}

/**
 * The property that a description begins with, such as `plan.podCidr`.
 *
 * Descriptions of problems begin with the prop or parameter they are about. Problems of a construct as a whole begin with another
 * word, and have no property.
 */
export function propertyOf(what: string): string | undefined {
  const [, name = "", rest = ""] = FIRST_WORD.exec(what) ?? [];
  return publicNames().has(name) ? `${name}${rest}` : undefined;
}
