import { Fn, Token, type IResolvable } from "cdktf";
import { Yaml } from "cdk8s";
import { escape, isFragile, unicodeEscape } from "./fragile-text";
import { partsOf, referenceOf } from "./references";
import { shortHash } from "../core/short-hash";

/** Writes a reference as text: for Terraform an expression, for a reader its address. */
export type Resolve = (reference: IResolvable | string) => string;

interface Style {
  /** Escapes text that is no reference. */
  readonly literal: (text: string) => string;
  /** A scalar or list that is one reference. */
  readonly whole: (reference: IResolvable) => string;
  /** A reference inside a double-quoted scalar; some values could join with a letter before them. */
  readonly part: (reference: IResolvable, isAfterLetter: boolean) => string;
  /** A scalar that is one reference and known to be a string. */
  readonly text: (reference: IResolvable) => string;
}

// As in JOINING_START, in the regular expressions and the strings of Terraform.
const JOINING = "/^[\\\\p{M}\\\\x{1160}-\\\\x{11ff}\\\\x{16d67}]/";
// A line break that YAML does not count as one, with more indentation than any object has.
const APART = `\\\\\n${" ".repeat(80)}$0`;

/**
 * YAML in which Terraform puts the values: JSON is YAML, so jsonencode writes a value of any type.
 *
 * Two kinds of values it writes so that kubectl misreads them; no name in OCI has them. Control characters from U+007F to
 * U+009F stand unescaped, and an accent after a line break or a < joins with the last letter of its escape.
 */
export function terraformYaml(objects: readonly unknown[], resolve: Resolve): string {
  return print(objects, {
    literal: (text) => text.replace(/\$\{/g, "$$${").replace(/%\{/g, "%%{"),
    whole: (reference) => resolve(Fn.jsonencode(reference)),
    text: (reference) => resolve(Fn.jsonencode(Fn.try([Fn.tostring(reference), reference]))),
    part: (reference, isAfterLetter) => {
      // Without its quotes, an encoded string can stand inside of a quoted scalar. join refuses null, which is no text.
      const json = Fn.jsonencode(Fn.join("", [Token.asString(reference)]));
      const text = Fn.replace(json, "/^.|.$/", "");
      // Terraform would make one character of an e and of a value that begins with an accent.
      return resolve(isAfterLetter ? Fn.replace(text, JOINING, APART) : text);
    },
  });
}

/** YAML for people: each reference is its Terraform address. */
export function previewYaml(objects: readonly unknown[], resolve: Resolve): string {
  const address = (reference: IResolvable) => resolve(Token.asString(reference));
  const inText = (reference: IResolvable) => JSON.stringify(address(reference)).slice(1, -1);
  const alone = (reference: IResolvable) => {
    const text = inText(reference);
    // An expression can hold what means something to YAML: quotes, colons, commas.
    return /^\$\{[\w.[\]-]+\}$/.test(text) ? text : `"${text}"`;
  };
  return print(objects, { literal: (text) => text, whole: alone, text: alone, part: inText });
}

// YAML takes no longer key without a ? in front of it.
const LONGEST_KEY = 1024;

function print(objects: readonly unknown[], style: Style): string {
  const scalars: string[] = [];
  const mark = markerFor(objects);
  const replaced = objects.map((object) =>
    replace(object, (value) => {
      const scalar = printScalar(value, style);
      if (scalar === undefined) return undefined;
      return `${mark}${scalars.push(scalar) - 1}x`.padEnd(
        scalar.length > LONGEST_KEY ? LONGEST_KEY + 1 : 0,
        "x",
      );
    }),
  );
  const yaml = style.literal(Yaml.stringify(...replaced));
  return yaml.replace(new RegExp(`${mark}(\\d+)x+`, "g"), (_, index: string) => scalars[Number(index)] ?? "");
}

/** A word that stands nowhere in the objects, and that YAML writes without quotes. */
function markerFor(objects: readonly unknown[]): string {
  const text = JSON.stringify(objects, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  let mark = "";
  for (let round = 0; mark === "" || text.includes(mark); round++) {
    mark = `ref${shortHash(`${round}${text}`, 12)}n`;
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

function quote(parts: readonly (string | IResolvable)[], style: Style): string {
  let printed = "";
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1;
    if (typeof part === "string") printed += printLiteral(part, isLast, style);
    else
      printed += style.part(
        part,
        typeof parts[index - 1] === "object" || /[A-Za-z<=>\u0080-\uffff]$/.test(printed),
      );
  });
  return `"${printed}"`;
}

function printLiteral(text: string, isLast: boolean, style: Style): string {
  const escaped = style.literal(escape(text));
  // A $ or % just before a reference would turn its ${ into an escape.
  return isLast ? escaped : escaped.replace(/[$%]$/, unicodeEscape);
}
