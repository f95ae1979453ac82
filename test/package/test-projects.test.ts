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
const named = (own: readonly string[]) => own.map((file) => path.relative(root, file)).sort();

test("every test file is in one of the projects unit and integration, and in no other", () => {
  const both = files.filter(
    (file) => matches(file, integration.testRegex) !== matches(file, unit.testPathIgnorePatterns),
  );
  expect(named(both)).toEqual([]);
});

test("a test file is an integration test where it drives Terraform, an API server or the cdktf command", () => {
  const drives =
    /\b(?:describeWithTerraform|describeWithApiServer|describeWithTool|withProvider|terraformAvailable)\b|\bprogramOf\("[A-Z_]+"/;
  const driving = files.filter((file) => file !== __filename && drives.test(fs.readFileSync(file, "utf8")));
  expect(named(files.filter((file) => matches(file, integration.testRegex)))).toEqual(named(driving));
});

test("both projects have tests", () => {
  const own = files.filter((file) => matches(file, integration.testRegex));
  expect(own.length).toBeGreaterThan(10);
  expect(files.length - own.length).toBeGreaterThan(100);
});

test("what a test writes to the temporary directory is below the folder of this run", () => {
  expect(path.basename(process.env.TMPDIR ?? "")).toMatch(/^secure-oke-tests-/);
});
