// Writes API.md, docs/api and api.txt from the jsii assembly, docs/errors.md from the table of error codes, docs/watching.md
// from the recommended alarms and searches, and the diagrams of other pages.
//
// With --check, writes nothing and exits with 1 where a committed file is out of date.
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
    "Each problem in a `ValidationError` has one of these codes, the path of the construct, and a fix that shows a valid value.",
    "",
    "| Code | Problem | Why it matters |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The differences between the table of the public surface, which is read from the sources, and the assembly. */
function surfaceProblems() {
  const { surfaceOf } = require("./surface");
  const { types } = JSON.parse(zlib.gunzipSync(fs.readFileSync(path.join(root, ".jsii.gz"))));
  const own = Object.values(types).filter(({ namespace }) => !namespace);
  const { classes, enums, interfaces, props } = surfaceOf();
  const membersOf = ({ interfaces: parents = [], properties = [] }) => [
    ...parents.flatMap((name) => (types[name] ? membersOf(types[name]) : [])),
    ...properties.map(({ name, optional }) => `${name}${optional ? "?" : ""}`),
  ];
  const listed = { ...classes, ...enums, ...interfaces, ...props };
  const missingOrExtra = [
    ...own.filter(({ name }) => !listed[name]).map(({ name }) => `${name} is missing`),
    ...Object.keys(listed)
      .filter((name) => !own.some((type) => type.name === name))
      .map((name) => `${name} is not public`),
  ];
  const different = own
    .filter(({ name, datatype }) => datatype && props[name])
    .filter(
      (type) => [...new Set(membersOf(type))].sort().join() !== Object.keys(props[type.name]).sort().join(),
    )
    .map(({ name }) => `${name} has other members`);
  return [...missingOrExtra, ...different];
}

/** The pages of folders that no longer exist. */
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
    console.log(`${name}: ${check ? "its folder no longer exists, run `npm run docs`" : "removed"}`);
    if (check) process.exitCode = 1;
    else fs.rmSync(path.join(root, name));
  }
}

main();
