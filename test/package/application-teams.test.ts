import { transformSync } from "@swc/core";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ValidationError } from "../../lib/core/validation-error";
import { root } from "./sources";

interface Snippets {
  programOf(text: string): { readonly imports: readonly string[]; readonly code: string };
  textsOf(text: string, language: string): string[];
}

const { programOf, textsOf } = jest.requireActual<Snippets>("../../scripts/snippets");
const page = fs.readFileSync(path.join(root, "docs", "application-teams.md"), "utf8");
const DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "teams-"));
const before = process.cwd();

/** The image lock of the page, with an entry for each further image that its programs use. */
function lock(): string {
  const written = JSON.parse(textsOf(page, "json")[0] ?? "");
  const names = [...page.matchAll(/fromLock\("(.*?)"\)/g)].map(([, name]) => name ?? "");
  const entry = (name: string) => ({
    reference: `fra.ocir.io/acme/${name}:1.0@${DIGEST}`,
    created: "2026-11-02",
  });
  const further = [...new Set(names)]
    .filter((name) => name !== "catalogue")
    .map((name) => [name, entry(name)]);
  return JSON.stringify({ ...written, images: { ...Object.fromEntries(further), ...written.images } });
}

interface Run {
  readonly errors: string[];
  readonly tests: string[];
  readonly manifests: any[];
}

/** Runs the programs of the page on a day on which no image of the lock is too old. */
function run(): Run {
  const { imports, code } = programOf(page);
  const source = [...imports, code, "export { shop };"].join("\n");
  const options = { jsc: { parser: { syntax: "typescript" as const }, target: "es2022" as const } };
  const { code: compiled } = transformSync(source, { ...options, module: { type: "commonjs" } });
  const [errors, tests]: string[][] = [[], []];
  const refused = (piece: () => void) => {
    try {
      piece();
    } catch (error) {
      if (!ValidationError.isValidationError(error)) throw error;
      errors.push(`${error.name}: ${error.message}\n`);
      return;
    }
    throw new Error("The program threw no error");
  };
  const runTest = (name: string, check: () => void) => {
    check();
    tests.push(name);
  };
  const exported: any = {};
  const globals = { require, exports: exported, refused, test: runTest, expect };
  new Function(...Object.keys(globals), compiled)(...Object.values(globals));
  return { errors, tests, manifests: exported.shop.toJson() };
}

describe("docs/application-teams.md", () => {
  let result: Run;

  beforeAll(() => {
    process.chdir(folder);
    fs.writeFileSync("images.lock.json", lock());
    jest.useFakeTimers({ now: new Date("2026-11-25") });
    result = run();
  });

  afterAll(() => {
    jest.useRealTimers();
    process.chdir(before);
    fs.rmSync(folder, { recursive: true });
  });

  test("has programs that run and create each kind of object that it describes", () => {
    const kinds = new Set(result.manifests.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      "ConfigMap",
      "CronJob",
      "Deployment",
      "HorizontalPodAutoscaler",
      "Job",
      "LimitRange",
      "Namespace",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "ResourceQuota",
      "Role",
      "RoleBinding",
      "Service",
      "ServiceAccount",
      "StatefulSet",
      "StorageClass",
    ]);
    expect(fs.existsSync(path.join(folder, "dist", "shop.k8s.yaml"))).toBe(true);
  });

  test("has a test of the image lock that passes", () => {
    expect(result.tests).toEqual(["no image is too old"]);
  });

  test("shows the errors that its programs print", () => {
    expect(result.errors).toHaveLength(2);
    expect(textsOf(page, "text")).toEqual(result.errors);
  });

  test("links to pages that exist", () => {
    const links = [...page.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const file of links) expect(fs.existsSync(path.join(root, "docs", file))).toBe(true);
  });
});
