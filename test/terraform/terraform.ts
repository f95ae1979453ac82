import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App } from "cdktf";
import { ProviderDouble } from "./provider-double";
import { StackCopies, type StackCopy } from "./stack-copies";

const TIME_LIMIT_MS = 120_000;

let available: boolean | undefined;

export function terraformAvailable(): boolean {
  available ??=
    spawnSync("terraform", ["version"], { stdio: "ignore", env: isolatedEnvironment() }).status === 0;
  return available;
}

/** Describes tests that need the terraform binary. Without it they are skipped; with REQUIRE_TERRAFORM, as in CI, they fail. */
export function describeWithTerraform(name: string, tests: () => void): void {
  if (terraformAvailable()) describe(name, tests);
  else if (process.env.REQUIRE_TERRAFORM) throw new Error("There is no terraform binary on the PATH");
  else describe.skip(`${name} (skipped: no terraform binary on the PATH)`, tests);
}

/** Synthesizes an app into a folder, as `cdktf synth` would, and returns the folder. */
export function synthInto(outdir: string, build: (app: App) => void): string {
  fs.mkdirSync(path.dirname(outdir), { recursive: true });
  const app = new App({ outdir });
  build(app);
  app.synth();
  return outdir;
}

/** Calls a function with an empty account; afterwards removes the account and all its files and processes. */
export async function withProvider<T>(use: (terraform: Terraform) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-terraform-"));
  const provider = await ProviderDouble.start();
  try {
    return await use(new Terraform(folder, provider));
  } finally {
    provider.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A failed command of Terraform, with its output on one line. */
export class TerraformError extends Error {
  constructor(
    command: readonly string[],
    readonly exitCode: number,
    readonly output: string,
  ) {
    super(`terraform ${command.join(" ")} ended with ${exitCode}: ${unwrap(output)}`);
    this.name = "TerraformError";
  }
}

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
}

/** The terraform binary with a provider double and a folder of its own. */
export class Terraform {
  private readonly copies: StackCopies;

  /** @param folder an empty folder for all files of the run */
  constructor(
    private readonly folder: string,
    /** The provider with the account. */
    public readonly provider: ProviderDouble,
  ) {
    this.copies = new StackCopies(path.join(folder, "copies"));
  }

  /** A folder that programs of this run synthesize into. */
  public outdir(name = "cdktf.out"): string {
    return path.join(this.folder, "synthesized", name);
  }

  /**
   * Copies and initializes the stack in a folder with a cdk.tf.json.
   *
   * A second call for the same folder copies the new content and keeps the state.
   */
  public async init(directory: string): Promise<TerraformStackRun> {
    return this.start(this.copies.copyStack(directory));
  }

  /** Initializes all stacks of a cdktf.out, in the order in which they are applied. */
  public async initAll(outdir: string): Promise<TerraformStackRun[]> {
    const runs: TerraformStackRun[] = [];
    for (const copy of this.copies.copyAll(outdir)) runs.push(await this.start(copy));
    return runs;
  }

  /** Initializes a handwritten configuration; adds the provider to it. */
  public async initConfig(config: object, name = "stack"): Promise<TerraformStackRun> {
    const directory = this.outdir(name);
    fs.mkdirSync(directory, { recursive: true });
    const provider = {
      terraform: { required_providers: { oci: { source: "oracle/oci" } } },
      provider: { oci: [{}] },
    };
    fs.writeFileSync(path.join(directory, "cdk.tf.json"), JSON.stringify({ ...provider, ...config }));
    return this.init(directory);
  }

  private async start(copy: StackCopy): Promise<TerraformStackRun> {
    const empty = path.join(this.folder, "terraform.rc");
    fs.writeFileSync(empty, "");
    const run = new TerraformStackRun(copy, {
      ...isolatedEnvironment(),
      HOME: this.folder,
      TF_CLI_CONFIG_FILE: empty,
      TF_DATA_DIR: copy.data,
      TF_REATTACH_PROVIDERS: this.provider.reattach,
    });
    await run.run(["init", "-input=false", "-reconfigure"]);
    return run;
  }
}

/** An initialized stack. Each method runs terraform once and throws a TerraformError when it fails. */
export class TerraformStackRun {
  constructor(
    private readonly copy: StackCopy,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  public get name(): string {
    return this.copy.name;
  }

  public async validate(): Promise<void> {
    await this.run(["validate"]);
  }

  /** The plan as text. */
  public async plan(): Promise<string> {
    return (await this.run(["plan", ...UNATTENDED])).stdout;
  }

  /** The exit code of a plan: 0 without changes, 2 with changes. */
  public async planExitCode(): Promise<number> {
    return (await this.run(["plan", "-detailed-exitcode", ...UNATTENDED], [0, 2])).exitCode;
  }

  /** The planned actions by address, without resources that do not change. */
  public async changes(): Promise<{ [address: string]: string[] }> {
    const file = path.join(this.copy.data, "plan");
    await this.run(["plan", `-out=${file}`, ...UNATTENDED]);
    const { resource_changes = [] } = JSON.parse((await this.run(["show", "-json", file])).stdout);
    const entries = resource_changes.map(({ address, change }: any) => [address, change.actions]);
    return Object.fromEntries(
      entries.filter(([, actions]: [string, string[]]) => actions.join() !== "no-op"),
    );
  }

  public async apply(): Promise<string> {
    return (await this.run(["apply", "-auto-approve", ...UNATTENDED])).stdout;
  }

  /** The raw value of an output. */
  public async output(name: string): Promise<string> {
    return (await this.run(["output", "-raw", name])).stdout;
  }

  /** The state; `values` is undefined where the state is empty. */
  public async show(): Promise<any> {
    return JSON.parse((await this.run(["show", "-json"])).stdout);
  }

  /** The attributes of a resource in the state of the stack's root module. */
  public async resource(address: string): Promise<any> {
    const { values } = await this.show();
    return values?.root_module.resources?.find((resource: any) => resource.address === address)?.values;
  }

  public async destroy(): Promise<string> {
    return (await this.run(["destroy", "-auto-approve", ...UNATTENDED])).stdout;
  }

  /** Runs a command of terraform in the stack. */
  public async run(command: readonly string[], expected: readonly number[] = [0]): Promise<Result> {
    const [name = "", ...rest] = command;
    const args = ["output", "state"].includes(name) ? [...command] : [name, "-no-color", ...rest];
    const child = spawn("terraform", args, {
      cwd: this.copy.directory,
      env: this.env,
      timeout: TIME_LIMIT_MS,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    if (!expected.includes(exitCode)) {
      throw new TerraformError(command, exitCode, Buffer.concat([...stdout, ...stderr]).toString("utf8"));
    }
    return { exitCode, stdout: Buffer.concat(stdout).toString("utf8") };
  }
}

// No other process writes the state of a stack.
const UNATTENDED = ["-input=false", "-lock=false"];

/** An environment without the caller's Terraform configuration and without update checks. */
function isolatedEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
  };
}

/** Joins the lines of Terraform's output, which it breaks at 78 characters. */
function unwrap(output: string): string {
  return output
    .replace(/[╷╵]/g, "")
    .replace(/\s*\n│?[ \t]*/g, " ")
    .trim();
}
