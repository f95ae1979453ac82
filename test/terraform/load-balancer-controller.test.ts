import * as path from "node:path";
import { type TerraformResource, TerraformStack, type App } from "cdktf";
import { KubernetesVersion, SecureOkeCluster, oci } from "secure-oke";
import { runLoadBalancerController } from "./load-balancer-controller";
import { describeWithTerraform, synthInto, withProvider, type TerraformStackRun } from "./terraform";

jest.setTimeout(120_000);

/** Applies a cluster, lets the controller create the rules of a load balancer, and returns what Terraform plans afterwards. */
function changesAfterController(
  change: (cluster: SecureOkeCluster) => void = () => undefined,
): Promise<{ [address: string]: string[] }> {
  return withProvider(async (terraform) => {
    const outdir = synthInto(terraform.outdir(), (app: App) => {
      const stack = new TerraformStack(app, "shop");
      new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
      const cluster = new SecureOkeCluster(stack, "cluster", {
        compartmentId: "ocid1.compartment.oc1..example",
        kubernetesVersion: KubernetesVersion.V1_34,
      });
      change(cluster);
    });
    const run: TerraformStackRun = await terraform.init(path.join(outdir, "stacks/shop"));
    await run.apply();
    expect(await run.planExitCode()).toBe(0);
    runLoadBalancerController(terraform.provider.account);
    return run.changes();
  });
}

describeWithTerraform("a cluster with a load balancer whose rules the controller manages", () => {
  test("has an empty plan after the controller tagged the security group of the workers", async () => {
    expect(await changesAfterController()).toEqual({});
  });

  test("has the removal of the controller's tag in its plan where the security group lacks the ManagedBy tag", async () => {
    const changes = await changesAfterController(({ workerSecurityGroup }) => {
      const group = workerSecurityGroup.node.defaultChild as TerraformResource;
      group.addOverride("freeform_tags.ManagedBy", undefined);
    });
    expect(Object.entries(changes)).toEqual([[expect.stringMatching(/_Workers_[0-9A-F]{8}$/), ["update"]]]);
  });
});
