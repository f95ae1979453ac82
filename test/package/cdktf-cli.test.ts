import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EXAMPLES } from "../support/examples";
import { terraformAvailable, withProvider } from "../terraform/terraform";
import { root } from "./sources";

// Four runs of the command and of Terraform take a minute, and many on a busy machine.
jest.setTimeout(900_000);

/** The cdktf command: CDKTF_CLI, or the one on the PATH. It is too large to be a dependency. */
const CLI = process.env.CDKTF_CLI ?? "cdktf";
const isInstalled = terraformAvailable() && spawnSync(CLI, ["--version"], { stdio: "ignore" }).status === 0;
if (!isInstalled && process.env.CDKTF_CLI) throw new Error(`CDKTF_CLI names ${CLI}, which does not run`);
const NAME = "the cdktf command";
// The registry has no checksum for a provider that runs in this process.
const LOCKED = ["--skip-provider-lock"];
const describeWithCli = isInstalled ? describe : describe.skip;

// A copy of the repository, so that the tests write states and outputs elsewhere.
const clone = fs.mkdtempSync(path.join(os.tmpdir(), "cdktf-cli-"));
afterAll(() => fs.rmSync(clone, { recursive: true }));

function makeClone(): void {
  for (const name of ["lib", "node_modules", "package.json", "scripts", "tsconfig.json"]) {
    fs.symlinkSync(path.join(root, name), path.join(clone, name));
  }
  fs.copyFileSync(path.join(root, "cdktf.json"), path.join(clone, "cdktf.json"));
  const filter = (source: string) => !source.endsWith("cdktf.out");
  fs.cpSync(path.join(root, "examples"), path.join(clone, "examples"), { recursive: true, filter });
  fs.writeFileSync(path.join(clone, "terraform.rc"), "");
}

/** Runs the command in a folder of the clone and returns its output; throws an error with the output where it fails. */
async function cdktf(folder: string, args: readonly string[], reattach = ""): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: clone,
    CI: "1",
    CHECKPOINT_DISABLE: "1",
    TF_CLI_CONFIG_FILE: path.join(clone, "terraform.rc"),
    ...(reattach ? { TF_REATTACH_PROVIDERS: reattach } : {}),
  };
  const child = spawn(CLI, args, { cwd: path.join(clone, folder), env });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const text = Buffer.concat(output).toString();
  if (status !== 0) throw new Error(`cdktf ${args.join(" ")} ended with ${String(status)}:\n${text}`);
  return text;
}

const stacksIn = (folder: string): string[] =>
  Object.keys(
    JSON.parse(fs.readFileSync(path.join(clone, folder, "cdktf.out", "manifest.json"), "utf8")).stacks,
  );

const stackIn = (folder: string, stack: string) =>
  JSON.parse(fs.readFileSync(path.join(clone, folder, "cdktf.out", "stacks", stack, "cdk.tf.json"), "utf8"));

const FOLDERS: readonly [string, string][] = [
  ["the top level", "."],
  ...EXAMPLES.map((name): [string, string] => [`examples/${name}`, path.join("examples", name)]),
];

test.each(FOLDERS)("cdktf.json of %s runs an app in the repository", (_, folder) => {
  const { app, output } = JSON.parse(fs.readFileSync(path.join(root, folder, "cdktf.json"), "utf8"));
  const [node, ...files] = app.split(" ");
  expect([node, files.length, output]).toEqual(["node", 2, "cdktf.out"]);
  for (const file of files) {
    const found = path.resolve(root, folder, file as string);
    expect([fs.existsSync(found), path.relative(root, found).startsWith("..")]).toEqual([true, false]);
  }
});

describeWithCli(
  isInstalled ? NAME : `${NAME} (skipped: no cdktf and terraform on the PATH, and no CDKTF_CLI)`,
  () => {
    beforeAll(makeClone);

    test.each(FOLDERS)(
      "synthesizes, lists and deploys the stacks of %s, and then shows no changes",
      async (_, folder) => {
        expect(await cdktf(folder, ["synth"])).toMatch(/Generated Terraform code for the stacks?/);
        const stacks = stacksIn(folder);
        const listed = await cdktf(folder, ["list"]);
        for (const stack of stacks)
          expect(listed).toMatch(new RegExp(`^${stack}\\s+cdktf.out/stacks/${stack}$`, "m"));
        // Stacks with their state in a bucket need an account.
        if (stacks.some((stack) => stackIn(folder, stack).terraform.backend?.oci !== undefined)) return;
        await withProvider(async ({ provider }) => {
          const { reattach, account } = provider;
          await cdktf(folder, ["deploy", "--auto-approve", ...LOCKED, ...stacks], reattach);
          const clusters = stacks.flatMap((stack) =>
            Object.keys(stackIn(folder, stack).resource.oci_containerengine_cluster ?? {}),
          );
          expect(account.all("oci_containerengine_cluster")).toHaveLength(clusters.length);
          for (const stack of stacks)
            expect(await cdktf(folder, ["diff", ...LOCKED, stack], reattach)).toContain("No changes");
        });
      },
    );
  },
);
