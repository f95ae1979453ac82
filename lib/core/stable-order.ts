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

/** The number of characters to insert, remove, or change between two texts. */
function distanceOf(text: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...text].entries()) {
    const current = [row + 1];
    for (const [column, candidate] of [...other].entries()) {
      const changed = (before[column] ?? 0) + (letter === candidate ? 0 : 1);
      current.push(Math.min(changed, (before[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    before = current;
  }
  return before.at(-1) ?? 0;
}

/** The names most similar to an unknown one, the most similar first. */
export function nearestNames(name: string, names: readonly string[], most = 3): string[] {
  // Longer texts are not mistyped names, and would take long.
  const text = name.slice(0, 100).toLowerCase();
  return names
    .map((candidate) => ({ candidate, distance: distanceOf(text, candidate.slice(0, 100).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || byText(a.candidate, b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** The most similar name, if it has at least half of its characters in common. */
export function nearName(name: string, names: readonly string[]): string | undefined {
  const [nearest] = nearestNames(name, names, 1);
  if (nearest === undefined) return undefined;
  const [text, other] = [name.slice(0, 100).toLowerCase(), nearest.toLowerCase()];
  return distanceOf(text, other) <= Math.max(text.length, other.length) / 2 ? nearest : undefined;
}
