// Writes the objects of workloads with any options as YAML, for judges that read files:
// `node scripts/register.js test/workload/write-combinations.ts <file>`.
import { Yaml } from "cdk8s";
import fc from "fast-check";
import * as fs from "node:fs";
import { objectsOf } from "../../lib/manifests/chart-objects";
import { COMBINATIONS } from "./combinations";
import { newChart } from "./support";

const RUNS = 100;

const [, , file = ""] = process.argv;
const objects = fc.sample(COMBINATIONS, { numRuns: RUNS, seed: 1 }).flatMap((combination) => {
  const chart = newChart();
  combination(chart, "work");
  return objectsOf(chart);
});
fs.writeFileSync(file, Yaml.stringify(...objects));
