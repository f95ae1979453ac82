import { Token } from "cdktf";

const LONGEST = 80;

/** How a message shows a value that was refused: never the placeholder of a reference, which says nothing to a reader. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return "a reference to a Terraform value";
  if (typeof value === "function") return "a function";
  // JSON knows neither of the two.
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  const text = asJson(value);
  if (text.length <= LONGEST) return text;
  return Array.isArray(value) ? "a list" : "an object";
}

/** Constructs have circles, which JSON can't say. */
function asJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return " ".repeat(LONGEST + 1);
  }
}
