import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./sources";

interface Project {
  readonly displayName: string;
  readonly testPathIgnorePatterns?: readonly string[];
  readonly testRegex?: readonly string[];
}

const { projects } = jest.requireActual<{ projects: readonly Project[] }>("../../jest.config");
const unit = projects.find(({ displayName }) => displayName === "unit")!;
const integration = projects.find(({ displayName }) => displayName === "integration")!;

const files = fs
  .readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => path.join(root, "test", file));
const matches = (file: string, patterns: readonly string[] = []) =>
  patterns.some((pattern) => new RegExp(pattern).test(file.split(path.sep).join("/")));
const named = (paths: readonly string[]) => paths.map((file) => path.relative(root, file)).sort();

test("each test file is either in the unit project or in the integration project", () => {
  const misplaced = files.filter(
    (file) => matches(file, integration.testRegex) !== matches(file, unit.testPathIgnorePatterns),
  );
  expect(named(misplaced)).toEqual([]);
});

test("the integration project has the test files that run Terraform, an API server or the cdktf command", () => {
  const runsPrograms =
    /\b(?:describeWithTerraform|describeWithApiServer|describeWithTool|withProvider|terraformAvailable)\b|\bprogramOf\("[A-Z_]+"/;
  const runningPrograms = files.filter(
    (file) => file !== __filename && runsPrograms.test(fs.readFileSync(file, "utf8")),
  );
  expect(named(files.filter((file) => matches(file, integration.testRegex)))).toEqual(named(runningPrograms));
});

test("both projects have test files", () => {
  const integrationFiles = files.filter((file) => matches(file, integration.testRegex));
  expect(integrationFiles.length).toBeGreaterThan(10);
  expect(files.length - integrationFiles.length).toBeGreaterThan(100);
});

test("the temporary directory of tests is a folder of this run", () => {
  expect(path.basename(process.env.TMPDIR ?? "")).toMatch(/^secure-oke-tests-/);
});
