// Reads the public types of the library from the jsii assembly, and formats types and parameters for the reference.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

const root = path.join(__dirname, "..");
const byName = (a, b) => (a.name < b.name ? -1 : 1);

/** The types of the root module, sorted by name. The provider documents the bindings. */
function publicTypes() {
  const { types } = JSON.parse(zlib.gunzipSync(fs.readFileSync(path.join(root, ".jsii.gz"))));
  return Object.values(types)
    .filter(({ namespace }) => !namespace)
    .sort(byName);
}

/** The module of a type, such as `network/bastion`: the path below lib without the extension. */
function moduleOf({ symbolId }) {
  return symbolId.replace(/^lib\//, "").replace(/:.*$/, "");
}

/** The folder of lib that a type is in, which has a page of its own. */
const folderOf = (type) => moduleOf(type).split("/")[0];

const PRIMITIVES = { date: "Date", json: "object", any: "any" };

/** A type in TypeScript syntax; `named` formats the names of other types. */
function typeText(type, named = (name) => name) {
  if (!type) return "void";
  if (type.primitive) return PRIMITIVES[type.primitive] ?? type.primitive;
  if (type.union) return type.union.types.map((member) => typeText(member, named)).join(" | ");
  if (type.collection) {
    const { kind, elementtype } = type.collection;
    const element = typeText(elementtype, named);
    if (kind === "map") return `{ [key: string]: ${element} }`;
    return elementtype.union ? `(${element})[]` : `${element}[]`;
  }
  const [, ...rest] = type.fqn.split(".");
  return named(type.fqn.startsWith("secure-oke.") ? rest.join(".") : rest.at(-1));
}

/** The parameters of a call, in parentheses. */
function parametersText(parameters = []) {
  const texts = parameters.map(({ name, type, optional, variadic }) => {
    const text = typeText(type);
    return variadic
      ? `...${name}: ${text.includes(" | ") ? `(${text})` : text}[]`
      : `${name}${optional ? "?" : ""}: ${text}`;
  });
  return `(${texts.join(", ")})`;
}

const returnText = ({ returns }) => `${typeText(returns?.type)}${returns?.optional ? " | undefined" : ""}`;

module.exports = { byName, folderOf, moduleOf, parametersText, publicTypes, returnText, typeText };
