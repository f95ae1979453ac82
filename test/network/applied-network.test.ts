import { TerraformStack, type App } from "cdktf";
import { Port } from "../../lib/core/port";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../terraform/terraform";

jest.setTimeout(120_000);

function stackOf(app: App): TerraformStack {
  const stack = new TerraformStack(app, "stack");
  new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  return stack;
}

describeWithTerraform("a network", () => {
  test("is applied whatever characters its id has, in VCNs of every size, and the next plan changes nothing", async () => {
    const ids = ["a b", "Ü", 'x."y', "$${z}"];
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const stack = stackOf(app);
        [16, 22, 24, 27].forEach((prefix, i) => {
          const plan = SubnetPlan.of({ vcnCidr: `10.${i}.0.0/${prefix}`, nodes: 1, pods: 5 });
          const network = new ClusterNetwork(stack, ids[i]!, {
            compartmentId: COMPARTMENT,
            plan,
            displayName: "n",
          });
          const { compartmentId, vcnId } = network;
          const group = new NetworkSecurityGroup(network, ids[i]!, { compartmentId, vcnId });
          const reason = "Everyone may";
          group.allowFrom(NetworkPeer.anywhere({ reason }), Port.tcpRange(30000, 32767), { reason });
        });
      });
      const [run] = await terraform.initAll(outdir);
      await run!.apply();
      expect(await run!.changes()).toEqual({});
    });
  });

  test("is refused an id that Terraform would refuse as well", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        new CoreVcn(stackOf(app), "2nd", { compartmentId: COMPARTMENT, cidrBlocks: ["10.0.0.0/16"] });
      });
      const validated = terraform.initAll(outdir).then(([run]) => run!.validate());
      await expect(validated).rejects.toThrow(/must start with a letter or underscore/);
    });
  });
});
