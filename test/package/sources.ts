import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

export const root = path.join(__dirname, "..", "..");
const lib = path.join(root, "lib");

export interface Source {
  /** The path below lib. */
  readonly name: string;
  readonly text: string;
}

function sources(filter: (name: string) => boolean): Source[] {
  const names = fs.readdirSync(lib, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts") && filter(name))
    .sort()
    .map((name) => ({ name, text: fs.readFileSync(path.join(lib, name), "utf8") }));
}

const isBinding = (name: string) => name.startsWith(`oci${path.sep}`);

/** The library's files, without the generated bindings. */
export function ownSources(): Source[] {
  return sources((name) => !isBinding(name));
}

/** The generated bindings. */
export function bindings(): Source[] {
  return sources(isBinding);
}

/** The modules that a file imports or re-exports, as its statements name them. */
export function importsOf({ text }: Source): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Resolves a relative import to a path below lib. */
export function resolveImport({ name }: Source, request: string): string {
  const target = path.join(path.dirname(name), request);
  const candidates = [`${target}.ts`, path.join(target, "index.ts"), target];
  const isFile = (file: string) => fs.existsSync(file) && fs.statSync(file).isFile();
  const found = candidates.find((file) => isFile(path.join(lib, file)));
  if (found === undefined) throw new Error(`lib/${name} imports ${request}, which is not a file of lib`);
  return found;
}

/** The strings of a TypeScript file; the parts of a template are joined by `…`. */
export function stringsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…"));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest));
  return found;
}

/** The titles of the tests and describe blocks in a test file. */
export function testTitlesOf(text: string): string[] {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:test|describe)/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) found.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
