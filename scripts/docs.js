// Writes the reference from the jsii assembly: API.md, docs/api and api.txt; docs/errors.md from the table of error codes,
// docs/watching.md from the recommended alarms and searches, and the pictures of other pages.
//
// With --check nothing is written; the exit code says whether the committed files are what would be written.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");
require("./register");
const { publicTypes } = require("./api-assembly");
const { Pages } = require("./api-pages");
const { signatures } = require("./api-signatures");
const { ensureBuilt } = require("./build");
const { contributing } = require("./layers");
const { pages } = require("./pictures");
const { watching } = require("./watching");

const root = path.join(__dirname, "..");

function errorTable() {
  const { ERROR_CODES } = require("../lib/core/error-codes");
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

/** The pages of folders that are gone. */
function oldPages(files) {
  const folder = path.join(root, "docs", "api");
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((name) => `docs/api/${name}`)
    .filter((name) => !(name in files));
}

function main() {
  const check = process.argv.includes("--check");
  ensureBuilt();
  for (const problem of surfaceProblems()) {
    console.log(`lib/core/public-types.json: ${problem}`);
    process.exitCode = 1;
  }
  const types = publicTypes();
  const files = {
    ...new Pages(types).all(),
    "api.txt": signatures(types),
    "docs/errors.md": errorTable(),
    ...pages(),
    "docs/watching.md": watching(),
    "CONTRIBUTING.md": contributing(),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    const current = fs.existsSync(file) && fs.readFileSync(file, "utf8") === text;
    if (check) {
      console.log(`${name}: ${current ? "up to date" : "stale, run `npm run docs`"}`);
      if (!current) process.exitCode = 1;
    } else {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      if (!current) fs.writeFileSync(file, text);
      console.log(`${name}: ${current ? "unchanged" : "written"}`);
    }
  }
  for (const name of oldPages(files)) {
    console.log(`${name}: ${check ? "its folder is gone, run `npm run docs`" : "removed"}`);
    if (check) process.exitCode = 1;
    else fs.rmSync(path.join(root, name));
  }
}

main();
