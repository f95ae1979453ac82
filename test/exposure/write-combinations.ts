import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { COMBINATION_COUNT, combinationSet, SURROUNDINGS } from "./combination-set";

// Writes the combinations as manifests into a folder, for judges that read files:
// `node scripts/register.js test/exposure/write-combinations.ts <folder>`, with SEED for other ones.
const FILES = 4;

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("Name the folder that the manifests are written into");

// Judges look at one object at a time: what differs by its namespace only need not be judged twice.
const different = new Map<string, unknown>();
for (const { namespace, objects } of combinationSet(Number(process.env.SEED ?? 1))) {
  for (const object of objects as unknown[]) {
    const key = JSON.stringify(object).replaceAll(`"${namespace}"`, '"set"');
    if (!different.has(key)) different.set(key, object);
  }
}
const all = [...SURROUNDINGS, ...different.values()] as unknown[];
fs.mkdirSync(folder, { recursive: true });
for (let file = 0; file < FILES; file++) {
  const part = all.filter((_, index) => index % FILES === file);
  fs.writeFileSync(path.join(folder, `combinations-${file}.yaml`), Yaml.stringify(...part));
}
process.stdout.write(
  `${COMBINATION_COUNT} combinations of all options: ${all.length} objects that differ from each other\n`,
);
