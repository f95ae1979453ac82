import { Duration } from "cdk8s";
import { TerraformStack } from "cdktf";
import { FlowLogging, FlowLogTraffic } from "../../lib/network/logs/flow-logs";
import { OciProvider } from "../../lib/oci/provider";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "../terraform/terraform";
import { networkIn } from "./support";

jest.setTimeout(120_000);

async function networkWith(terraform: Terraform, flowLogs?: FlowLogging) {
  const outdir = synthInto(terraform.outdir(), (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    networkIn(stack, { flowLogs });
  });
  const [run] = await terraform.initAll(outdir);
  return run!;
}

describeWithTerraform("flow logs of a network", () => {
  test("change in place, and are removed without a change of a subnet", async () => {
    await withProvider(async (terraform) => {
      const first = await networkWith(terraform);
      await first.apply();
      expect(await first.changes()).toEqual({});
      const changed = await networkWith(
        terraform,
        FlowLogging.enabled({
          compartmentId: "ocid1.compartment.oc1..logs",
          traffic: FlowLogTraffic.REJECTED,
          samplingRate: 10,
          retention: Duration.days(30),
        }),
      );
      const updates = Object.entries(await changed.changes());
      expect(updates.map(([address]) => address.split(".")[0]).sort()).toEqual([
        "oci_core_capture_filter",
        ...Array(4).fill("oci_logging_log"),
        "oci_logging_log_group",
      ]);
      for (const [, actions] of updates) expect(actions).toEqual(["update"]);
      await changed.apply();
      const none = await networkWith(
        terraform,
        FlowLogging.none({ reason: "The network team records them" }),
      );
      const deletions = Object.entries(await none.changes());
      expect(deletions).toHaveLength(6);
      for (const [, actions] of deletions) expect(actions).toEqual(["delete"]);
    });
  });
});
