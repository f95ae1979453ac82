import { asList, type Json } from "./terraform-model";
import { and, Tri, when } from "./three-valued-logic";
import { NoteOn, StateOf } from "../../../core/construct-state";

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

function label(key: string, required: unknown, { labels, more, written }: KnownLabels): Tri {
  if (isUnresolved(required) || isUnresolved(labels[key])) return Tri.MAYBE;
  if (labels[key] === undefined) return more || written?.includes(key) ? Tri.MAYBE : Tri.NO;
  return when(labels[key] === required);
}

// Every pair of ends evaluates the same few selectors on the same few pods.
const cachedAnswers = new StateOf<object, NoteOn<KnownLabels, Tri>>(() => new NoteOn());

/** Whether a label selector matches; an empty one matches everything. */
export function selects(selector: Json, object: KnownLabels): Tri {
  if (typeof selector !== "object" || selector === null) return evaluate(selector, object);
  const answers = cachedAnswers.of(selector);
  const cached = answers.get(object);
  if (cached !== undefined) return cached;
  const answer = evaluate(selector, object);
  answers.set(object, answer);
  return answer;
}

function evaluate(selector: Json, object: KnownLabels): Tri {
  const labels = Object.entries(selector?.matchLabels ?? {});
  const expressions = asList(selector?.matchExpressions);
  return and(
    ...labels.map(([key, required]) => label(key, required, object)),
    ...expressions.map((requirement) => expression(requirement, object)),
  );
}
