// Synthesizes every examples/<name>/main.ts into examples/<name>/cdktf.out: all, or those that are named.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const examples = path.join(__dirname, "..", "examples");
const register = path.join(__dirname, "register.js");

function synthesize(name) {
  const cwd = path.join(examples, name);
  const out = path.join(cwd, "cdktf.out");
  // A stack that was renamed would else stay.
  fs.rmSync(out, { recursive: true, force: true });
  const { status, stderr, stdout } = spawnSync(process.execPath, [register, "main.ts"], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, CDKTF_OUTDIR: "cdktf.out" },
  });
  if (status !== 0) return { failed: true, line: `failed\n${stdout}${stderr}` };
  const manifest = path.join(out, "manifest.json");
  const stacks = fs.existsSync(manifest)
    ? Object.values(JSON.parse(fs.readFileSync(manifest, "utf8")).stacks)
    : [];
  if (stacks.length === 0) return { failed: true, line: "failed, it synthesized no stack" };
  const resources = stacks.map((stack) => {
    const { resource = {} } = JSON.parse(fs.readFileSync(path.join(out, stack.synthesizedStackPath), "utf8"));
    return Object.values(resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
  });
  return {
    failed: false,
    line: stacks.map(({ name }, i) => `${name} (${resources[i]} resources)`).join(", "),
  };
}

const wanted = process.argv.slice(2);
const names = fs
  .readdirSync(examples)
  .filter((name) => fs.existsSync(path.join(examples, name, "main.ts")))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) {
  console.error("There is no such example");
  process.exitCode = 1;
}
for (const name of names) {
  const { failed, line } = synthesize(name);
  if (failed) process.exitCode = 1;
  console.log(`${name}: ${line}`);
}
