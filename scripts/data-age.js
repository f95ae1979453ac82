// Prints the age of the library's built-in data, such as versions, tested pairs and cipher suites. Data files in lib contain their
// source and the date on which it was read; scripts/built-in-data.json lists both for data in code. `--today 2027-01-31` sets
// another date.
const fs = require("node:fs");
const path = require("node:path");

const LIMIT_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Days from 1970 to a date such as 2026-11-30; throws for other strings, so that no entry is ignored. */
function dayOf(text) {
  const time = ISO_DAY.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text)) {
    throw new Error(`${JSON.stringify(text)} is not a date such as 2026-11-30`);
  }
  return time / DAY_MS;
}

function jsonFilesIn(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return jsonFilesIn(file);
      return entry.name.endsWith(".json") ? [file] : [];
    })
    .sort();
}

/** The parts of a data file that name a source. */
function sourcesIn(value, name) {
  if (typeof value !== "object" || value === null) return [];
  const own = "source" in value ? [{ what: name, source: value.source, asOf: value.asOf }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, part]) => sourcesIn(part, `${name}, ${key}`))];
}

// Generated from the sources of the library.
const GENERATED = ["public-types.json"];

/** All built-in data with its source and the date on which the source was read, sorted by file. */
function builtInData(root = path.join(__dirname, "..")) {
  const listed = JSON.parse(fs.readFileSync(path.join(root, "scripts", "built-in-data.json"), "utf8"));
  const inFiles = jsonFilesIn(path.join(root, "lib"))
    .filter((file) => !file.includes(`${path.sep}oci${path.sep}`) && !GENERATED.includes(path.basename(file)))
    .flatMap((file) => {
      const found = sourcesIn(JSON.parse(fs.readFileSync(file, "utf8")), path.basename(file, ".json"));
      if (found.length === 0) throw new Error(`${file} names no source`);
      return found.map((entry) => ({ ...entry, file: path.relative(root, file) }));
    });
  return [...inFiles, ...listed].sort((a, b) => (`${a.file} ${a.what}` < `${b.file} ${b.what}` ? -1 : 1));
}

/** A line for each entry, and a warning for each entry above the limit. */
function report(entries, today) {
  const aged = entries.map((entry) => ({ ...entry, age: dayOf(today) - dayOf(entry.asOf) }));
  const old = aged.filter(({ age }) => age > LIMIT_DAYS);
  const lines = aged.map(({ age, what, file }) => `${String(age).padStart(5)} days  ${what} (${file})`);
  const warnings = old.map(
    ({ age, what, file, source, asOf }) =>
      `WARNING: ${what} (${asOf}) is ${age} days old: compare ${file} with ${source}`,
  );
  return [...lines, ...warnings, `${old.length} of ${aged.length} entries are older than ${LIMIT_DAYS} days`];
}

function main() {
  const [flag, date, ...rest] = process.argv.slice(2);
  if ((flag !== undefined && flag !== "--today") || rest.length > 0) {
    throw new Error("Usage: npm run data:age -- [--today 2027-01-31]");
  }
  const today = flag === undefined ? new Date().toISOString().slice(0, 10) : String(date);
  for (const line of report(builtInData(), today)) console.log(line);
}

module.exports = { builtInData, report };

if (require.main === module) main();
