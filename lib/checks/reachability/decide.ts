import { or, Tri } from "./tri";

/** What one end of several says. */
export interface Said<T> {
  readonly end: T;
  readonly verdict: Tri;
}

/**
 * Whether one of some ends says yes.
 *
 * Of ends with one name in `oneOf` only one is meant, and nobody knows which: they say yes or no together, or nobody knows.
 */
export function someOf<T extends { readonly oneOf?: string }>(said: readonly Said<T>[]): Tri {
  const groups = new Map<string, Tri[]>();
  let most = Tri.NO as Tri;
  for (const { end, verdict } of said) {
    if (end.oneOf === undefined) {
      most = or(most, verdict);
      continue;
    }
    const same = groups.get(end.oneOf);
    if (same) same.push(verdict);
    else groups.set(end.oneOf, [verdict]);
  }
  return [...groups.values()].reduce((sum, verdicts) => or(sum, together(verdicts)), most);
}

function together(verdicts: readonly Tri[]): Tri {
  const [first = Tri.NO] = verdicts;
  return verdicts.every((verdict) => verdict === first) ? first : Tri.MAYBE;
}
