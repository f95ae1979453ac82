import { PUBLIC_SURFACE } from "./public-surface";

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
