import { type ISynthesisSession, type TerraformStack } from "cdktf";
import * as fs from "node:fs";
import * as path from "node:path";
import { StateOf } from "../core/construct-state";

const FOLDER = "manifests";

/** The readable manifests of a chart, a file beside the stack that has them as an output. */
export interface Preview {
  readonly stack: TerraformStack;
  readonly name: string;
  /** The text, known after the synthesis of the stack. */
  readonly text: string;
}

function fileOf({ stack, name }: Preview): string {
  return path.join(stack.node.id, `${name}.yaml`);
}

const previews = new StateOf<TerraformStack, Preview[]>(() => []);

/** Writes a preview whenever its stack is written; synthesizers are the only hook of cdktf for additional files. */
export function writeAtSynthesis(preview: Preview, all: () => readonly Preview[]): void {
  const { stack } = preview;
  const own = previews.of(stack);
  own.push(preview);
  if (own.length > 1) return;
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      inner.synthesize(session);
      const folder = path.join(session.outdir, FOLDER);
      removeOthers(folder, new Set(all().map(fileOf)));
      fs.mkdirSync(path.join(folder, stack.node.id), { recursive: true });
      for (const each of own) fs.writeFileSync(path.join(folder, fileOf(each)), each.text);
    },
  };
}

/** Removes files of earlier runs for charts that no longer exist, so that they are not applied by mistake. */
function removeOthers(folder: string, kept: ReadonlySet<string>): void {
  for (const stack of foldersIn(folder)) {
    const own = path.join(folder, stack);
    for (const file of fs.readdirSync(own).filter((name) => name.endsWith(".yaml"))) {
      if (!kept.has(path.join(stack, file))) fs.rmSync(path.join(own, file));
    }
    if (fs.readdirSync(own).length === 0) fs.rmdirSync(own);
  }
}

function foldersIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
