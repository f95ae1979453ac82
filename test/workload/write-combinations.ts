import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { COMBINATION_COUNT, combinationSet, SURROUNDINGS } from "./combination-set";

// Writes the combinations as manifests into a folder, for judges that read files:
// `node scripts/register.js test/workload/write-combinations.ts <folder>`, with SEED for other ones.
const IN_ONE_FILE = 80;

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("Name the folder that the manifests are written into");
const all = combinationSet(Number(process.env.SEED ?? 1));
fs.mkdirSync(folder, { recursive: true });
for (let first = 0; first < all.length; first += IN_ONE_FILE) {
  const objects = all.slice(first, first + IN_ONE_FILE).flatMap((one) => one.objects as unknown[]);
  fs.writeFileSync(
    path.join(folder, `combinations-${first}.yaml`),
    Yaml.stringify(...SURROUNDINGS, ...objects),
  );
}
console.log(`${COMBINATION_COUNT} combinations of all options are written`);
