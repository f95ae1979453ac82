import { Token } from "cdktf";
import { Construct } from "constructs";

const LONGEST = 80;

/**
 * How a message shows a value that was refused: never the placeholder of a reference, which says nothing to a reader.
 *
 * Never throws, whatever the value is: a refusal that fails would hide what it was to say.
 */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return "a reference to a Terraform value";
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  // JSON knows neither of the two.
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  // Its JSON would be that of the whole tree.
  if (Construct.isConstruct(value)) return `the construct ${JSON.stringify(value.node.path)}`;
  const text = asJson(value);
  if (text !== undefined && text.length <= LONGEST) return text;
  return Array.isArray(value) ? "a list" : "an object";
}

/** Circles, and members that JSON has no words for, can't be shown; `toJSON` is the value's own and may do anything. */
function asJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
