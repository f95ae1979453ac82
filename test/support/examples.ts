import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");

/** The names of all examples. */
export const EXAMPLES = fs
  .readdirSync(path.join(root, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** The folder of an example. */
export function exampleFolder(name: string): string {
  return path.join(root, "examples", name);
}

/** Runs an example in a process of its own, as a user does, and returns its output folder. */
export function synthesizeExample(name: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  const program = path.join(exampleFolder(name), "main.ts");
  // PATH is empty, because synthesis must not need Terraform.
  const env = { ...process.env, PATH: "", CDKTF_OUTDIR: "cdktf.out" };
  execFileSync(process.execPath, [path.join(root, "scripts", "register.js"), program], { cwd: folder, env });
  return path.join(folder, "cdktf.out");
}

/** The output folder of an example, which all test files of a run share. Tests must not change it. */
export function sharedExample(name: string): string {
  const shared = path.join(os.tmpdir(), `shared-example-${name}`);
  if (!fs.existsSync(shared)) {
    const own = path.dirname(synthesizeExample(name));
    try {
      fs.renameSync(own, shared);
    } catch (error) {
      // Another test file has created the folder meanwhile.
      if (!fs.existsSync(shared)) throw error;
      fs.rmSync(own, { recursive: true });
    }
  }
  return path.join(shared, "cdktf.out");
}

/** The stacks of a synthesized example, without values that depend on the folder and the version. */
export function stacksOf(outdir: string): { [name: string]: any } {
  const stacks = path.join(outdir, "stacks");
  const entries = fs
    .readdirSync(stacks)
    .sort()
    .map((name) => {
      const stack = JSON.parse(fs.readFileSync(path.join(stacks, name, "cdk.tf.json"), "utf8"));
      delete stack.terraform.backend;
      delete stack["//"].metadata.version;
      return [name, stack];
    });
  return Object.fromEntries(entries);
}

/** The manifest previews of a synthesized example, by path. */
export function previewsOf(outdir: string): { [file: string]: string } {
  const folder = path.join(outdir, "manifests");
  if (!fs.existsSync(folder)) return {};
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"));
  return Object.fromEntries(
    files.sort().map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]),
  );
}
