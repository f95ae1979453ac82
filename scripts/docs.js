// Writes API.md from the jsii assembly, docs/errors.md from the table of error codes, and the pictures of other pages.
//
// With --check nothing is written; the exit code says whether the committed files are what would be written.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const zlib = require("node:zlib");
require("./register");
const { ensureBuilt } = require("./build");
const { pages } = require("./pictures");

const root = path.join(__dirname, "..");

/** Says in the remarks of `target` what `source` throws: the generator prints no custom tags, and no constructor's text. */
function sayThrows(target, source, when = "") {
  const thrown = source?.docs?.custom?.throws;
  if (!thrown) return;
  const text = `Throws${when}: ${thrown.replace(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g, "`$&`")}`;
  target.docs = { ...target.docs, remarks: [target.docs?.remarks, text].filter(Boolean).join("\n\n") };
}

/** The assembly in a folder of its own, with what is thrown where the generator looks. */
function writeAssembly(folder) {
  const assembly = JSON.parse(zlib.gunzipSync(fs.readFileSync(path.join(root, ".jsii.gz"))));
  for (const type of Object.values(assembly.types)) {
    if (type.namespace) continue;
    sayThrows(type, type.initializer, " when it is made");
    for (const member of [...(type.methods ?? []), ...(type.properties ?? [])]) sayThrows(member, member);
  }
  fs.copyFileSync(path.join(root, "package.json"), path.join(folder, "package.json"));
  fs.writeFileSync(path.join(folder, ".jsii"), JSON.stringify(assembly));
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
}

async function apiReference() {
  const { Documentation, Language } = require("jsii-docgen");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "api-"));
  try {
    writeAssembly(folder);
    const documentation = await Documentation.forProject(folder);
    // The root module only: the bindings are documented by their provider.
    const options = { language: Language.TYPESCRIPT, allSubmodules: false };
    const text = (await documentation.toMarkdown(options)).render();
    return `${text.trimEnd()}\n`;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function errorTable() {
  const { ERROR_CODES } = require("../lib/core/error-codes.ts");
  const cell = (text) => text.replaceAll("|", "\\|").replace(/\s+/g, " ");
  const rows = Object.entries(ERROR_CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { title, why }]) => `| \`${code}\` | ${cell(title)} | ${cell(why)} |`);
  return [
    "<!-- Written by `npm run docs` from lib/core/error-codes.ts; do not edit. -->",
    "",
    "# Errors",
    "",
    "Every problem of a `ValidationError` starts with one of these codes, names the construct, and says what to write instead.",
    "",
    "| Code | Problem | Why it matters |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** What the table of the public surface, which is read from the sources, says otherwise than the assembly. */
function surfaceProblems() {
  const { surfaceOf } = require("./surface");
  const { types } = JSON.parse(zlib.gunzipSync(fs.readFileSync(path.join(root, ".jsii.gz"))));
  const own = Object.values(types).filter(({ namespace }) => !namespace);
  const { classes, enums, interfaces, props } = surfaceOf();
  const membersOf = ({ interfaces: parents = [], properties = [] }) => [
    ...parents.flatMap((name) => (types[name] ? membersOf(types[name]) : [])),
    ...properties.map(({ name, optional }) => `${name}${optional ? "?" : ""}`),
  ];
  const known = { ...classes, ...enums, ...interfaces, ...props };
  const strangers = [
    ...own.filter(({ name }) => !known[name]).map(({ name }) => `${name} is missing`),
    ...Object.keys(known)
      .filter((name) => !own.some((type) => type.name === name))
      .map((name) => `${name} is not public`),
  ];
  const different = own
    .filter(({ name, datatype }) => datatype && props[name])
    .filter(
      (type) => [...new Set(membersOf(type))].sort().join() !== Object.keys(props[type.name]).sort().join(),
    )
    .map(({ name }) => `${name} has other members`);
  return [...strangers, ...different];
}

async function main() {
  ensureBuilt();
  for (const problem of surfaceProblems()) {
    console.log(`lib/core/public-types.json: ${problem}`);
    process.exitCode = 1;
  }
  const files = { "API.md": await apiReference(), "docs/errors.md": errorTable(), ...pages() };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    const current = fs.existsSync(file) && fs.readFileSync(file, "utf8") === text;
    if (process.argv.includes("--check")) {
      console.log(`${name}: ${current ? "up to date" : "stale, run `npm run docs`"}`);
      if (!current) process.exitCode = 1;
    } else {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      if (!current) fs.writeFileSync(file, text);
      console.log(`${name}: ${current ? "unchanged" : "written"}`);
    }
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
