import * as fs from "node:fs";
import * as path from "node:path";
import { shown } from "../../core/shown";
import { type Problems } from "../../core/validation-error";

/** The texts of a folder that cdktf wrote. */
export interface OutdirTexts {
  readonly terraform: string[];
  readonly manifests: string[];
}

/** Reads the stacks of a folder and the previews of their charts; of all stacks where none are named. */
export function readOutdir(problems: Problems, outdir: string, wanted?: readonly string[]): OutdirTexts {
  const terraform = filesIn(path.join(outdir, "stacks")).filter(({ file }) => file.endsWith(".tf.json"));
  if (terraform.length === 0) {
    const fix = "Give the folder that the app was synthesized into, such as cdktf.out";
    problems.add("CONFIGURATION_UNREADABLE", `${outdir} holds no stacks/<name>/cdk.tf.json`, fix);
  }
  const stacks = [...new Set(terraform.map(({ stack }) => stack))];
  if (!problems.any && wanted !== undefined) checkStacks(problems, wanted, stacks);
  if (problems.any) return { terraform: [], manifests: [] };
  const manifests = filesIn(path.join(outdir, "manifests")).filter(({ file }) => /\.ya?ml$/.test(file));
  const read = (files: readonly File[]) =>
    files
      .filter(({ stack }) => wanted === undefined || wanted.includes(stack))
      .map(({ file }) => fs.readFileSync(file, "utf8"));
  return { terraform: read(terraform), manifests: read(manifests) };
}

function checkStacks(problems: Problems, wanted: unknown, stacks: readonly string[]): void {
  const instead = `Write names of stacks of the folder: ${stacks.join(", ")}`;
  if (!Array.isArray(wanted) || wanted.length === 0) {
    problems.add("VALUE_INVALID", `stacks is ${shown(wanted)}, and not a list of names`, instead);
    return;
  }
  wanted.forEach((name: unknown, index) => {
    if (stacks.includes(name as string)) return;
    problems.add("VALUE_INVALID", `stacks[${index}] is ${shown(name)}, and no stack has that name`, instead);
  });
}

interface File {
  readonly file: string;
  /** The folder that it is in: the name of a stack. */
  readonly stack: string;
}

function filesIn(folder: string): File[] {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.sort().map((name) => ({
    file: path.join(folder, name),
    stack: name.split(path.sep)[0] ?? "",
  }));
}
