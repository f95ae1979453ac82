// Compiles the library with jsii into dist/, and makes the compiled files smaller and faster to load.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

const root = path.join(__dirname, "..");
const dist = path.join(root, "dist");
const assembly = path.join(root, ".jsii");

// The names in the bindings are those of the provider, and the peers are developed with newer versions than the oldest allowed
// ones, which check:package tests.
const SILENCED = ["reserved-word", "metadata/missing-dev-dependency"];

function files(dir) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    return entry.isDirectory() ? files(file) : [file];
  });
}

/** Whether the build is missing or older than its inputs. */
function isStale() {
  const built = [assembly, path.join(dist, "index.js")];
  if (!built.every((file) => fs.existsSync(file))) return true;
  const inputs = [...files(path.join(root, "lib")), path.join(root, "package.json"), __filename];
  const newest = Math.max(...inputs.map((file) => fs.statSync(file).mtimeMs));
  return Math.min(...built.map((file) => fs.statSync(file).mtimeMs)) < newest;
}

/** Runs a Node program, and exits with 1 where it fails. */
function run(args, options) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", ...options });
  if (status !== 0) process.exit(1);
}

/** The index files of the package and of its folders, as paths below dist. The bindings have one index file. */
const barrels = () =>
  files(dist)
    .map((file) => path.relative(dist, file))
    .filter((name) => path.basename(name) === "index.js")
    .filter((name) => !name.startsWith(path.join("oci", "")) || name === path.join("oci", "index.js"));

function compile() {
  for (const name of ["dist", ".jsii", ".jsii.gz"])
    fs.rmSync(path.join(root, name), { recursive: true, force: true });
  const options = [
    "--compress-assembly",
    // The configuration that jsii generates has no decorators.
    "--tsconfig",
    "tsconfig.build.json",
    "--validate-tsconfig",
    "minimal",
    "--silence-warnings",
    ...SILENCED,
  ];
  run([require.resolve("jsii/bin/jsii"), ...options], {
    // jsii warns about Node versions that the library still supports.
    env: {
      ...process.env,
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split(".")[0],
    },
  });
}

/** The statements of a compiled file, without comments. */
function statements(file) {
  const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  return source.statements.map((statement) => statement.getText(source).replace(/\s+/g, " "));
}

const HELPER = /^var (__createBinding|__exportStar|__setModuleDefault|__importStar) = /;
const MARKER = /^(?:"use strict";|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);)$/;
const BLANK = /^(?:exports\.\w+ = )+void 0;$/;
const MODULE = /^(?:var|const) (\w+) = require\("(\.[^"]*)"\);$/;
const NAMESPACE = /^exports\.(\w+) = (?:__importStar\()?require\("(\.[^"]*)"\)\)?;$/;
const MEMBER =
  /^Object\.defineProperty\(exports, "(\w+)", \{ enumerable: true, get: function \(\) \{ return (\w+)\.(\w+); \} \}\);$/;
const STAR = /^__exportStar\(require\("(\.[^"]*)"\), exports\);$/;

/**
 * The exports of a compiled index file: each name with the expression that loads it.
 *
 * Throws for unknown statements, because the package would lack their exports.
 */
function exportsOf(file) {
  const modules = new Map();
  const found = new Map();
  const add = (name, expression) => {
    if (found.has(name)) throw new Error(`${file} exports ${name} twice`);
    found.set(name, expression);
  };
  const use = (request, member) =>
    `require(${JSON.stringify(request)})${member === undefined ? "" : `.${member}`}`;
  for (const statement of statements(file)) {
    if (HELPER.test(statement) || MARKER.test(statement) || BLANK.test(statement)) continue;
    const [, variable, module] = MODULE.exec(statement) ?? [];
    const [, namespace, whole] = NAMESPACE.exec(statement) ?? [];
    const [, name, from, member] = MEMBER.exec(statement) ?? [];
    const [, starred] = STAR.exec(statement) ?? [];
    if (variable) modules.set(variable, module);
    else if (namespace) add(namespace, use(whole));
    else if (name && modules.has(from)) add(name, use(modules.get(from), member));
    else if (starred) {
      for (const key of Object.keys(require(path.resolve(path.dirname(file), starred))))
        add(key, use(starred, key));
    } else throw new Error(`${file} has a statement that the build can't make lazy: ${statement}`);
  }
  return found;
}

/** An index file that loads each module with the first access to one of its names. */
function printLazy(found) {
  const getters = [...found].map(([name, expression]) => `lazy("${name}", () => ${expression});\n`);
  return (
    '"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n' +
    // In a function, because Node ignores names that a file defines by a getter directly.
    "const lazy = (name, get) => Object.defineProperty(exports, name, { enumerable: true, get });\n" +
    getters.join("") +
    // Never runs. Node finds here the names for `import { name } from` in an ECMAScript module.
    `0 && (module.exports = { ${[...found.keys()].join(", ")} });\n`
  );
}

