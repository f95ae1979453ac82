import { Yaml } from "cdk8s";
import { Fn, type IResolvable, Token } from "cdktf";
import { isPlainObject } from "./check-objects";
import { partsOf, referenceOf } from "./references";
import { shortHash } from "../core/resource-name";

// Characters that YAML requires to be escaped, and characters that some parsers read as line breaks. The first group is that of JSON.
const CONTROL = /[\u0000-\u0008\u000b-\u001f]/;
const NOT_PRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;
const NOT_ASCII = /[\u007f-\u{10ffff}]/gu;
// Text in the YAML 1.1 of cdk8s, but numbers for kubectl: 0o17, 0X1F, 0b-1, and numbers with a _ after the first character.
const NUMBER_FOR_KUBECTL =
  /^[-+]?(?:0x[\da-f]+|0o?[0-7]+|0b[-+]?[01]+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?)$/i;
// kubectl rejects a block scalar that begins with a tab.
const TAB_FIRST = /^[ \n]*\t/;
// Keys with a special meaning in YAML 1.1: the merge key and the default value.
const SPECIAL_KEY = /^(?:<<|=)$/;
// These combine with the preceding character: marks, the second and third letter of a Korean syllable, a vowel of Kirat Rai.
const JOINING_START = /^[\p{M}\u1160-\u11ff\u{16d67}]/u;
// Terraform may support a newer Unicode version than Node.
const UNASSIGNED = /\p{Cn}/u;

// Most texts: a single line that does not begin like a number.
const HARMLESS = /^[A-Za-z/][ -~]*$/;

/** Whether a text without references would change if YAML wrote it as it is. */
function isFragile(text: string): boolean {
  if (HARMLESS.test(text)) return false;
  return (
    CONTROL.test(text) ||
    text.search(NOT_PRINTABLE) >= 0 ||
    (!text.startsWith("_") && NUMBER_FOR_KUBECTL.test(text.replace(/_/g, ""))) ||
    TAB_FIRST.test(text) ||
    SPECIAL_KEY.test(text) ||
    isComposable(text)
  );
}

/** Text as a part of a double-quoted scalar. */
function escape(text: string): string {
  const json = JSON.stringify(text).slice(1, -1);
  return json.replace(isComposable(text) ? NOT_ASCII : NOT_PRINTABLE, unicodeEscape);
}

/**
 * Whether Terraform, which normalizes all text to NFC, would combine its characters, or the first one with a preceding one.
 *
 * Escaping creates new neighbors: a line break and an accent are two characters, but the n of \\n and an accent become one.
 */
function isComposable(text: string): boolean {
  const json = JSON.stringify(text);
  return json.normalize("NFC") !== json || JOINING_START.test(text) || UNASSIGNED.test(text);
}

function unicodeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/**
 * The YAML of objects, byte for byte as cdk8s writes it.
 *
 * cdk8s would take most of the time of a synthesis: it creates a tree of nodes, and tests each text against each type of YAML. So
 * maps and lists of short texts, whole numbers and booleans, the usual content of Kubernetes objects, are written here, and
 * everything that could come out differently by cdk8s, including each text and key with a possible meaning in YAML, once.
 */
export function yamlOf(objects: readonly unknown[]): string {
  return objects.map((object) => written(object) ?? Yaml.stringify(object)).join("---\n");
}

