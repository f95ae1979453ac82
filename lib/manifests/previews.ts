import * as fs from "node:fs";
import * as path from "node:path";
import { type ISynthesisSession, type TerraformStack } from "cdktf";

const FOLDER = "manifests";

/** A chart's manifests for people, beside the stack that has them as an output. */
export interface Preview {
  readonly stack: TerraformStack;
  readonly name: string;
  /** The text, known once the stack was synthesized. */
  readonly text: string;
}

function fileOf({ stack, name }: Preview): string {
  return path.join(stack.node.id, `${name}.yaml`);
}

/** Writes a preview whenever its stack is written; synthesizers are the one hook that cdktf offers for files of one's own. */
export function writeAtSynthesis(preview: Preview, all: () => readonly Preview[]): void {
  const { stack } = preview;
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      inner.synthesize(session);
      const folder = path.join(session.outdir, FOLDER);
      const file = path.join(folder, fileOf(preview));
      removeOthers(folder, all().map(fileOf));
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, preview.text);
    },
  };
}

/** Removes what an earlier run wrote for charts that are gone, as somebody may apply it. */
function removeOthers(folder: string, kept: readonly string[]): void {
  for (const stack of foldersIn(folder)) {
    const own = path.join(folder, stack);
    for (const file of fs.readdirSync(own).filter((name) => name.endsWith(".yaml"))) {
      if (!kept.includes(path.join(stack, file))) fs.rmSync(path.join(own, file));
    }
    if (fs.readdirSync(own).length === 0) fs.rmdirSync(own);
  }
}

function foldersIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
