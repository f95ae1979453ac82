import { createHash } from "node:crypto";
import { Fn, Token, type IResolvable } from "cdktf";
import { Yaml } from "cdk8s";
import { partsOf, referenceOf } from "./chart-objects";

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
  return print(objects, {
    literal: (text) => text.replace(/\$\{/g, "$$${").replace(/%\{/g, "%%{"),
    whole: (reference) => resolve(Fn.jsonencode(reference)),
    text: (reference) => resolve(Fn.jsonencode(Fn.try([Fn.tostring(reference), reference]))),
    // Without its quotes, an encoded string can stand inside of a quoted scalar. join refuses null, which is no text.
    part: (reference) =>
      resolve(Fn.replace(Fn.jsonencode(Fn.join("", [Token.asString(reference)])), "/^.|.$/", "")),
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
      const scalar = printScalar(value, style);
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

/** A copy of plain data in which whatever the callback answers for takes the place of a key or a value. */
function replace(value: unknown, swap: (value: unknown) => string | undefined): unknown {
  const swapped = swap(value);
  if (swapped !== undefined) return swapped;
  if (Array.isArray(value)) return value.map((entry) => replace(entry, swap));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [swap(key) ?? key, replace(entry, swap)]),
  );
}

/** Prints what YAML or Terraform would not carry as it is; nothing for all the rest. */
function printScalar(value: unknown, style: Style): string | undefined {
  const whole = referenceOf(value);
  if (whole) return style.whole(whole);
  if (typeof value !== "string") return undefined;
  const parts = partsOf(value);
  const [only] = parts;
  if (parts.every((part) => typeof part === "string"))
    return isFragile(value) ? quote(parts, style) : undefined;
  return parts.length === 1 && typeof only === "object" ? style.text(only) : quote(parts, style);
}

function quote(parts: (string | IResolvable)[], style: Style): string {
  return `"${parts.map((part, index) => printPart(part, parts[index + 1], style)).join("")}"`;
}

function printPart(part: string | IResolvable, next: string | IResolvable | undefined, style: Style): string {
  if (typeof part !== "string") return style.part(part);
  const text = JSON.stringify(part).slice(1, -1);
  const escaped = style.literal(text.replace(isComposable(text) ? NOT_ASCII : NOT_PRINTABLE, unicodeEscape));
  // A $ or % just before a reference would turn its ${ into an escape.
  return next === undefined ? escaped : escaped.replace(/[$%]$/, unicodeEscape);
}

// What YAML does not allow unescaped, and what some of its readers take for line breaks. The first group is JSON's.
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/;
const NOT_PRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;
const NOT_ASCII = /[\u007f-\u{10ffff}]/gu;
// Text for the YAML 1.1 of cdk8s, numbers for kubectl: 0o17, 0X1F, 0B1, -_1.
const NUMBER_FOR_KUBECTL = /^[-+]?0[oXB]|^[-+]_/;

/** Whether text without references would not come out as it went in. */
function isFragile(text: string): boolean {
  return (
    CONTROL.test(text) ||
    text.search(NOT_PRINTABLE) >= 0 ||
    NUMBER_FOR_KUBECTL.test(text) ||
    isComposable(text)
  );
}

/**
 * Whether Terraform, which normalizes all text, would join characters of it, or its first with one before.
 *
 * Escaping makes new neighbours: a line break and an accent are two characters, the n of \\n and an accent are one.
 */
function isComposable(text: string): boolean {
  return text.normalize("NFC") !== text || /^[\p{M}\u1160-\u11ff]/u.test(text);
}

function unicodeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
