import { asList, type Json } from "./terraform-model";

/** A three-valued truth value, ordered so that "and" is the minimum and "or" the maximum. */
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

/** The maximum over items, evaluated lazily. */
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

/** The known labels of an object. */
export interface KnownLabels {
  readonly labels: { readonly [key: string]: string };
  /** The keys of labels that a Kubernetes controller sets, with unknown values. */
  readonly written?: readonly string[];
  /** Whether there may be further labels. */
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

/** Whether a value of a manifest contains a reference to a Terraform value. */
export function isUnresolved(text: unknown): boolean {
  return typeof text === "string" && text.includes("${");
}

function label(key: string, wanted: unknown, { labels, more, written }: KnownLabels): Tri {
  if (isUnresolved(wanted) || isUnresolved(labels[key])) return Tri.MAYBE;
  if (labels[key] === undefined) return more || written?.includes(key) ? Tri.MAYBE : Tri.NO;
  return when(labels[key] === wanted);
}

// Every pair of ends evaluates the same few selectors on the same few pods.
const asked = new WeakMap<object, WeakMap<KnownLabels, Tri>>();

/** Whether a label selector matches; an empty one matches everything. */
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

/** Whether any item of an optional list matches; a missing or empty list matches everything. */
export function anyOrAll<T>(items: readonly T[], ask: (item: T) => Tri): Tri {
  return items.length === 0 ? Tri.YES : any(items, ask);
}
