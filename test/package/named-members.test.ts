import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ownSources, root, stringsOf } from "./sources";

const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");

/** Words with a leading dot that are not members of the API: parts of shape names, file extensions, fields of Kubernetes objects. */
const OTHER_WORDS = ["Flex", "tfstate", "d", "uid"];

/** The types of api.txt, with their own members and the names of the types they extend. */
const types = new Map<string, { readonly bases: readonly string[]; readonly members: Set<string> }>();
for (const line of read("api.txt").split("\n")) {
  const [, type, clauses = ""] =
    /^(?:abstract )?(?:class|struct|interface|enum) (\w+)((?: (?:extends|implements) [\w, ]+)*)/.exec(line) ??
    [];
  if (type) types.set(type, { bases: clauses.match(/\b[A-Z]\w+/g) ?? [], members: new Set() });
  const [, owner = "", member] = /^ {2}.*?\b([A-Z]\w+)\.(\w+)/.exec(line) ?? [];
  if (member) types.get(owner)?.members.add(member);
}
const allMembers = new Set([...types.values()].flatMap(({ members }) => [...members]));

/** Whether a type has a member, in the spelling of TypeScript or of Python. */
function hasMember(type: string, written: string): boolean {
  const member = written.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found = types.get(type);
  return (
    found !== undefined && (found.members.has(member) || found.bases.some((base) => hasMember(base, member)))
  );
}

/** Names of members in a text whose type is in api.txt, but which are not in api.txt themselves. */
function missingMembers(text: string): string[] {
  const qualified = [...text.matchAll(/\b([A-Z]\w+)\.([a-z]\w*)\b/g)];
  return qualified
    .filter(([, type = "", member = ""]) => types.has(type) && !hasMember(type, member))
    .map(([name]) => name);
}

/** The same for code in a page, where a member may be written without its type: `.publicFrom`. */
function missingInPage(page: string): string[] {
  const spans = [...page.replace(/```[^]*?```/g, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  const short = spans.flatMap((code) => /^\.([a-zA-Z]\w*)(?=\(|$)/.exec(code)?.slice(1) ?? []);
  return [
    ...spans.flatMap(missingMembers),
    ...short.filter((member) => !allMembers.has(member) && !OTHER_WORDS.includes(member)),
  ];
}

// CHANGELOG contains old names; the output of examples and the bindings are not prose of this library.
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  .filter(
    (name) =>
      name !== "CHANGELOG.md" &&
      !/\/expected\/|^lib\/oci\//.test(name) &&
      fs.existsSync(path.join(root, name)),
  );

test("api.txt contains types, members and inherited members", () => {
  expect(types.size).toBeGreaterThan(300);
  expect(hasMember("SecureOkeCluster", "addCdk8sChart")).toBe(true);
  expect(hasMember("HardenedDeploymentProps", "labels")).toBe(true);
});

test.each(pages)("%s names only members of the API", (page) => {
  expect(missingInPage(read(page))).toEqual([]);
});

test("error messages and descriptions name only members of the API", () => {
  const missing = ownSources().flatMap(({ name, text }) =>
    stringsOf(text)
      .flatMap(missingMembers)
      .map((member) => `${name}: ${member}`),
  );
  expect(missing).toEqual([]);
});

test.each([
  ["`EndpointAccess.publicFrom` opens the endpoint", []],
  ["`EndpointAccess.publicOnlyFrom` opens the endpoint", ["EndpointAccess.publicOnlyFrom"]],
  ["`EndpointAccess.privateFrom` and `.publicOnlyFrom(…)` open the endpoint", ["publicOnlyFrom"]],
])("the text %j has the unknown members %j", (page, wrong) => {
  expect(missingInPage(page)).toEqual(wrong);
});
