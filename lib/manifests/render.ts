import { Fn, Token, type IResolvable } from "cdktf";
import { escape, isFragile, unicodeEscape } from "./fragile-text";
import { isPlainObject } from "./plain";
import { partsOf, referenceOf } from "./references";
import { yamlOf } from "./yaml-text";
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
function terraformStyle(resolve: Resolve): Style {
  return {
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
  };
}

/** YAML for people: each reference is its Terraform address. */
function previewStyle(resolve: Resolve): Style {
  const address = (reference: IResolvable) => resolve(Token.asString(reference));
  const inText = (reference: IResolvable) => JSON.stringify(address(reference)).slice(1, -1);
  const alone = (reference: IResolvable) => {
    const text = inText(reference);
    // An expression can hold what means something to YAML: quotes, colons, commas.
    return /^\$\{[\w.[\]-]+\}$/.test(text) ? text : `"${text}"`;
  };
  return { literal: (text) => text, whole: alone, text: alone, part: inText };
}

// YAML takes no longer key without a ? in front of it.
const LONGEST_KEY = 1024;

/**
 * The YAML of objects, for Terraform and for people.
 *
 * Making YAML costs more than all else of a synthesis, and the two differ only in what stands for a reference or for text that
 * YAML would not carry. So it is made once, with a mark in the place of each of those.
 */
export class ChartYaml {
  /** The objects with something that needs a mark. */
  private readonly special: ReadonlySet<unknown>;
  /** What the marks stand for, in the order in which `swap` meets it. */
  private readonly marked: unknown[] = [];
  private text?: { readonly key: string; readonly yaml: string };

  /** @param objects plain data, which nothing changes any more */
  constructor(private readonly objects: readonly unknown[]) {
    this.special = new Set(objects.filter(needsMark));
    for (const object of objects.filter((one) => this.special.has(one))) {
      swap(object, (value) => {
        this.marked.push(value);
        return "";
      });
    }
  }

  /** Resolves what the objects refer to and writes nothing. */
  public resolveAll(resolve: Resolve): void {
    this.scalars(previewStyle(resolve));
  }

  /** The YAML for people. */
  public preview(resolve: Resolve): string {
    return this.write(previewStyle(resolve));
  }

  /** The YAML for Terraform. */
  public terraform(resolve: Resolve): string {
    return this.write(terraformStyle(resolve));
  }

  private scalars(style: Style): string[] {
    return this.marked.map((value) => printScalar(value, style));
  }

  private write(style: Style): string {
    const scalars = this.scalars(style);
    const mark = this.special.size > 0 ? markerFor(this.special) : "";
    const yaml = style.literal(this.yamlFor(scalars, mark));
    if (scalars.length === 0) return yaml;
    return yaml.replace(
      new RegExp(`${mark}(\\d+)x+`, "g"),
      (_, index: string) => scalars[Number(index)] ?? "",
    );
  }

  /** YAML with marks, each long where its scalar is: a long key is written in another way. */
  private yamlFor(scalars: readonly string[], mark: string): string {
    const isLong = scalars.map(({ length }) => length > LONGEST_KEY);
    const key = isLong.join();
    if (this.text?.key === key) return this.text.yaml;
    let index = 0;
    const next = () => `${mark}${index}x`.padEnd(isLong[index++] ? LONGEST_KEY + 1 : 0, "x");
    const objects = this.objects.map((object) => (this.special.has(object) ? swap(object, next) : object));
    this.text = { key, yaml: yamlOf(objects) };
    return this.text.yaml;
  }
}

/** A word that stands nowhere in the objects, and that YAML writes without quotes. */
function markerFor(objects: ReadonlySet<unknown>): string {
  const text = JSON.stringify([...objects], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  let mark = "";
  for (let round = 0; mark === "" || text.includes(mark); round++) {
    mark = `ref${shortHash(`${round}${text}`, 12)}n`;
  }
  return mark;
}

/** Whether an object has a reference or text that YAML would not carry. */
function needsMark(object: unknown): boolean {
  return !isPlainObject(object) || hasFragile(object);
}

function hasFragile(value: unknown): boolean {
  if (typeof value === "string") return isFragile(value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasFragile);
  return Object.entries(value).some(([key, entry]) => isFragile(key) || hasFragile(entry));
}

/** A copy of plain data in which a word takes the place of each key and value that needs a mark. */
function swap(value: unknown, wordFor: (value: unknown) => string): unknown {
  if (isMarked(value)) return wordFor(value);
  if (Array.isArray(value)) return value.map((entry) => swap(entry, wordFor));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [isMarked(key) ? wordFor(key) : key, swap(entry, wordFor)]),
  );
}

function isMarked(value: unknown): boolean {
  if (referenceOf(value)) return true;
  if (typeof value !== "string") return false;
  return isFragile(value) || partsOf(value).some((part) => typeof part !== "string");
}

/** Prints what needs a mark. */
function printScalar(value: unknown, style: Style): string {
  const whole = referenceOf(value);
  if (whole) return style.whole(whole);
  const parts = partsOf(String(value));
  const [only] = parts;
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
