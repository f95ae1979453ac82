import { createHash } from "node:crypto";
import { Fn, Token, Tokenization, type IResolvable } from "cdktf";
import { Yaml } from "cdk8s";
import { referenceOf } from "./chart-objects";

/** Writes a reference as text: for Terraform an expression, for a reader its address. */
export type Resolve = (reference: IResolvable | string) => string;

interface Style {
  /** Escapes text that is no reference. */
  readonly literal: (text: string) => string;
  /** A scalar or list that is one reference. */
  readonly whole: (reference: IResolvable) => string;
  /** A reference inside a double-quoted scalar. */
  readonly part: (reference: IResolvable) => string;
  /** A scalar that is one reference and known to be a string. */
  readonly text: (reference: IResolvable) => string;
}

/** YAML in which Terraform puts the values: JSON is YAML, so jsonencode writes a value of any type. */
export function terraformYaml(objects: readonly unknown[], resolve: Resolve): string {
  const asString = (reference: IResolvable) => Fn.jsonencode(Fn.tostring(reference));
  return print(objects, {
    literal: (text) => text.replace(/\$\{/g, "$$${").replace(/%\{/g, "%%{"),
    whole: (reference) => resolve(Fn.jsonencode(reference)),
    text: (reference) => resolve(Fn.jsonencode(Fn.try([Fn.tostring(reference), reference]))),
    // Without its quotes, an encoded string can stand inside of a quoted scalar.
    part: (reference) => resolve(Fn.replace(asString(reference), "/^.|.$/", "")),
  });
}

/** YAML for people: each reference is its Terraform address. */
export function previewYaml(objects: readonly unknown[], resolve: Resolve): string {
  const address = (reference: IResolvable) => resolve(Token.asString(reference));
  return print(objects, { literal: (text) => text, whole: address, text: address, part: address });
}

function print(objects: readonly unknown[], style: Style): string {
  const scalars: string[] = [];
  const mark = markerFor(objects);
  const replaced = objects.map((object) =>
    replace(object, (value) => {
      const scalar = printReference(value, style);
      return scalar === undefined ? undefined : `${mark}${scalars.push(scalar) - 1}x`;
    }),
  );
  const yaml = style.literal(Yaml.stringify(...replaced));
  return yaml.replace(new RegExp(`${mark}(\\d+)x`, "g"), (_, index: string) => scalars[Number(index)] ?? "");
}

/** A word that stands nowhere in the objects, and that YAML writes without quotes. */
function markerFor(objects: readonly unknown[]): string {
  const text = JSON.stringify(objects);
  let mark = "";
  for (let round = 0; mark === "" || text.includes(mark); round++) {
    mark = `ref${createHash("sha256").update(`${round}${text}`).digest("hex").slice(0, 12)}n`;
  }
  return mark;
}

/** A copy of plain data in which whatever the callback answers for takes the place of a value. */
function replace(value: unknown, swap: (value: unknown) => string | undefined): unknown {
  const swapped = swap(value);
  if (swapped !== undefined) return swapped;
  if (Array.isArray(value)) return value.map((entry) => replace(entry, swap));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replace(entry, swap)]));
}

function printReference(value: unknown, style: Style): string | undefined {
  const whole = referenceOf(value);
  if (whole) return style.whole(whole);
  if (typeof value !== "string" || !Token.isUnresolved(value)) return undefined;
  const parts = split(value);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== "string") return style.text(only);
  return `"${parts.map((part, index) => printPart(part, parts[index + 1], style)).join("")}"`;
}

function printPart(part: string | IResolvable, next: string | IResolvable | undefined, style: Style): string {
  if (typeof part !== "string") return style.part(part);
  const text = JSON.stringify(part)
    .slice(1, -1)
    // Characters that YAML does not allow unescaped.
    .replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, unicodeEscape);
  const escaped = style.literal(text);
  // A $ or % just before a reference would turn its ${ into an escape.
  return next === undefined ? escaped : escaped.replace(/[$%]$/, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The literal parts and the references of a string, in their order. */
function split(text: string): (string | IResolvable)[] {
  const parts: (string | IResolvable)[] = [];
  let rest = text;
  for (const token of Tokenization.reverseString(text).tokens) {
    const written = token.toString();
    const at = rest.indexOf(written);
    if (at > 0) parts.push(rest.slice(0, at));
    parts.push(token);
    rest = rest.slice(at + written.length);
  }
  if (rest !== "") parts.push(rest);
  return parts;
}
