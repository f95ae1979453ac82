// Writes lib/core/public-types.json: the parameters and members of each public class, interface, props object and enumeration.
//
// Reads the syntax of the sources, which takes a second, so that a new prop works before the next build. With --check, writes
// nothing and exits with 1 where the committed file is out of date.
const fs = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

const root = path.join(__dirname, "..");
const lib = path.join(root, "lib");
const file = path.join(lib, "core", "public-types.json");

const sources = new Map();

/** A file of the library with its declarations and imports. */
function load(name) {
  if (sources.has(name)) return sources.get(name);
  const text = fs.readFileSync(name, "utf8");
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  const loaded = { name, source, declared: new Map(), imported: new Map(), exported: new Map(), starred: [] };
  sources.set(name, loaded);
  for (const statement of source.statements) {
    if (statement.name && ts.isIdentifier(statement.name))
      loaded.declared.set(statement.name.text, statement);
    const request = statement.moduleSpecifier?.text;
    const target = request?.startsWith(".") ? fileOf(name, request) : request;
    if (ts.isImportDeclaration(statement)) {
      for (const specifier of statement.importClause?.namedBindings?.elements ?? [])
        loaded.imported.set(specifier.name.text, { target, name: originalName(specifier) });
    } else if (ts.isExportDeclaration(statement) && target) {
      if (!statement.exportClause) loaded.starred.push(target);
      for (const specifier of statement.exportClause?.elements ?? [])
        loaded.exported.set(specifier.name.text, { target, name: originalName(specifier) });
    }
  }
  return loaded;
}

const originalName = ({ propertyName, name }) => (propertyName ?? name).text;

function fileOf(from, request) {
  const target = path.resolve(path.dirname(from), request);
  return [`${target}.ts`, path.join(target, "index.ts"), target].find((candidate) =>
    fs.existsSync(candidate),
  );
}

const isExported = (node) => node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The declaration of a name that a file exports or, unless `isOutside`, uses. */
function find(name, loaded, isOutside) {
  const declared = loaded.declared.get(name);
  if (declared && (!isOutside || isExported(declared))) return { node: declared, loaded };
  const link = loaded.exported.get(name) ?? (isOutside ? undefined : loaded.imported.get(name));
  if (link) return fs.existsSync(link.target) ? find(link.name, load(link.target), true) : { foreign: link };
  for (const target of loaded.starred) {
    const found = find(name, load(target), true);
    if (found) return found;
  }
  return undefined;
}

/** The names that a file exports. */
function namesOf(loaded) {
  const own = [...loaded.declared].filter(([, node]) => isExported(node)).map(([name]) => name);
  const further = loaded.starred.flatMap((target) => namesOf(load(target)));
  return [...own, ...loaded.exported.keys(), ...further];
}

const KINDS = {
  [ts.SyntaxKind.StringKeyword]: "string",
  [ts.SyntaxKind.NumberKeyword]: "number",
  [ts.SyntaxKind.BooleanKeyword]: "boolean",
};
const CHARTS_AND_CONSTRUCTS = { Construct: "Construct", IConstruct: "Construct", Chart: "Chart" };

/** Whether a type is an enumeration of a peer. Its values are checked where they are read. */
const isPeerEnum = ({ target, name }) =>
  target === "cdk8s-plus-27" && typeof require(target)[name] === "object";

const grouped = (word) => (word.includes("|") ? `(${word})` : word);

/** A type as one word, such as `string`, `Port[]`, `{EnvironmentValue}`, `string|number`, the name of a public type, or `any`. */
function typeOf(node, loaded, surface) {
  if (!node) return "any";
  if (KINDS[node.kind]) return KINDS[node.kind];
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node))
    return typeOf(node.type, loaded, surface);
  if (ts.isArrayTypeNode(node)) return `${grouped(typeOf(node.elementType, loaded, surface))}[]`;
  if (ts.isUnionTypeNode(node)) {
    const types = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    const words = types.map((member) => typeOf(member, loaded, surface));
    return words.length === 1
      ? words[0]
      : words.map((word) => (word.endsWith("[]") ? `(${word})` : word)).join("|");
  }
  if (
    ts.isTypeLiteralNode(node) &&
    node.members.length === 1 &&
    ts.isIndexSignatureDeclaration(node.members[0])
  )
    return `{${typeOf(node.members[0].type, loaded, surface)}}`;
  if (!ts.isTypeReferenceNode(node)) return "any";
  const name = node.typeName.getText();
  const found = find(name.split(".")[0], loaded, false);
  if (found?.foreign)
    return isPeerEnum(found.foreign) ? "any" : (CHARTS_AND_CONSTRUCTS[found.foreign.name] ?? "object");
  if (!found) return name === "Date" ? "Date" : "any";
  const own = found.node.name.text;
  if (!surface.has(own)) throw new Error(`${path.relative(root, loaded.name)}: ${name} is not public`);
  return own;
}