// Modules that are seldom used while a module loads: other modules of the library, and address arithmetic.
const LATE = /^(?:ip-address$|\.\.?\/)/;

/**
 * Makes a compiled module load each of its modules at the first use, because most programs use few of them.
 *
 * `const vcn_1 = require("../oci/core-vcn")` becomes an object with a getter, and `vcn_1.CoreVcn` becomes `vcn_1.late.CoreVcn`.
 */
function loadLate(file) {
  const text = fs.readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const names = new Map();
  const edits = [];
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [declaration] = statement.declarationList.declarations;
    const [, request] = /^require\("([^"]*)"\)$/.exec(declaration.initializer?.getText(source) ?? "") ?? [];
    if (request === undefined || !LATE.test(request)) continue;
    names.set(declaration.name.text, declaration);
    const { name, initializer } = declaration;
    edits.push({
      start: statement.getStart(source),
      end: statement.end,
      text:
        `const ${name.text} = { get late() { const value = ${initializer.getText(source)}; ` +
        'Object.defineProperty(this, "late", { value }); return value; } };',
    });
  }
  if (edits.length === 0) return;
  const visit = (node) => {
    if (ts.isIdentifier(node) && names.has(node.text) && names.get(node.text) !== node.parent) {
      edits.push({ start: node.getStart(source), end: node.end, text: `${node.text}.late` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const written = edits
    .sort((a, b) => b.start - a.start)
    .reduce((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
  fs.writeFileSync(file, written);
}

/**
 * Removes the comments of a compiled file, so that programs parse less. The declarations keep them. In the bindings, it removes
 * the line breaks too.
 */
function shrink(file, keepsLines) {
  const { code } = require("@swc/core").transformSync(fs.readFileSync(file, "utf8"), {
    jsc: {
      parser: { syntax: "ecmascript" },
      target: "es2022",
      minify: { compress: false, mangle: false, format: { comments: false } },
    },
    isModule: false,
    minify: !keepsLines,
  });
  fs.writeFileSync(file, code);
}

const REQUEST = /(?:from|import\()\s*["'](\.[^"']*)["']/g;

/** The declarations that the index of the package imports, directly or indirectly. */
function reachableDeclarations() {
  const found = new Set();
  const pending = [path.join(dist, "index.d.ts")];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, request] of fs.readFileSync(file, "utf8").matchAll(REQUEST)) {
      const target = path.resolve(path.dirname(file), request);
      const declaration = [`${target}.d.ts`, path.join(target, "index.d.ts")].find(fs.existsSync);
      if (declaration === undefined) throw new Error(`${file} imports ${request}, which is not compiled`);
      pending.push(declaration);
    }
  }
  return found;
}

/** Removes the declarations of internal modules, which the compilers of users never read. */
function removeInternalDeclarations() {
  const reachable = reachableDeclarations();
  for (const file of files(dist)) if (file.endsWith(".d.ts") && !reachable.has(file)) fs.rmSync(file);
}

function build() {
  run([path.join(__dirname, "surface.js")]);
  compile();
  fs.rmSync(path.join(dist, "tsconfig.tsbuildinfo"), { force: true });
  // The lazy index of the generator; the index that is written below replaces it and has types.
  for (const ending of ["js", "d.ts"])
    fs.rmSync(path.join(dist, "oci", `lazy-index.${ending}`), { force: true });

  // Reads all index files before it writes one, because reading loads the compiled modules.
  const indexes = barrels();
  const texts = indexes.map((name) => printLazy(exportsOf(path.join(dist, name))));
  indexes.forEach((name, index) => fs.writeFileSync(path.join(dist, name), texts[index]));
  for (const file of files(path.join(dist, "oci"))) if (file.endsWith(".js")) shrink(file, false);
  const own = files(dist).filter(
    (file) => file.endsWith(".js") && !file.startsWith(path.join(dist, "oci", "")),
  );
  for (const file of own) {
    if (indexes.includes(path.relative(dist, file))) continue;
    shrink(file, true);
    loadLate(file);
  }

  removeInternalDeclarations();

  // Loads each export once, as jsii does for other languages.
  const built = require(dist);
  const names = Object.keys(built).flatMap((name) =>
    name === "oci" ? Object.values(built.oci) : [built[name]],
  );
  if (names.some((value) => value === undefined))
    throw new Error("An export of the built package is undefined");
  const now = new Date();
  fs.utimesSync(assembly, now, now);
  fs.utimesSync(path.join(dist, "index.js"), now, now);
  console.log(`dist: ${Object.keys(built).length} exports, ${Object.keys(built.oci).length} of oci`);
}

module.exports = {
  /** Builds where the build is missing or stale. */
  ensureBuilt: () => {
    if (isStale()) run([__filename]);
  },
};

if (require.main === module) {
  if (process.argv.includes("--if-stale")) module.exports.ensureBuilt();
  else build();
}
