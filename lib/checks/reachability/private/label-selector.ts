import { asList, type Json } from "./terraform-model";

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

/** Labels as far as they are known. */
export interface KnownLabels {
  readonly labels: { readonly [key: string]: string };
  /** The keys of labels that a controller of Kubernetes writes, so that their values are not known. */
  readonly written?: readonly string[];
  /** Whether there may be labels beside those. */
  readonly more?: boolean;
}

function expression({ key, operator, values }: Json, { labels, more, written }: KnownLabels): Tri {
  const value = labels[key];
  const present = value !== undefined;
  if (!present && (more || written?.includes(key))) return Tri.MAYBE;
  if (isUnresolved(value) || asList(values).some(isUnresolved)) return Tri.MAYBE;
  switch (operator) {
    case "In":
      return when(present && asList(values).includes(value));
    case "NotIn":
      return when(!present || !asList(values).includes(value));
    case "Exists":
      return when(present);
    case "DoesNotExist":
      return when(!present);
    default:
      return Tri.MAYBE;
  }
}

/** Whether a value of a manifest has a reference to a Terraform value in it. */
export function isUnresolved(text: unknown): boolean {
  return typeof text === "string" && text.includes("${");
}

function label(key: string, wanted: unknown, { labels, more, written }: KnownLabels): Tri {
  if (isUnresolved(wanted) || isUnresolved(labels[key])) return Tri.MAYBE;
  if (labels[key] === undefined) return more || written?.includes(key) ? Tri.MAYBE : Tri.NO;
  return when(labels[key] === wanted);
}

// Every pair of ends asks the same few selectors about the same few pods.
const asked = new WeakMap<object, WeakMap<KnownLabels, Tri>>();

/** Whether a label selector selects; an empty one selects everything. */
export function selects(selector: Json, known: KnownLabels): Tri {
  if (typeof selector !== "object" || selector === null) return evaluate(selector, known);
  let answers = asked.get(selector);
  if (!answers) asked.set(selector, (answers = new WeakMap()));
  const before = answers.get(known);
  if (before !== undefined) return before;
  const answer = evaluate(selector, known);
  answers.set(known, answer);
  return answer;
}

function evaluate(selector: Json, known: KnownLabels): Tri {
  const labels = Object.entries(selector?.matchLabels ?? {});
  const expressions = asList(selector?.matchExpressions);
  return and(
    ...labels.map(([key, wanted]) => label(key, wanted, known)),
    ...expressions.map((one) => expression(one, known)),
  );
}

/** Whether one of the lists of something that may be missing says yes; a missing or empty list means everything. */
export function anyOrAll<T>(items: readonly T[], ask: (item: T) => Tri): Tri {
  return items.length === 0 ? Tri.YES : any(items, ask);
}
