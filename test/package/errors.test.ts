import * as fs from "node:fs";
import * as path from "node:path";
import { ownSources, root } from "./sources";
import { ERROR_CODES } from "../../lib/core/error-codes";

const page = path.join(root, "docs", "errors.md");
const table = path.join("core", "error-codes.ts");
const used = new Set(
  ownSources()
    .filter(({ name }) => name !== table)
    .flatMap(({ text }) => [...text.matchAll(/"([A-Z][A-Z0-9_]+)"/g)].map((match) => match[1])),
);

describe.each(Object.keys(ERROR_CODES))("the error code %s", (code) => {
  test("is used in the library", () => {
    expect(used).toContain(code);
  });

  test("is in the table of docs/errors.md", () => {
    // `npm run docs` writes the table.
    expect(fs.readFileSync(page, "utf8")).toContain(`| \`${code}\` |`);
  });
});
