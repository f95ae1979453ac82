// Builds the Python package from the jsii assembly, installs it in a virtual environment, and runs the quickstart in Python, which
// must synthesize the same files as main.ts. Needs Python 3.9 or newer and the Python package index.
//
// `npm run python -- <folder>` only writes the package's sources to that folder, for `pip install <folder>`.
//
// Without Python the check is skipped; with REQUIRE_PYTHON=1 it fails.
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { ensureBuilt } = require("./build");

const root = path.join(__dirname, "..");
const example = path.join(root, "examples", "quickstart");

function run(command, args, options) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status === 0) return stdout;
  console.error(`${stdout ?? ""}${stderr ?? ""}`);
  throw error ?? new Error(`${path.basename(command)} ${args.join(" ")} failed`);
}

/** The Python sources of the package. */
function generate(folder) {
  const bin = require.resolve("jsii-pacmak/bin/jsii-pacmak");
  const options = ["--targets", "python", "--code-only", "--no-npmignore", "--outdir", folder];
  run(process.execPath, [bin, ...options], { cwd: root });
  const sources = path.join(folder, "python");
  addStrMethods(path.join(sources, "src", "secure_oke", "__init__.py"));
  return sources;
}

/** Adds a `__str__` method that calls `toString` to each class that has one; jsii generates none. */
function addStrMethods(file) {
  const source = fs.readFileSync(file, "utf8");
  const method = /^( +)def to_string\(self\) -> builtins\.str:\n/gm;
  const text =
    '$1def __str__(self) -> builtins.str:\n$1    return self.to_string()\n\n$1@jsii.member(jsii_name="toString")\n$&';
  const decorated = /^ +@jsii\.member\(jsii_name="toString"\)\n(?= +def to_string)/gm;
  const patched = source.replace(decorated, "").replace(method, text);
  if (patched === source) throw new Error(`${file} has no class with a to_string method`);
  fs.writeFileSync(file, patched);
}

/** Installs the package in a virtual environment; returns the path of its Python. */
function install(folder, sources) {
  run("python3", ["-m", "venv", folder]);
  const bin = process.platform === "win32" ? "Scripts" : "bin";
  const python = path.join(folder, bin, "python");
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", sources]);
  return python;
}

/** The files below a folder with their contents, without the path of the folder. */
function filesIn(folder) {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8").replaceAll(folder, "")]);
}

function compare(typescript, python) {
  const [expected, got] = [new Map(filesIn(typescript)), new Map(filesIn(python))];
  const names = [...new Set([...expected.keys(), ...got.keys()])];
  const different = names.filter((name) => expected.get(name) !== got.get(name));
  if (different.length > 0) throw new Error(`Python synthesizes other files: ${different.join(", ")}`);
  console.log(`${names.length} files of the quickstart are identical in Python`);
}

function keep(folder) {
  if (fs.existsSync(folder) && fs.readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "python-"));
  try {
    fs.cpSync(generate(temporary), folder, { recursive: true });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  console.log(`The Python package is in ${folder}: python3 -m pip install ${folder}`);
}

function main() {
  if (spawnSync("python3", ["--version"]).status !== 0) {
    console.log("skipped: python3 is not on PATH");
    if (process.env.REQUIRE_PYTHON) process.exitCode = 1;
    return;
  }
  ensureBuilt();
  const [target] = process.argv.slice(2);
  if (target !== undefined) {
    keep(path.resolve(target));
    return;
  }
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "python-"));
  try {
    const python = install(path.join(temporary, "environment"), generate(path.join(temporary, "generated")));
    const [typescriptFolder, pythonFolder] = ["typescript", "python"].map((name) =>
      path.join(temporary, name),
    );
    for (const folder of [typescriptFolder, pythonFolder]) fs.mkdirSync(folder);
    const env = { ...process.env, CDKTF_OUTDIR: "cdktf.out" };
    run(process.execPath, [path.join(__dirname, "register.js"), path.join(example, "main.ts")], {
      cwd: typescriptFolder,
      env,
    });
    run(python, [path.join(example, "main.py")], { cwd: pythonFolder, env });
    compare(typescriptFolder, pythonFolder);
    const checks = path.join(root, "test", "package", "python_calls.py");
    process.stdout.write(execFileSync(python, [checks], { cwd: pythonFolder, env, encoding: "utf8" }));
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

main();
