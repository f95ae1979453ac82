import * as fs from "node:fs";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { exampleFolder, previewsOf, stacksOf } from "./examples";
import { flowSummary } from "./flow-summary";

/** File contents by path, with `/` on every system. */
export interface Files {
  readonly [file: string]: string;
}

const WIDTH = 110;
const MANIFESTS = "_manifests";
const posix = (file: string) => file.split(path.sep).join("/");

/** The folder with the golden files of an example. */
export function goldenFolder(name: string): string {
  return path.join(exampleFolder(name), "expected");
}

/** The golden files that are stored for an example. */
export function storedGoldens(name: string): Files {
  return filesIn(goldenFolder(name));
}

/** The golden files of an example, from the folder that it was synthesized into. */
export function goldensOf(name: string, outdir: string): Files {
  const stacks = stacksOf(outdir);
  const manifests = previewsOf(outdir);
  const objects = Object.keys(manifests).flatMap((file) => Yaml.load(path.join(outdir, "manifests", file)));
  const further = Object.entries(filesIn(outdir)).filter(
    ([file]) => file !== "manifest.json" && !/^(?:stacks|manifests)\//.test(file),
  );
  const flows = flowSummary(name, { terraform: Object.values(stacks), objects });
  return Object.fromEntries([
    ["flows.md", flows],
    ...Object.entries(stacks).map(([stack, content]) => {
      return [`${stack}.tf.json`, `${compactJson(readable(stack, content, manifests))}\n`];
    }),
    ...Object.entries(manifests).map(([file, text]) => [`manifests/${posix(file)}`, text]),
    ...further,
  ]) as Files;
}

/** Replaces the golden files of an example and returns the paths of the changed files. */
export function writeGoldens(name: string, files: Files): string[] {
  const folder = goldenFolder(name);
  const stored = storedGoldens(name);
  const changed = Object.keys({ ...stored, ...files }).filter((file) => stored[file] !== files[file]);
  for (const file of changed) {
    const target = path.join(folder, file);
    const text = files[file];
    fs.rmSync(target, { force: true });
    if (text === undefined) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, text);
  }
  return changed.sort();
}

/** Compares a file with its golden file; throws an error with the differences and the command that updates it. */
export function expectGolden(
  name: string,
  file: string,
  stored: string | undefined,
  synthesized: string | undefined,
): void {
  if (stored === synthesized) return;
  const hint = `If this is intended, run: npm run examples -- --update ${name}`;
  const golden = `examples/${name}/expected/${file}`;
  if (stored === undefined) throw new Error(`${golden} is missing, but was synthesized. ${hint}`);
  if (synthesized === undefined) throw new Error(`${golden} is stored, but was not synthesized. ${hint}`);
  try {
    expect(synthesized).toBe(stored);
  } catch (error) {
    // The message of Jest contains the lines that differ.
    throw new Error(`${golden} differs. ${hint}\n\n${(error as Error).message}`);
  }
}

function filesIn(folder: string): Files {
  if (!fs.existsSync(folder)) return {};
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((file) => [posix(path.relative(folder, file)), fs.readFileSync(file, "utf8")]),
  );
}

/** A stack without redundant content: ids that are keys already, and manifests that have files of their own. */
function readable(stack: string, content: any, manifests: { readonly [file: string]: string }): any {
  const output = Object.entries<any>(content.output ?? {}).map(([id, entry]) => {
    const file = `${stack}/${id.slice(0, -MANIFESTS.length)}.yaml`;
    const preview = id.endsWith(MANIFESTS) ? manifests[path.normalize(file)] : undefined;
    return [
      id,
      preview === undefined ? entry : { ...entry, value: diffToPreview(file, preview, entry.value) },
    ];
  });
  return pathsOnly({ ...content, ...(content.output ? { output: Object.fromEntries(output) } : {}) });
}

/** The path of the manifests, and the lines that differ in Terraform, such as references to resources. */
function diffToPreview(file: string, preview: string, value: string): any {
  const [shown, actual] = [preview.split("\n"), value.split("\n")];
  if (shown.length !== actual.length) return value;
  const different = actual.filter((line, index) => line !== shown[index]);
  return { "as in": `manifests/${file}`, "but for": different.map((line) => line.trim()) };
}

/** Replaces the metadata of a resource by its path, where the rest repeats the key of the resource. */
function pathsOnly(value: any, key = ""): any {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => pathsOnly(entry));
  const entries = Object.entries<any>(value).map(([name, member]) => {
    const { path: ownPath, uniqueId, ...others } = (name === "//" ? member?.metadata : undefined) ?? {};
    const isPlain = ownPath !== undefined && uniqueId === key && Object.keys(others).length === 0;
    return [name, isPlain ? ownPath : pathsOnly(member, name)];
  });
  return Object.fromEntries(entries);
}

/** JSON with each object and array on one line where it fits. */
function compactJson(value: any, indent = "", used = 0): string {
  const line = onOneLine(value);
  if (typeof value !== "object" || value === null || used + indent.length + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((entry) => `${inner}${compactJson(entry, inner)}`)
    : Object.entries<any>(value).map(([key, member]) => {
        const name = `${JSON.stringify(key)}: `;
        return `${inner}${name}${compactJson(member, inner, name.length)}`;
      });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return [open, lines.join(",\n"), `${indent}${close}`].join("\n");
}

function onOneLine(value: any): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  const members = Object.entries<any>(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${onOneLine(member)}`,
  );
  return members.length > 0 ? `{ ${members.join(", ")} }` : "{}";
}