const isInternal = (member) => {
  const tags = ts.getJSDocTags(member).map(({ tagName }) => tagName.text);
  const kinds = (member.modifiers ?? []).map(({ kind }) => kind);
  return (
    tags.includes("internal") ||
    kinds.includes(ts.SyntaxKind.PrivateKeyword) ||
    kinds.includes(ts.SyntaxKind.ProtectedKeyword)
  );
};
const isStatic = (member) => member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);

/** The types of the library that a declaration extends or implements. */
function parentsOf({ node, loaded }, token = ts.SyntaxKind.ExtendsKeyword) {
  const clauses = (node.heritageClauses ?? []).filter((clause) => clause.token === token);
  return clauses
    .flatMap(({ types }) => types)
    .map(({ expression }) => find(expression.getText(), loaded, false))
    .filter((found) => found?.node);
}

/** The type of a parameter that has a default and no type. */
function typeOfDefault(node) {
  if (ts.isStringLiteral(node)) return "string";
  return ts.isNumericLiteral(node) ? "number" : "boolean";
}

const mayBeUndefined = (type) =>
  type && ts.isUnionTypeNode(type) && type.types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword);

function parametersOf(parameters, loaded, surface) {
  return parameters.map((parameter) => {
    const name = parameter.name.getText();
    const type = parameter.type
      ? typeOf(parameter.type, loaded, surface)
      : typeOfDefault(parameter.initializer);
    if (parameter.dotDotDotToken) return `...${name}: ${type.replace(/\[\]$/, "")}`;
    const isOptional = parameter.questionToken ?? parameter.initializer ?? mayBeUndefined(parameter.type);
    return `${name}${isOptional ? "?" : ""}: ${type}`;
  });
}

/** The own and inherited members of a props object. */
function structOf(found, surface) {
  const inherited = parentsOf(found).map((parent) => structOf(parent, surface));
  const own = found.node.members
    .filter((member) => ts.isPropertySignature(member) && !isInternal(member))
    .map((member) => [
      `${member.name.getText()}${member.questionToken ? "?" : ""}`,
      typeOf(member.type, found.loaded, surface),
    ]);
  return Object.assign({}, ...inherited, Object.fromEntries(own));
}

const isNamed = (member) => member.name && ts.isIdentifier(member.name) && !member.questionToken;
const isHelper = (member) =>
  ts.isMethodDeclaration(member) && isInternal(member) && !member.name.getText().startsWith("_");

// Classes whose values the library reads by their public members, because they may come from another version of it.
const READ_ANEW = ["KubernetesVersion"];

/**
 * The names of the members that a value always has. Those of a class include internal ones.
 *
 * Many values have too few public members to be recognized by these alone.
 */
function membersOf(found) {
  const { node } = found;
  const isPublic = ts.isInterfaceDeclaration(node) || READ_ANEW.includes(node.name.text);
  const own = node.members.filter(
    (member) =>
      isNamed(member) && !isStatic(member) && !isHelper(member) && !(isPublic && isInternal(member)),
  );
  const constructor = node.members.find(ts.isConstructorDeclaration);
  // The constructor always sets these, some of them to undefined. Another copy may be older than an optional parameter.
  const set = (constructor?.parameters ?? []).filter(
    (parameter) => parameter.modifiers?.length > 0 && !(isPublic && parameter.questionToken),
  );
  const names = [...own.filter(({ type }) => !mayBeUndefined(type)), ...set].map(({ name }) => name.text);
  return [...new Set([...parentsOf(found).flatMap(membersOf), ...names])].filter((name) => !(name in {}));
}

/** The own or inherited constructor of a class; undefined where only the library may call it. */
function constructorOf(found) {
  const own = found.node.members.find(ts.isConstructorDeclaration);
  if (own) return isInternal(own) ? undefined : { own, loaded: found.loaded };
  const [parent] = parentsOf(found);
  return parent ? constructorOf(parent) : undefined;
}

function isAbstract({ node }) {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword);
}

