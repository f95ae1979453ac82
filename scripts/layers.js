// Writes the table of layers in CONTRIBUTING.md from layers.json.
const fs = require("node:fs");
const path = require("node:path");

const MARKED = /(<!-- layers -->\n)[^]*?(<!-- \/layers -->)/;

/** A table with padded columns, as the formatter writes it. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

/** CONTRIBUTING.md with the current table. */
function contributing() {
  const text = fs.readFileSync(path.join(__dirname, "..", "CONTRIBUTING.md"), "utf8");
  if (!MARKED.test(text)) throw new Error("CONTRIBUTING.md has no markers for the table of layers");
  const rows = require("./layers.json").map(({ folder, contents }) => [`\`${folder}\``, contents]);
  return text.replace(MARKED, `$1\n${table([["layer", "contents"], ...rows])}\n\n$2`);
}

module.exports = { contributing };
