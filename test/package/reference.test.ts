import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./sources";

const API = path.join("docs", "api");
const PAGES = ["API.md", ...fs.readdirSync(path.join(root, API)).map((file) => path.join(API, file))];
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const slugs = new Map<string, ReadonlySet<string>>();

/** The anchors of the headings of a page. */
function anchorsOf(file: string): ReadonlySet<string> {
  const cached = slugs.get(file);
  if (cached) return cached;
  const titles = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => title);
  const anchors = new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
  slugs.set(file, anchors);
  return anchors;
}

test.each(PAGES)("%s has less than 300 KB, so that browsers show it", (file) => {
  expect(read(file).length).toBeLessThan(300_000);
});

test.each(PAGES)("%s has no table cell above 200 characters, not counting link targets", (file) => {
  const rows = read(file).match(/^\|.*\|$/gm) ?? [];
  const cells = rows.flatMap((row) => row.split(/(?<!\\)\|/)).map((cell) => cell.replace(/\]\([^)]*\)/g, ""));
  expect(cells.filter((cell) => cell.trim().length > 200)).toEqual([]);
});

test.each(PAGES)("%s has no code inside of code", (file) => {
  expect(read(file).match(/[%"=]`[A-Z]+(?:_[A-Z0-9]+)+`[%"=]/g) ?? []).toEqual([]);
});

test.each(PAGES)("%s links to headings that exist", (file) => {
  for (const [, target = ""] of read(file).matchAll(/\]\(((?!https:)[^)]+)\)/g)) {
    const [name = "", anchor] = target.split("#");
    const page = name === "" ? file : path.join(path.dirname(file), name);
    expect([target, fs.existsSync(path.join(root, page))]).toEqual([target, true]);
    if (anchor !== undefined) expect([target, anchorsOf(page).has(anchor)]).toEqual([target, true]);
  }
});

test("API.md lists every type of api.txt", () => {
  const types = [...read("api.txt").matchAll(/^(?:abstract )?(?:class|struct|interface|enum) (\w+)/gm)];
  expect(types.length).toBeGreaterThan(150);
  const index = read("API.md");
  expect(types.map(([, name = ""]) => name).filter((name) => !index.includes(`[${name}](`))).toEqual([]);
});

test("each page describes an inherited prop once, on the type that declares it", () => {
  const workload = read(path.join(API, "workload.md"));
  const [, deployment = ""] = workload.split("\n## HardenedDeploymentProps\n");
  const own = deployment.split("\n## ")[0]!;
  expect(own).toContain("members of [ListeningPodProps](#listeningpodprops)");
  expect(own).toContain("| `replicas`");
  expect(own).not.toContain("| `labels`");
});
