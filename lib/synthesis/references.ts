import {
  type IResolvable,
  type IResolveContext,
  LazyBase,
  type TerraformStack,
  Token,
  Tokenization,
} from "cdktf";

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

/** A place in an object that contains a reference to a Terraform value. */
export interface ReferencePlace {
  /** The field, such as `spec.template.spec.containers[0].env[2].value`. */
  readonly field: string;
  readonly token: IResolvable;
  /** Whether it is within text, possibly with other text beside it. */
  readonly in: "part" | "text" | "value";
}

/** The places of references to Terraform values in plain data, in the order of the data. */
export function referencePlaces(value: unknown, field = ""): ReferencePlace[] {
  if (typeof value === "string") {
    if (!Token.isUnresolved(value)) return [];
    const parts = partsOf(value);
    const isWhole = parts.length === 1;
    return parts.flatMap((token) =>
      typeof token === "string" ? [] : [{ field, token, in: isWhole ? "text" : "part" }],
    );
  }
  const token = referenceOf(value);
  if (token) return [{ field, token, in: "value" }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    referencePlaces(entry, fieldIn(field, key, Array.isArray(value))),
  );
}

/** The innermost field of plain data with a reference that can't be written there. */
export function misplacedField(value: unknown, field = ""): string {
  if (typeof value !== "object" || value === null || referenceOf(value)) return field;
  const inner = Object.entries(value).find(([, entry]) => holdsMisplacedReference(entry));
  return inner ? misplacedField(inner[1], fieldIn(field, inner[0], Array.isArray(value))) : field;
}

function fieldIn(field: string, key: string, isList: boolean): string {
  if (isList) return `${field}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${field}["${key}"]`;
  return field === "" ? key : `${field}.${key}`;
}

/** The stack of a token's target, if it is known. */
export function originOf(token: unknown): TerraformStack | undefined {
  return (token as { originStack?: TerraformStack }).originStack;
}

/**
 * Plain data with the late values of cdktf produced.
 *
 * They look like references but may be any text, which must be escaped like all other text.
 */
export function produceLazies(value: unknown, context: IResolveContext): unknown {
  const reference = referenceOf(value);
  if (reference) return isLazy(reference) ? produce(reference, context) : value;
  if (typeof value === "string") return produceIn(value, context);
  if (Array.isArray(value)) return value.map((entry) => produceLazies(entry, context));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, produceLazies(entry, context)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
}

function produceIn(text: string, context: IResolveContext): unknown {
  const parts = partsOf(text);
  if (!parts.some(isLazy)) return text;
  const produced = parts.map((part) => (isLazy(part) ? produce(part, context) : writeBack(part)));
  return produced.length === 1 ? produced[0] : produced.map((part) => String(part ?? "")).join("");
}

/** A producer that resolves something itself gets it back as a reference, which is written later like any other. */
function produce(lazy: LazyBase, context: IResolveContext): unknown {
  const resolve = (value: unknown) => produceLazies(value, context);
  return resolve(lazy.resolve({ ...context, resolve }));
}

function writeBack(part: string | IResolvable): string {
  return typeof part === "string" ? part : Token.asString(part);
}

function isLazy(part: string | IResolvable): part is LazyBase {
  return part instanceof LazyBase;
}