/** One document; undefined if cdk8s has to write it. */
function written(object: unknown): string | undefined {
  if (!isMap(object) || Object.keys(object).length === 0) return undefined;
  try {
    return block(object, "\n", new Set());
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

/** Thrown for values that cdk8s has to write. */
class Unusual extends Error {}

interface Fields {
  readonly [key: string]: unknown;
}

function isMap(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isBlock(value: unknown): value is Fields | readonly unknown[] {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

/** A non-empty map or list, whose entries follow `start`, a line break with the indentation. */
function block(value: Fields | readonly unknown[], start: string, seen: Set<unknown>): string {
  note(value, seen);
  let text = "";
  const inner = `${start}  `;
  if (Array.isArray(value)) {
    for (const entry of value as readonly unknown[]) {
      text += `${text === "" ? "" : start.slice(1)}- ${isBlock(entry) ? block(entry, inner, seen) : `${scalar(entry, seen)}\n`}`;
    }
    return text;
  }
  for (const key of Object.keys(value)) {
    const entry = (value as Fields)[key];
    text += `${text === "" ? "" : start.slice(1)}${keyText(key)}:`;
    text += isBlock(entry) ? `${inner}${block(entry, inner, seen)}` : ` ${scalar(entry, seen)}\n`;
  }
  return text;
}

/** An object that occurs twice in a document is written as an anchor and an alias. */
function note(value: object, seen: Set<unknown>): void {
  if (seen.has(value)) throw new Unusual();
  seen.add(value);
}

function scalar(value: unknown, seen: Set<unknown>): string {
  if (typeof value === "string")
    return SIMPLE.test(value) ? value : ask(texts, value, (text) => ({ a: text }));
  if (typeof value === "boolean" || (Number.isSafeInteger(value) && !Object.is(value, -0)))
    return String(value);
  if (typeof value !== "object" || value === null) throw new Unusual();
  note(value, seen);
  if (Array.isArray(value)) return "[]";
  if (isMap(value)) return "{}";
  throw new Unusual();
}

function keyText(key: string): string {
  if (SIMPLE.test(key)) return key;
  return ask(keys, key, (text) => ({ [text]: 0 }));
}

// At least six characters, so that no keyword of YAML 1.1 matches: true, False, yes, NULL.
const SIMPLE = /^[A-Za-z][A-Za-z0-9_./@:-]{4,200}[A-Za-z0-9_./@-]$/;
// One line, written the same way at every place; except for texts that begin like a document marker.
const ONE_LINE = /^(?!%|---|\.\.\.)[ -~]{0,200}$/;
const MAX_KNOWN = 10_000;
const texts = new Map<string, string>();
const keys = new Map<string, string>();

/** How cdk8s writes a text, as a value or as a key. */
function ask(known: Map<string, string>, text: string, sample: (text: string) => object): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (!ONE_LINE.test(text)) throw new Unusual();
  const yaml = Yaml.stringify(sample(text));
  const answer = known === keys ? /^(.*): 0\n$/.exec(yaml)?.[1] : /^a: (.*)\n$/.exec(yaml)?.[1];
  if (answer === undefined || answer.startsWith("? ")) throw new Unusual();
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, answer);
  return answer;
}

/** Writes a reference as text: an expression for Terraform, its address for readers. */
type Resolve = (reference: IResolvable | string) => string;

interface Style {
  /** Escapes text without references. */
  readonly literal: (text: string) => string;
  /** A scalar or list that consists of one reference. */
  readonly whole: (reference: IResolvable) => string;
  /** A reference inside a double-quoted scalar, whose value could combine with a preceding letter. */
  readonly part: (reference: IResolvable, isAfterLetter: boolean) => string;
  /** A scalar that consists of one reference, to a string. */
  readonly text: (reference: IResolvable) => string;
}

// As in JOINING_START, in the regular expressions and the strings of Terraform.
const JOINING = "/^[\\\\p{M}\\\\x{1160}-\\\\x{11ff}\\\\x{16d67}]/";
// An escaped line break, with more indentation than any object has.
const APART = `\\\\\n${" ".repeat(80)}$0`;

/**
 * YAML with values from Terraform: JSON is YAML, so jsonencode writes a value of any type.
 *
 * kubectl would misread two kinds of values, which no name in OCI has: control characters from U+007F to U+009F, which
 * jsonencode leaves unescaped, and an accent after a line break or a <, which combines with the last letter of the escape.
 */
function terraformStyle(resolve: Resolve): Style {
  return {
    literal: (text) => text.replace(/\$\{/g, "$$${").replace(/%\{/g, "%%{"),
    whole: (reference) => resolve(Fn.jsonencode(reference)),
    text: (reference) => resolve(Fn.jsonencode(Fn.try([Fn.tostring(reference), reference]))),
    part: (reference, isAfterLetter) => {
      // Without its quotes, an encoded string can be part of a quoted scalar. join rejects null.
      const json = Fn.jsonencode(Fn.join("", [Token.asString(reference)]));
      const text = Fn.replace(json, "/^.|.$/", "");
      // Terraform would combine an e and a value that begins with an accent into one character.
      return resolve(isAfterLetter ? Fn.replace(text, JOINING, APART) : text);
    },
  };
}

/** YAML for readers: each reference is shown as its Terraform address. */
function previewStyle(resolve: Resolve): Style {
  const address = (reference: IResolvable) => resolve(Token.asString(reference));
  const inText = (reference: IResolvable) => JSON.stringify(address(reference)).slice(1, -1);
  const alone = (reference: IResolvable) => {
    const text = inText(reference);
    // An expression can contain characters with a meaning in YAML: quotes, colons, commas.
    return /^\$\{[\w.[\]-]+\}$/.test(text) ? text : `"${text}"`;
  };
  return { literal: (text) => text, whole: alone, text: alone, part: inText };
}

// Longer keys need a ? in YAML.
const MAX_KEY_LENGTH = 1024;

/**
 * The YAML of objects, for Terraform and for readers.
 *
 * Writing YAML is the most expensive step of a synthesis, and the two differ only in references and in text that YAML would not
 * preserve. So it is written once, with a mark in place of each of those.
 */
export class ChartYaml {
  /** The objects that need marks. */
  private readonly special: ReadonlySet<unknown>;
  /** The marked values, in the order of `swap`. */
  private readonly marked: unknown[] = [];
  private text?: { readonly key: string; readonly yaml: string };

  /** @param objects final plain data */
  constructor(private readonly objects: readonly unknown[]) {
    this.special = new Set(objects.filter(needsMark));
    for (const object of objects.filter((each) => this.special.has(each))) {
      swap(object, (value) => {
        this.marked.push(value);
        return "";
      });
    }
  }

  /** Resolves the references of the objects without writing anything. */
  public resolveAll(resolve: Resolve): void {
    this.scalars(previewStyle(resolve));
  }

  /** The YAML for readers. */
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

  /** YAML with marks, as long as their scalars: a long key is written differently. */
  private yamlFor(scalars: readonly string[], mark: string): string {
    const isLong = scalars.map(({ length }) => length > MAX_KEY_LENGTH);
    const key = isLong.join();
    if (this.text?.key === key) return this.text.yaml;
    let index = 0;
    const next = () => `${mark}${index}x`.padEnd(isLong[index++] ? MAX_KEY_LENGTH + 1 : 0, "x");
    const objects = this.objects.map((object) => (this.special.has(object) ? swap(object, next) : object));
    this.text = { key, yaml: yamlOf(objects) };
    return this.text.yaml;
  }
}

/** A word that does not occur in the objects, and that YAML writes without quotes. */
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

/** Whether an object has a reference, or text that YAML would not preserve. */
function needsMark(object: unknown): boolean {
  return !isPlainObject(object) || hasFragile(object);
}

function hasFragile(value: unknown): boolean {
  if (typeof value === "string") return isFragile(value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasFragile);
  return Object.entries(value).some(([key, entry]) => isFragile(key) || hasFragile(entry));
}

/** A copy of plain data with a mark in place of each key and value that needs one. */
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

/** Prints a marked value. */
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
