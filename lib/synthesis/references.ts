import { type IResolvable, Tokenization } from "cdktf";

/** The reference that a number, a list or a map represents as a whole. */
export function referenceOf(value: unknown): IResolvable | undefined {
  if (typeof value === "number") return Tokenization.reverseNumber(value);
  if (Array.isArray(value)) {
    const [only] = value;
    if (value.length !== 1) return undefined;
    if (typeof only === "string") return Tokenization.reverseList(value);
    return typeof only === "number" ? Tokenization.reverseNumberList(value) : undefined;
  }
  return typeof value === "object" && value !== null ? Tokenization.reverseMap(value) : undefined;
}

// A number in a string has all of its digits; the last three are the exponent.
const IN_TEXT = /\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}|-\d(?:\.\d+)?e\+\d{3}/g;

/** The literal parts and the references of a string, in order. */
export function partsOf(text: string): (string | IResolvable)[] {
  const parts: (string | IResolvable)[] = [];
  let end = 0;
  for (const match of text.matchAll(IN_TEXT)) {
    const [written] = match;
    const token = written.startsWith("$")
      ? Tokenization.reverseString(written).firstToken
      : Tokenization.reverseNumber(Number(written));
    if (!token) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(token);
    end = match.index + written.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** A list or a map that JavaScript merged into a string, a longer list or a larger map. */
const MISPLACED = /[#&]\{TfToken\[/;
// The remains of a reference that was copied through JSON, as cdk8s copies the value of a patch.
const LOST = /^<unresolved-(?:token|lazy)>$/;

export function holdsMisplacedReference(value: unknown): boolean {
  if (typeof value === "string") return MISPLACED.test(value) || LOST.test(value);
  if (typeof value !== "object" || value === null || referenceOf(value)) return false;
  if (Array.isArray(value)) {
    return value.some(
      (entry) =>
        holdsMisplacedReference(entry) ||
        (typeof entry === "number" && Tokenization.reverseNumberList([entry])),
    );
  }
  return Object.entries(value).some(
    ([key, entry]) => MISPLACED.test(key) || partsOf(key).some(isReference) || holdsMisplacedReference(entry),
  );
}

/** Whether there is a reference anywhere in plain data. */
export function holdsReference(value: unknown): boolean {
  if (typeof value === "string") return partsOf(value).some(isReference) || holdsMisplacedReference(value);
  if (value === undefined || value === null) return false;
  if (referenceOf(value)) return true;
  if (typeof value !== "object") return false;
  return holdsMisplacedReference(value) || Object.values(value).some(holdsReference);
}

function isReference(part: string | IResolvable): boolean {
  return typeof part !== "string";
}
