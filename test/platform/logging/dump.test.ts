import { Yaml } from "cdk8s";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { World, inCluster, image, secret, FLUENTD } from "./support";
test("dump", () => {
  const world = new World();
  world.logging({ destination: inCluster({ dashboards: { image: image("d"), secretFiles: secret("dash") } }) });
  require("fs").writeFileSync("/work/tmp/logging-tools/dump.yaml", objectsOf(world.chart).map((o) => Yaml.stringify(o)).join(""));
  const other = new World();
  other.logging({ collector: FLUENTD });
  require("fs").writeFileSync("/work/tmp/logging-tools/dumpd.yaml", objectsOf(other.chart).map((o) => Yaml.stringify(o)).join(""));
});
