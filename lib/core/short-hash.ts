import { createHash } from "node:crypto";

/** A few hexadecimal digits that tell a text from others, for names and ids that can't hold the text itself. */
export function shortHash(text: string, digits = 8): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
