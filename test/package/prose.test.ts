import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ERROR_CODES } from "../../lib/core/error-codes";
import { ownSources, root, stringsOf, testTitlesOf } from "./sources";

const MAX_CELL_LENGTH = 200;

/** Phrases that this project overused, each with what to write instead. */
const ODD_PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bof which\b/i, "a relative clause with a subject, or two sentences"],
  [/\bthat (?:is|are) none\b/i, '"invalid …"'],
  [/\bwhat is said\b/i, "the noun: the declaration, the value"],
  [/\bways? (?:in|out)\b/i, '"ingress", "egress", "exposure" or "exception"'],
  [/\bleads? to\b/i, '"routes to", "causes" or "allows"'],
  [/\bsays? of\b/i, '"states", "reports" or "shows"'],
  [/\bknows? (?:none|no)\b/i, '"does not support", "has no"'],
  [/\bis upside down\b/i, '"start exceeds end"'],
  [/\bof other origin\b/i, '"third-party"'],
  [/\bto whom\b|\bby whom\b/i, "the noun: the client, the subject"],
  [/\b(?:that|what) (?:is|are|was|were) (?:already )?there\b/i, '"existing", "that exist"'],
  [/(?<!\bthere )\b(?:is|are|was) no (?!longer|more|less)[a-z]+/i, '"is not a …"'],
  [/\b(?:is|are) told\b/i, '"gets", "is rejected with"'],
  [/\bsays? (?:what|how|who|which|so|where|whether|why)\b/i, '"shows", "states", "contains"'],
  [/\b(?:takes?|taken) away\b/i, '"removes", "removed"'],
  [/\bin the place of\b|\bin one go\b/i, '"instead of", "in one apply"'],
  [/\bbut for\b/i, '"except"'],
  [/\bnothing to do\b/i, '"no changes"'],
];

// The reference is generated from docstrings, and the expected output of examples from their programs.
const GENERATED = /^(?:API\.md$|docs\/api\/|examples\/[^/]+\/expected\/)/;
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  .filter((name) => !GENERATED.test(name) && fs.existsSync(path.join(root, name)));

const linesOf = (name: string) => fs.readFileSync(path.join(root, name), "utf8").split("\n");

/** The lines outside of fenced code. */
function proseOf(name: string): string[] {
  let isCode = false;
  return linesOf(name).map((line) => {
    if (/^ *```/.test(line)) isCode = !isCode;
    return isCode ? "" : line;
  });
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const oddIn = (text: string) =>
  ODD_PHRASES.filter(([phrase]) => phrase.test(text)).map(([phrase, instead]) => `${phrase} → ${instead}`);

test("the checked pages include README, the docs and the examples", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/egress.md", "CHANGELOG.md"]));
  expect(pages.filter((name) => name.startsWith("examples/")).length).toBeGreaterThan(10);
});

describe.each(pages)("the page %s", (name) => {
  test(`has no table cell above ${MAX_CELL_LENGTH} characters`, () => {
    const cells = proseOf(name)
      .filter((line) => line.trimStart().startsWith("|"))
      .flatMap(cellsOf);
    expect(cells.filter((cell) => cell.length > MAX_CELL_LENGTH)).toEqual([]);
  });

  test("has none of the odd phrases", () => {
    // A phrase may be broken over two lines, but not over two paragraphs.
    const paragraphs = proseOf(name)
      .join("\n")
      .split(/\n\s*\n/);
    const found = paragraphs.flatMap((text) =>
      oddIn(text.replace(/\s+/g, " ").replace(/docs\/ways-(?:in|out)/g, "")).map((odd) => [odd, text]),
    );
    expect(found).toEqual([]);
  });
});

/** The anchor that a heading has on GitHub. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .trim()
    .replace(/ /g, "-");

test.each(pages)("%s links to files and headings that exist", (name) => {
  const text = proseOf(name).join("\n");
  for (const [, link = ""] of text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
    const [file = "", anchor] = link.split("#");
    const target = file ? path.join(path.dirname(name), file) : name;
    expect([link, fs.existsSync(path.join(root, target))]).toEqual([link, true]);
    if (anchor === undefined) continue;
    const headings = linesOf(target).flatMap((line) => /^#+ (.*)$/.exec(line)?.slice(1) ?? []);
    expect(headings.map(anchorOf)).toContain(anchor);
  }
});

test("README fits on four screens", () => {
  expect(linesOf("README.md").length).toBeLessThanOrEqual(170);
});

describe.each(Object.entries(ERROR_CODES))("the error code %s", (_, { title, why }) => {
  test("has a title without an article and a reason in full sentences", () => {
    expect(title).toMatch(/^(?!(?:An?|The) )[A-Z][^.]*$/);
    expect(why).toMatch(/^[A-Za-z].*\.$/);
    expect(why.length).toBeLessThanOrEqual(MAX_CELL_LENGTH);
  });

  test("has none of the odd phrases", () => {
    expect(oddIn(title)).toEqual([]);
    expect(oddIn(why)).toEqual([]);
  });
});

/** A program for a node in another language, which the library writes. */
const isScript = (text: string) => text.split("\n").length > 3;

test("error messages and descriptions of the library have none of the odd phrases", () => {
  const found = ownSources().flatMap(({ name, text }) =>
    stringsOf(text)
      .filter((string) => !isScript(string))
      .flatMap((string) => oddIn(string).map((odd) => `${name}: ${string}: ${odd}`)),
  );
  expect(found).toEqual([]);
});

test("titles of tests have none of the odd phrases", () => {
  const files = fs
    .readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"));
  const found = files.flatMap((name) =>
    testTitlesOf(fs.readFileSync(path.join(root, "test", name), "utf8")).flatMap((title) =>
      oddIn(title).map((odd) => `${name}: ${title}: ${odd}`),
    ),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test.each([
  ["A table of which two rows are long", 1],
  ["A duration that is none", 1],
  ["Ways out of a default", 1],
  ["A cluster that is there", 1],
  ["10.0.0.1 is no range", 1],
  ["There is no range", 0],
  ["It routes a host and path to a workload", 0],
  ["Egress to the internet", 0],
])("the check finds in %j %i odd phrases", (text, count) => {
  expect(oddIn(text)).toHaveLength(count);
});
