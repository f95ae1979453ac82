import * as path from "node:path";

// The YAML package that cdk8s depends on.
const yaml = jest.requireActual(require.resolve("yaml", { paths: [path.dirname(require.resolve("cdk8s"))] }));

/** Parses the documents of a YAML file; throws for errors and warnings. */
export function parseYaml(text: string, version: "1.1" | "1.2"): unknown[] {
  return documents(text, version).map((document) => document.toJS());
}

/** Plain scalars that kubectl reads with another type than a YAML 1.1 parser, such as strings that it reads as numbers. */
export function misreadByKubectl(text: string): string[] {
  const misread: string[] = [];
  const visit = (node: any): void => {
    if (node?.items) node.items.forEach(visit);
    else if (node && "key" in node) [node.key, node.value].forEach(visit);
    else if (node?.type === "PLAIN" && kubectlType(node.source) !== typeOf(node.value))
      misread.push(node.source);
  };
  documents(text, "1.1").forEach((document) => visit(document.contents));
  return misread;
}

function documents(text: string, version: "1.1" | "1.2"): any[] {
  return yaml.parseAllDocuments(text, { version }).map((document: any) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw problem;
    return document;
  });
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

const WORDS: { readonly [word: string]: string } = Object.fromEntries([
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, "null"]),
  ..."y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF"
    .split(" ")
    .map((word) => [word, "boolean"]),
  ..."nan NaN NAN inf Inf INF"
    .split(" ")
    .flatMap((word) => ["", "+", "-"].map((sign) => [`${sign}.${word}`, "number"])),
  ["<<", "merge"],
]);
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;
const INTEGER = /^[-+]?(0x[\da-f]+|0b[01]+|0o?[0-7]*|[1-9]\d*)$|^0b[-+]?[01]+$/i;
const DATE = /^\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/** The type that kubectl's parser, sigs.k8s.io/yaml, gives a plain scalar. It drops each _ of scalars that begin like numbers. */
function kubectlType(source: string): string {
  if (Object.hasOwn(WORDS, source)) return WORDS[source]!;
  if (source.startsWith(".")) return FLOAT.test(source) ? "number" : "string";
  if (!/^[-+\d]/.test(source)) return "string";
  if (DATE.test(source)) return "date";
  const digits = source.replace(/_/g, "");
  return INTEGER.test(digits) || FLOAT.test(digits) ? "number" : "string";
}
