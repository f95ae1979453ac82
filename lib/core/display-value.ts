import { Token } from "cdktf";
import { Construct } from "constructs";

const LONGEST = 80;

/**
 * How a message shows an invalid value: never as the placeholder of a reference, which would be unreadable.
 *
 * Never throws, whatever the value is, as that would hide the problem.
 */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return "a reference to a Terraform value";
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  // JSON supports neither of the two.
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

/** Circular values, and members that JSON does not support, can't be shown; the `toJSON` of a value may throw anything. */
function asJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