/** The expressions that create a value of a class. */
function writtenAs(name, { node, loaded }, constructor) {
  const named = node.members.filter((member) => isStatic(member) && !isInternal(member));
  const factories = named
    .filter((member) => ts.isMethodDeclaration(member) && !member.name.getText().startsWith("_"))
    .filter(
      (member) =>
        [name, `I${name}`].includes(member.type?.getText()) || isImplementedBy(member.type, node, loaded),
    )
    .map((member) => `${name}.${member.name.getText()}(${member.parameters.length > 0 ? "…" : ""})`);
  const constants = named
    .filter((member) => ts.isPropertyDeclaration(member) && !member.name.getText().startsWith("_"))
    .map((member) => `${name}.${member.name.getText()}`);
  const news = constructor ? [`new ${name}(…)`] : [];
  return [...news, ...factories, ...constants.slice(-1)];
}

/** Whether a class implements the type that its factory returns, such as `ISecureOkeCluster`. */
function isImplementedBy(type, node, loaded) {
  const implemented = parentsOf({ node, loaded }, ts.SyntaxKind.ImplementsKeyword);
  return implemented.some(({ node: parent }) => parent.name.text === type?.getText());
}

function classOf(name, found, surface) {
  const { node, loaded } = found;
  const constructor = isAbstract(found) ? undefined : constructorOf(found);
  const methods = node.members.filter(
    (member) =>
      ts.isMethodDeclaration(member) && !isInternal(member) && !member.name.getText().startsWith("_"),
  );
  const tableOf = (some) =>
    Object.fromEntries(
      some.map(({ name: method, parameters }) => [
        method.getText(),
        parametersOf(parameters, loaded, surface),
      ]),
    );
  return {
    members: membersOf(found),
    writtenAs: writtenAs(name, found, constructor),
    ...(constructor ? { new: parametersOf(constructor.own.parameters, constructor.loaded, surface) } : {}),
    statics: tableOf(methods.filter(isStatic)),
    methods: tableOf(methods.filter((method) => !isStatic(method) && method.body)),
  };
}

function enumOf({ node }) {
  return Object.fromEntries(node.members.map(({ name, initializer }) => [name.getText(), initializer.text]));
}

/** The public surface: enumerations, props, interfaces and classes. */
function surfaceOf() {
  const index = load(path.join(lib, "index.ts"));
  const names = [...new Set(namesOf(index))].filter((name) => name !== "oci").sort();
  const found = new Map(
    names.map((name) => [name, find(name, index, true)]).filter(([, declaration]) => declaration?.node),
  );
  const some = (predicate, read) =>
    Object.fromEntries(
      [...found]
        .filter(([, { node }]) => predicate(node))
        .map(([name, declaration]) => [name, read(name, declaration)]),
    );
  const isInterface = (node) => ts.isInterfaceDeclaration(node);
  const isBehavior = (node) => isInterface(node) && /^I[A-Z]/.test(node.name.text);
  const classes = some(ts.isClassDeclaration, (name, declaration) => classOf(name, declaration, found));
  const ofInterface = (name) =>
    [...found]
      .filter(
        ([, declaration]) =>
          ts.isClassDeclaration(declaration.node) &&
          !isAbstract(declaration) &&
          implementsIt(declaration, name),
      )
      .map(([other]) => other);
  return {
    enums: some(ts.isEnumDeclaration, (_, declaration) => enumOf(declaration)),
    props: some(
      (node) => isInterface(node) && !isBehavior(node),
      (_, declaration) => structOf(declaration, found),
    ),
    interfaces: some(isBehavior, (name, declaration) => ({
      members: membersOf(declaration),
      writtenAs: ofInterface(name),
    })),
    classes,
  };
}

/** Whether a class or one of its base types implements an interface. */
function implementsIt(found, name) {
  const implemented = parentsOf(found, ts.SyntaxKind.ImplementsKeyword);
  const all = [...implemented, ...parentsOf(found)];
  return all.some((parent) => parent.node.name.text === name || implementsIt(parent, name));
}

module.exports = { surfaceOf, surfaceFile: file };

function main() {
  const text = `${JSON.stringify(surfaceOf(), undefined, 1)}\n`;
  const current = fs.existsSync(file) && fs.readFileSync(file, "utf8") === text;
  const name = path.relative(root, file);
  if (process.argv.includes("--check")) {
    console.log(`${name}: ${current ? "up to date" : "stale, run `npm run surface`"}`);
    if (!current) process.exitCode = 1;
    return;
  }
  if (!current) fs.writeFileSync(file, text);
  console.log(`${name}: ${current ? "unchanged" : "written"}`);
}

if (require.main === module) main();
