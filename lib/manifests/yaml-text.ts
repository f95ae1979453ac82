import { Yaml } from "cdk8s";

/**
 * The YAML of objects, in the bytes that cdk8s writes for them.
 *
 * The writer of cdk8s takes most of the time of a synthesis: it makes a tree of nodes first, and tries each text against each
 * type of YAML. So the shapes that objects of Kubernetes are made of, maps and lists of short texts, whole numbers and booleans,
 * are written here, and all else by cdk8s: whatever is not certain to come out the same. Texts and keys that could mean something
 * to YAML are asked of cdk8s, once each.
 */
export function yamlOf(objects: readonly unknown[]): string {
  return objects.map((object) => written(object) ?? Yaml.stringify(object)).join("---\n");
}

/** One document; nothing where cdk8s has to write it. */
function written(object: unknown): string | undefined {
  if (!isMap(object) || Object.keys(object).length === 0) return undefined;
  try {
    return block(object, "\n", new Set());
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

/** Thrown for what is left to cdk8s. */
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

/** A map or a list with something in it; what is in it stands after `start`, a line break with the indentation. */
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

/** What stands twice in one document is written as an anchor and an alias. */
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

// At least six characters, so that none of the words of YAML 1.1 is among them: true, False, yes, NULL.
const SIMPLE = /^[A-Za-z][A-Za-z0-9_./@:-]{4,200}[A-Za-z0-9_./@-]$/;
// One line, which is written in the same way wherever it stands; what begins like a mark of a document is not.
const ONE_LINE = /^(?!%|---|\.\.\.)[ -~]{0,200}$/;
const MOST_KNOWN = 10_000;
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
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, answer);
  return answer;
}
