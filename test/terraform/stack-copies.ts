import * as fs from "node:fs";
import * as path from "node:path";

/** The copy of a stack, which Terraform may write to. */
export interface StackCopy {
  readonly name: string;
  /** The folder of its cdk.tf.json. */
  readonly directory: string;
  /** The folder of Terraform's own files. It is beside the copy, so that it survives a newer copy. */
  readonly data: string;
}

interface Manifest {
  readonly stacks: {
    readonly [name: string]: { readonly workingDirectory: string; readonly dependencies: readonly string[] };
  };
}

/** Copies stacks into a folder and moves their state there. */
export class StackCopies {
  private readonly apps: string[] = [];

  constructor(private readonly folder: string) {}

  /** Copies the stack in a folder, with the app that contains it, because stacks read each other's state. */
  public copyStack(directory: string): StackCopy {
    const outdir = path.resolve(directory, "../..");
    if (!fs.existsSync(path.join(outdir, "manifest.json"))) {
      return this.copyApp(directory, { [path.basename(directory)]: "." })[0]!;
    }
    return this.copyAll(outdir).find(({ name }) => name === path.basename(directory))!;
  }

  /** Copies all stacks of a cdktf.out, in the order of their dependencies. */
  public copyAll(outdir: string): StackCopy[] {
    const { stacks }: Manifest = JSON.parse(fs.readFileSync(path.join(outdir, "manifest.json"), "utf8"));
    const ordered = new Set<string>();
    const visit = (name: string) => {
      if (!ordered.has(name)) stacks[name]!.dependencies.forEach(visit);
      ordered.add(name);
    };
    Object.keys(stacks).forEach(visit);
    return this.copyApp(
      outdir,
      Object.fromEntries([...ordered].map((name) => [name, stacks[name]!.workingDirectory])),
    );
  }

  private copyApp(source: string, stacks: { [name: string]: string }): StackCopy[] {
    const real = fs.realpathSync(source);
    if (!this.apps.includes(real)) this.apps.push(real);
    const folder = path.join(this.folder, `app${this.apps.indexOf(real)}`);
    const app = path.join(folder, "synthesized");
    fs.rmSync(app, { recursive: true, force: true });
    fs.cpSync(real, app, {
      recursive: true,
      filter: (file) => !path.basename(file).startsWith(".terraform"),
    });
    return Object.entries(stacks).map(([name, directory]) => {
      const copy = { name, directory: path.join(app, directory), data: path.join(folder, "data", name) };
      fs.mkdirSync(copy.data, { recursive: true });
      moveState(
        path.join(copy.directory, "cdk.tf.json"),
        (stack) => path.join(folder, `${stack}.tfstate`),
        name,
      );
      return copy;
    });
  }
}

const REMOTE_STATE = "cross-stack-reference-input-";

/** Moves the state of a stack, and of the stacks whose state it reads, to files beside the copy, whatever its backend is. */
function moveState(file: string, stateOf: (stack: string) => string, name: string): void {
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  config.terraform = { ...config.terraform, backend: { local: { path: stateOf(name) } } };
  for (const [key, source] of Object.entries<any>(config.data?.terraform_remote_state ?? {})) {
    if (!key.startsWith(REMOTE_STATE)) continue;
    source.backend = "local";
    source.config = { path: stateOf(key.slice(REMOTE_STATE.length)) };
  }
  fs.writeFileSync(file, JSON.stringify(config, undefined, 2));
}
