import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** The path of a program in the folder that MONITORING_TOOLS names, or in one of PATH. */
export function toolPath(name: string): string | undefined {
  const folders = [process.env.MONITORING_TOOLS ?? "", ...(process.env.PATH ?? "").split(path.delimiter)];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find((file) => fs.existsSync(file));
}

/** Describes tests that need a program; they are skipped where it is missing. */
export function describeWithTool(tool: string, name: string, tests: (program: string) => void): void {
  const program = toolPath(tool);
  if (program === undefined) {
    describe.skip(`${name} (skipped: neither MONITORING_TOOLS nor PATH has ${tool})`, () => {
      tests(tool);
    });
    return;
  }
  describe(name, () => {
    tests(program);
  });
}

/** Runs a program; returns its output and whether it exited with 0. */
export function runTool(
  program: string,
  args: readonly string[],
  cwd: string,
): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", timeout: 60_000 });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}
