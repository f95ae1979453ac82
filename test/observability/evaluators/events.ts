type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Whether an event matches the condition of a rule, as Events matches it.
 *
 * Every field of the condition must be in the event, in the same nesting; a list means any of its values, and `*` stands for any
 * characters in a value.
 *
 * @see https://docs.oracle.com/iaas/Content/Events/Concepts/filterevents.htm
 */
export function matches(condition: unknown, event: unknown): boolean {
  return matchesValue(condition as Json, event as Json | undefined);
}

function matchesValue(condition: Json, value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (Array.isArray(condition))
    return (condition as readonly Json[]).some((each) => matchesValue(each, value));
  if (Array.isArray(value)) return (value as readonly Json[]).some((each) => matchesValue(condition, each));
  if (typeof condition === "object" && condition !== null) {
    if (typeof value !== "object" || value === null) return false;
    const fields = value as { readonly [key: string]: Json };
    return Object.entries(condition).every(([key, inner]) => matchesValue(inner, fields[key]));
  }
  if (typeof condition !== "string" || typeof value !== "string") return condition === value;
  const pattern = condition.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
  return new RegExp(`^${pattern}$`, "s").test(value);
}
