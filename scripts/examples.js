// Synthesizes each examples/<name>/main.ts, or those named as arguments, into examples/<name>/cdktf.out.
//
// With --update, also writes their golden files, examples/<name>/expected.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const examples = path.join(__dirname, "..", "examples");

/** Runs a script of this folder; returns its output and whether it failed. */
async function run(script, args, cwd) {
  const env = { ...process.env, CDKTF_OUTDIR: "cdktf.out" };
  const child = spawn(process.execPath, [path.join(__dirname, script), ...args], { cwd, env });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk));
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { failed: status !== 0, text: Buffer.concat(chunks).toString("utf8").trimEnd() };
}

/** Synthesizes an example; returns a line with its stacks, and a line for each changed golden file. */
async function synthesize(name, update) {
  const cwd = path.join(examples, name);
  const out = path.join(cwd, "cdktf.out");
  // Removes stacks of former runs that have other names now.
  fs.rmSync(out, { recursive: true, force: true });
  const program = await run("register.js", ["main.ts"], cwd);
  if (program.failed) return { failed: true, text: `failed\n${program.text}` };
  const manifest = path.join(out, "manifest.json");
  const stacks = fs.existsSync(manifest)
    ? Object.values(JSON.parse(fs.readFileSync(manifest, "utf8")).stacks)
    : [];
  if (stacks.length === 0) return { failed: true, text: "failed: the program has no stack" };
  const resources = stacks.map((stack) => {
    const { resource = {} } = JSON.parse(fs.readFileSync(path.join(out, stack.synthesizedStackPath), "utf8"));
    return Object.values(resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
  });
  const line = stacks.map((stack, i) => `${stack.name} (${resources[i]} resources)`).join(", ");
  if (!update) return { failed: false, text: line };
  const goldens = await run("goldens.js", [name], cwd);
  return { failed: goldens.failed, text: [line, goldens.text].filter(Boolean).join("\n") };
}

async function main() {
  const wanted = process.argv.slice(2).filter((name) => name !== "--update");
  const update = process.argv.includes("--update");
  const all = fs.readdirSync(examples).filter((name) => fs.existsSync(path.join(examples, name, "main.ts")));
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no example ${unknown.join(", ")}; the examples are ${all.join(", ")}`);
    process.exitCode = 1;
    return;
  }
  const names = wanted.length > 0 ? wanted : all;
  const next = names.values();
  const work = async () => {
    for (const name of next) {
      const { failed, text } = await synthesize(name, update);
      if (failed) process.exitCode = 1;
      console.log(`${name}: ${text}`);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
