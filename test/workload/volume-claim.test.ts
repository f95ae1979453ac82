import * as fs from "node:fs";
import * as path from "node:path";
import { VolumeClaim } from "../../lib/workload/pods/persistent-volumes";

const SOURCE = fs.readFileSync(path.join(__dirname, "../../lib/workload/pods/persistent-volumes.ts"), "utf8");

test("the default size of a volume claim is the documented one, for any class", () => {
  const [, documented] = /@default "(\w+)", for any class\s+\*\/\s+readonly size\?/.exec(SOURCE) ?? [];
  for (const storageClassName of [undefined, "encrypted"]) {
    expect(VolumeClaim.of("data", "/var/lib/db", { storageClassName }).size).toBe(documented);
  }
});
