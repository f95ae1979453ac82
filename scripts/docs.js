// Writes API.md from the jsii assembly and docs/errors.md from the table of error codes.
//
// With --check nothing is written; the exit code says whether the committed files are what would be written.
const fs = require("node:fs");
const path = require("node:path");
require("./register");
const { ensureBuilt } = require("./build");

const root = path.join(__dirname, "..");

async function apiReference() {
  const { Documentation, Language } = require("jsii-docgen");
  const documentation = await Documentation.forProject(root);
  // The root module only: the bindings are documented by their provider.
  const options = { language: Language.TYPESCRIPT, allSubmodules: false };
  const text = (await documentation.toMarkdown(options)).render();
  return `${text.trimEnd()}\n`;
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
    "Every `ValidationError` begins with one of these codes, and says which construct it is about and what to write instead.",
    "",
    "| Code | What is refused | Why it matters |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

async function main() {
  ensureBuilt();
  const files = { "API.md": await apiReference(), "docs/errors.md": errorTable() };
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
