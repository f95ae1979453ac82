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

/** The page's lock, with an entry for each further image that its programs name. */
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
  readonly refusals: string[];
  readonly promises: string[];
  readonly manifests: any[];
}

/** Runs the page in a folder of its own, on a day on which its lock is young. */
function run(): Run {
  const { imports, code } = programOf(page);
  const source = [...imports, code, "export { shop };"].join("\n");
  const options = { jsc: { parser: { syntax: "typescript" as const }, target: "es2022" as const } };
  const { code: compiled } = transformSync(source, { ...options, module: { type: "commonjs" } });
  const [refusals, promises]: string[][] = [[], []];
  const refused = (piece: () => void) => {
    try {
      piece();
    } catch (error) {
      if (!ValidationError.isValidationError(error)) throw error;
      refusals.push(`${error.name}: ${error.message}\n`);
      return;
    }
    throw new Error("Nothing was refused");
  };
  const promise = (name: string, check: () => void) => {
    check();
    promises.push(name);
  };
  const exported: any = {};
  const given = { require, exports: exported, refused, test: promise, expect };
  new Function(...Object.keys(given), compiled)(...Object.values(given));
  return { refusals, promises, manifests: exported.shop.toJson() };
}

describe("the page for application teams", () => {
  let done: Run;

  beforeAll(() => {
    process.chdir(folder);
    fs.writeFileSync("images.lock.json", lock());
    jest.useFakeTimers({ now: new Date("2026-11-25") });
    done = run();
  });

  afterAll(() => {
    jest.useRealTimers();
    process.chdir(before);
    fs.rmSync(folder, { recursive: true });
  });

  test("has programs that run, of every kind that it speaks of", () => {
    const kinds = new Set(done.manifests.map(({ kind }) => kind));
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

  test("has a check of the lock that holds", () => {
    expect(done.promises).toEqual(["no image is too old"]);
  });

  test("shows the refusals that its programs print", () => {
    expect(done.refusals).toHaveLength(2);
    expect(textsOf(page, "text")).toEqual(done.refusals);
  });

  test("links to pages that are there", () => {
    const links = [...page.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const file of links) expect(fs.existsSync(path.join(root, "docs", file))).toBe(true);
  });
});
