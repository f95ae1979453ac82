import { type IConstruct } from "constructs";

/** Compares texts by their code units, which gives the same order in every language environment. */
export function byText(text: string, other: string): number {
  if (text === other) return 0;
  return text < other ? -1 : 1;
}

/** Compares constructs by their paths. */
export function byPath({ node }: IConstruct, other: IConstruct): number {
  return byText(node.path, other.node.path);
}

/** Compares entries of an object by their keys. */
export function byKey([key]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return byText(key, other);
}

/** An object with its keys in a stable order. */
export function sortedByKey<T>(object: { readonly [key: string]: T }): { [key: string]: T } {
  return Object.fromEntries(Object.entries(object).sort(byKey));
}
