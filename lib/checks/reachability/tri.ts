/** How sure something is; in this order, so that "and" is the least and "or" the greatest. */
export enum Tri {
  NO = 0,
  MAYBE = 1,
  YES = 2,
}

export function and(...values: Tri[]): Tri {
  return values.reduce((least, value) => (value < least ? value : least), Tri.YES);
}

export function or(...values: Tri[]): Tri {
  return values.reduce((greatest, value) => (value > greatest ? value : greatest), Tri.NO);
}

export function not(value: Tri): Tri {
  return (Tri.YES - value) as Tri;
}

/** The greatest answer over items, without asking further than needed. */
export function any<T>(items: Iterable<T>, ask: (item: T) => Tri): Tri {
  let greatest = Tri.NO;
  for (const item of items) {
    const value = ask(item);
    if (value > greatest) greatest = value;
    if (greatest === Tri.YES) break;
  }
  return greatest;
}

export function when(condition: boolean): Tri {
  return condition ? Tri.YES : Tri.NO;
}
