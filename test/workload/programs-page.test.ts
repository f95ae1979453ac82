import { ApiObject, JsonPatch } from "cdk8s";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, objectOf } from "./support";

const ROOT = path.join(__dirname, "..", "..");
const PAGE = fs.readFileSync(path.join(ROOT, "docs", "programs.md"), "utf8");

test("the program of docs/programs.md runs and writes the documented objects", () => {
  const [, program = ""] = /^```ts\n([^]*?)^```$/m.exec(PAGE) ?? [];
  // Beside the tests, where packages are found.
  const folder = fs.mkdtempSync(path.join(__dirname, ".programs-"));
  try {
    const file = path.join(folder, "main.ts");
    fs.writeFileSync(file, program);
    execFileSync(process.execPath, [path.join(ROOT, "scripts", "register.js"), file], { cwd: folder });
    const [written = ""] = fs.readdirSync(path.join(folder, "dist"));
    const text = fs.readFileSync(path.join(folder, "dist", written), "utf8");
    for (const part of ["cidr: 10.0.0.0/28", "port: 6443", "audience: vault", "targetPort: metrics"]) {
      expect(text).toContain(part);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("the documented patch for user namespaces works", () => {
  expect(PAGE).toContain('JsonPatch.add("/spec/template/spec/hostUsers", false)');
  const chart = newChart();
  const web = new HardenedDeployment(chart, "web", { image: IMAGE });
  ApiObject.of(web).addJsonPatch(JsonPatch.add("/spec/template/spec/hostUsers", false));
  expect(objectOf(chart, "Deployment").spec.template.spec.hostUsers).toBe(false);
});
