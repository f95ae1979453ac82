import { type NamedExpression } from "./guardrail-definition";

/** A text as a literal of CEL, whose escapes are those of JSON. */
export function celText(text: string): string {
  return JSON.stringify(text);
}

/** Texts as a list of CEL, sorted and each once. */
export function celList(texts: readonly string[]): string {
  return `[${[...new Set(texts)].sort().map(celText).join(", ")}]`;
}

/**
 * The condition that an object is new, or that something of it changed that the rule is about.
 *
 * Without it, a rule that comes later would hold on to what it refuses: controllers could not scale an old ReplicaSet down,
 * nor take the finalizer from a pod or a Service that is to go.
 *
 * @param judged expressions of what the rule reads, of `object`
 */
export function whenChanged(...judged: string[]): NamedExpression {
  const changes = judged.map((expression) => {
    const before = expression.replace(/\bobject\b/g, "oldObject");
    return `${expression} != ${before}`;
  });
  return {
    name: "is-new-or-changed",
    expression: `request.operation != "UPDATE" || ${changes.join(" || ")}`,
  };
}
