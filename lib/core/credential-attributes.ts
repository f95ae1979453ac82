import { gunzipSync } from "node:zlib";
import { type TerraformStack } from "cdktf";
import { MarkOn } from "./construct-state";
import { checkFileContent, checkLiteral, namesSecret } from "./credential-literal";
import { Problems } from "./validation-error";

interface JsonObject {
  readonly [key: string]: unknown;
}

const guarded = new MarkOn<TerraformStack>();
// Blocks of the configuration whose entries are named once, and those whose entries are named twice.
const NAMED_ONCE = ["provider", "variable", "module"];
const NAMED_TWICE = ["resource", "data"];
// A member of this name holds the value of what is around it: the default of a variable, the content of a secret.
const VALUE_MEMBERS = new Set(["content", "default", "value"]);
// Members that Terraform and cdktf give a meaning of their own: names of other blocks, and paths of the program.
const ADDRESSES = new Set(["//", "depends_on", "lifecycle", "provider"]);
const USER_DATA = "user_data";
// Shorter names and words can be Base64 by chance.
const SHORTEST_ENCODED = 24;

/**
 * Has a stack refused in which a literal of an attribute looks like a credential: it would be in the configuration, the plan, and the
 * state.
 *
 * The chart outputs are left out, because each object of a chart is judged itself.
 */
export function guardCredentials(stack: TerraformStack): void {
  if (!guarded.once(stack)) return;
  const [json, hcl] = [stack.toTerraform.bind(stack), stack.toHclTerraform.bind(stack)];
  stack.toTerraform = () => {
    const written = json() as JsonObject;
    checkConfiguration(stack, written);
    return written;
  };
  stack.toHclTerraform = () => {
    checkConfiguration(stack, json() as JsonObject);
    return hcl() as { hcl: string; metadata: unknown };
  };
}

/** Throws for each literal of a configuration that looks like a credential. */
export function checkConfiguration(stack: TerraformStack, configuration: JsonObject): void {
  const problems = new Problems(stack);
  const harmless = new Set<string>();
  const checkBody = (address: string, body: unknown) => {
    checkBlock(problems, harmless, stack, address, body);
  };
  for (const block of NAMED_ONCE) {
    for (const [name, body] of entriesOf(configuration[block])) checkBody(name, body);
  }
  for (const block of NAMED_TWICE) {
    for (const [type, all] of entriesOf(configuration[block])) {
      for (const [name, body] of entriesOf(all)) checkBody(`${type}.${name}`, body);
    }
  }
  for (const [name, body] of entriesOf(configuration.locals)) checkBody(`local.${name}`, body);
  for (const [name, body] of entriesOf(configuration.output)) {
    if (!name.endsWith("_manifests")) checkBody(`output.${name}`, body);
  }
  problems.throwIfAny();
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** Judges one block under the path of the construct that wrote it. */
function checkBlock(
  problems: Problems,
  harmless: Set<string>,
  stack: TerraformStack,
  address: string,
  body: unknown,
): void {
  // A provider with an alias makes a list of them.
  for (const block of Array.isArray(body) ? (body as unknown[]) : [body]) {
    const path = (
      block as { readonly "//"?: { readonly metadata?: { readonly path?: string } } } | undefined
    )?.["//"]?.metadata?.path;
    problems.collect(() => {
      const own = new Problems(path ?? stack);
      checkValue(own, harmless, address, address.split(".").at(-1) ?? "", block);
      own.throwIfAny();
    });
  }
}

/**
 * @param harmless names with texts that passed; most of them repeat in every cluster and rule
 * @param name what the value is called, by itself or by what is around it
 */
function checkValue(
  problems: Problems,
  harmless: Set<string>,
  where: string,
  name: string,
  value: unknown,
): void {
  if (typeof value === "string") {
    const named = `${name}\0${value}`;
    if (harmless.has(named)) return;
    const before = problems.count;
    checkText(problems, where, name, value);
    if (problems.count === before) harmless.add(named);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((entry, index) => {
      checkValue(problems, harmless, `${where}[${index}]`, name, entry);
    });
    return;
  }
  for (const [key, entry] of entriesOf(value)) {
    if (ADDRESSES.has(key)) continue;
    checkValue(
      problems,
      harmless,
      `${where}.${key}`,
      VALUE_MEMBERS.has(key) ? nameIn(value as JsonObject, name) : key,
      entry,
    );
  }
}

function checkText(problems: Problems, where: string, name: string, value: string): void {
  const encoded = namesSecret(name) ? undefined : encodedText(value);
  if (name === USER_DATA) checkUserData(problems, where, value);
  else if (encoded !== undefined) checkFileContent(problems, where, encoded);
  // What Terraform finds out is no literal.
  else checkLiteral(problems, where, name, value.replace(/\$\{[^}]*\}/g, "${reference}"));
}

/** What a value is called by the members beside it, such as `{ key: "DB_PASSWORD", value: "…" }`, or by what is around it. */
function nameIn(around: JsonObject, name: string): string {
  const { key, name: own } = around;
  if (typeof key === "string") return key;
  return typeof own === "string" && "value" in around ? own : name;
}

/** The text that a Base64 value encodes, such as a configuration file; undefined if it encodes none. */
function encodedText(value: string): string | undefined {
  if (value.length < SHORTEST_ENCODED || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  return /^[\t\n\r\x20-\x7e\u00a0-\uffef]+$/.test(text) ? text : undefined;
}

/** Adds a problem for each credential in the script or configuration that a new instance runs, which is Base64, or gzip within that. */
export function checkUserData(problems: Problems, where: string, encoded: string): void {
  if (encoded.includes("${")) return;
  const bytes = Buffer.from(encoded, "base64");
  // Whether it is what it must be is for whoever makes the instance to say; a script that is not encoded is judged as it is.
  const isEncoded = bytes.toString("base64").replace(/=+$/, "") === encoded.replace(/[\s=]+/g, "");
  checkFileContent(problems, where, isEncoded ? unzipped(bytes).toString("utf8") : encoded);
}

function unzipped(bytes: Buffer): Buffer {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    return bytes;
  }
}
