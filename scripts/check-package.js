// Installs the packed library as its users do, once with each of the two packages that provide `cdktf`, and runs the quickstart
// example with both, which must synthesize the same files. Type-checks the programs of README.md, docs/deploying.md,
// docs/exceptions.md, docs/application-teams.md and the pages about operations. Needs the npm registry.
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { isDeepStrictEqual } = require("node:util");
const { ensureBuilt } = require("./build");
const { programOf, snippetsOf } = require("./snippets");

const root = path.join(__dirname, "..");
const program = path.join(root, "examples", "quickstart", "main.ts");
const peers = { cdk8s: "^2.68.0", "cdk8s-plus-27": "^2.9.0", constructs: "10.7.2" };
const hosts = { "cdktf 0.21": "~0.21.0", "cdktn 0.24": "npm:cdktn@^0.24.0" };

function run(command, args, cwd, outdir = "cdktf.out") {
  const env = { ...process.env, CDKTF_OUTDIR: outdir };
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", env });
  if (status === 0) return;
  console.error(`${stdout ?? ""}${stderr ?? ""}`);
  throw error ?? new Error(`${path.basename(command)} ${args.join(" ")} failed`);
}

function pack(folder) {
  const options = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
  const printed = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    options,
  );
  return path.join(folder, JSON.parse(printed)[0].filename);
}

/** Compiles the quickstart for one of the two module systems of Node and runs it. */
function runProgram(folder, type, name, outdir) {
  const { code } = require("@swc/core").transformFileSync(program, {
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type },
  });
  fs.writeFileSync(path.join(folder, name), code);
  run(process.execPath, [name], folder, outdir);
}

const TEST_FUNCTIONS = [
  "declare function test(promise: string, run: () => void): void;",
  "declare function expect(value: unknown): { toMatchSnapshot(): void; toEqual(other: unknown): void };",
];

const README_PAGES = ["README.md", "docs/deploying.md", "docs/exceptions.md"];

/**
 * The TypeScript of README_PAGES as one file: the program, then each further code block in a function of its own.
 *
 * Declares the functions that the code blocks use from the reader's project.
 */
function readme() {
  const texts = README_PAGES.map((page) => fs.readFileSync(path.join(root, page), "utf8"));
  const { imports, pieces } = snippetsOf(texts.join("\n"));
  if (pieces.length < 2) throw new Error("README.md has fewer than two code blocks");
  const declared = [...TEST_FUNCTIONS, "declare function shopStack(app: App): TerraformStack;"];
  const [first, ...further] = pieces;
  const functions = further.map((piece, index) => `export function piece${index}(): void {\n${piece}}`);
  return [...imports, ...declared, first, ...functions].join("\n");
}

/** The TypeScript of docs/application-teams.md, whose code blocks continue each other. */
function applicationTeams() {
  const page = path.join(root, "docs", "application-teams.md");
  const { imports, code } = programOf(fs.readFileSync(page, "utf8"));
  const declared = [...TEST_FUNCTIONS, "declare function refused(piece: () => void): void;"];
  return [...imports, ...declared, code].join("\n");
}

const OPERATIONS_PAGES = ["existing-clusters", "gitops", "private-images", "teardown"];

/** The program of a page whose code blocks continue each other. */
function pageProgram(name) {
  const { imports, pieces } = snippetsOf(fs.readFileSync(path.join(root, "docs", `${name}.md`), "utf8"));
  // The project has the types of the peers only, not those of Node.
  const declared =
    "declare const process: { readonly env: { readonly [name: string]: string | undefined } };";
  return [...imports, declared, ...pieces].join("\n");
}

/** Installs the package in an empty project, type-checks the programs there and runs the quickstart. */
function install(folder, host, tarball) {
  fs.mkdirSync(folder);
  const dependencies = { ...peers, cdktf: host, "secure-oke": `file:${tarball}` };
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], folder);

  fs.copyFileSync(program, path.join(folder, "main.ts"));
  fs.writeFileSync(path.join(folder, "readme.ts"), readme());
  fs.writeFileSync(path.join(folder, "teams.ts"), applicationTeams());
  for (const name of OPERATIONS_PAGES) fs.writeFileSync(path.join(folder, `${name}.ts`), pageProgram(name));
  const files = ["main.ts", "readme.ts", "teams.ts", ...OPERATIONS_PAGES.map((name) => `${name}.ts`)];
  const tsc = [require.resolve("typescript/bin/tsc"), ...files, "--noEmit", "--strict"];
  run(process.execPath, [...tsc, "--target", "es2022", "--module", "commonjs"], folder);

  runProgram(folder, "commonjs", "main.cjs", "cdktf.out");
  runProgram(folder, "es6", "main.mjs", "cdktf-esm.out");
  const [required, imported] = ["cdktf.out", "cdktf-esm.out"].map((outdir) => synthesized(folder, outdir));
  if (!isDeepStrictEqual(required, imported))
    throw new Error("The program synthesizes other files as an ECMAScript module");
}

/** A document without the versions of the two packages. */
function neutral(value) {
  if (Array.isArray(value)) return value.map(neutral);
  if (typeof value !== "object" || value === null) return value;
  const isMetadata = "stackName" in value || "stacks" in value;
  const entries = Object.entries(value).filter(([key]) => !(isMetadata && key === "version"));
  return Object.fromEntries(entries.map(([key, entry]) => [key, neutral(entry)]));
}

function synthesized(folder, outdir = "cdktf.out") {
  const out = path.join(folder, outdir);
  const names = fs
    .readdirSync(out, { recursive: true })
    .filter((name) => fs.statSync(path.join(out, name)).isFile());
  return new Map(
    names.sort().map((name) => {
      // The path of the local state file is absolute.
      const text = fs.readFileSync(path.join(out, name), "utf8").replaceAll(fs.realpathSync(folder), "");
      return [name, name.endsWith(".json") ? neutral(JSON.parse(text)) : text];
    }),
  );
}

function countResources(document) {
  return Object.values(document.resource ?? {}).reduce((sum, named) => sum + Object.keys(named).length, 0);
}

function main() {
  ensureBuilt();
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
  try {
    const tarball = pack(temporary);
    const outputs = Object.entries(hosts).map(([name, host], index) => {
      const folder = path.join(temporary, `project-${index}`);
      install(folder, host, tarball);
      const version = (peer) => require(path.join(folder, "node_modules", peer, "package.json")).version;
      const versions = Object.keys(peers)
        .map((peer) => `${peer} ${version(peer)}`)
        .join(", ");
      console.log(`quickstart runs with ${name} (${version("cdktf")}), ${versions}`);
      return synthesized(folder);
    });
    const [first, second] = outputs;
    for (const name of new Set([...first.keys(), ...second.keys()])) {
      const same = isDeepStrictEqual(first.get(name), second.get(name));
      const resources = countResources(first.get(name) ?? {});
      console.log(`${same ? "same" : "DIFFERENT"}: ${name}${resources ? ` (${resources} resources)` : ""}`);
      if (!same) process.exitCode = 1;
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

main();
