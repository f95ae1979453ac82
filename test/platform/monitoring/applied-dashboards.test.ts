import * as path from "node:path";
import { describeWithTool, runTool } from "../../support/tools";

const ROOT = path.join(__dirname, "../../..");

describeWithTool("prometheus", "Prometheus with the samples of an observed cluster", () => {
  describeWithTool("promtool", "and promtool to load them", () => {
    test("answers each panel with data, as the pictures of the example show", () => {
      const { ok, output } = runTool(process.execPath, ["scripts/dashboards.js", "--check"], ROOT);
      expect({ ok, output }).toMatchObject({ ok: true });
      expect(output.match(/panels, unchanged/g)).toHaveLength(4);
    });
  });
});
