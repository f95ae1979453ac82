/** A three-valued truth value, ordered so that "and" is the minimum and "or" the maximum. */
export enum Tri {
  NO = 0,
  MAYBE = 1,
  YES = 2,
}

/** The minimum: YES without values. */
export function and(...values: Tri[]): Tri {
  return values.reduce((least, value) => (value < least ? value : least), Tri.YES);
}

/** The maximum: NO without values. */
export function or(...values: Tri[]): Tri {
  return values.reduce((greatest, value) => (value > greatest ? value : greatest), Tri.NO);
}

/** The opposite; MAYBE stays MAYBE. */
export function not(value: Tri): Tri {
  return (Tri.YES - value) as Tri;
}

/** The maximum over items; stops at the first YES. */
export function any<T>(items: Iterable<T>, evaluate: (item: T) => Tri): Tri {
  let greatest = Tri.NO;
  for (const item of items) {
    const value = evaluate(item);
    if (value > greatest) greatest = value;
    if (greatest === Tri.YES) break;
  }
  return greatest;
}

/** YES or NO for a condition. */
export function when(condition: boolean): Tri {
  return condition ? Tri.YES : Tri.NO;
}

/** Whether any item of an optional list matches; a missing or empty list matches everything. */
export function anyOrAll<T>(items: readonly T[], evaluate: (item: T) => Tri): Tri {
  return items.length === 0 ? Tri.YES : any(items, evaluate);
}
