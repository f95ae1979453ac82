import { Token } from "cdktf";

/** How a message shows a value that was refused: never the placeholder of a reference, which says nothing to a reader. */
export function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return "a reference to a Terraform value";
  if (typeof value !== "object" && typeof value !== "string") return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return typeof value;
  }
}
