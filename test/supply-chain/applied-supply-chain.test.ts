import { type App, TerraformStack } from "cdktf";
import { CloudGuardTarget } from "../../lib/observability/cloud-guard-target";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { StateBucket } from "../../lib/storage/terraform-state";
import { OciProvider } from "../../lib/oci/provider";
import { ImageRetention, PrivateRepository } from "../../lib/supply-chain/private-repository";
import { ImageSigning } from "../../lib/supply-chain/image-signing";
import { COMPARTMENT } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../terraform/terraform";

jest.setTimeout(120_000);

const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";
const newCluster = (stack: TerraformStack) =>
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });

const PROGRAMS: { readonly [what: string]: (stack: TerraformStack) => void } = {
  "repositories that are scanned": (stack) => {
    for (const name of ["web", "worker"]) {
      new PrivateRepository(stack, name, {
        compartmentId: COMPARTMENT,
        repositoryName: `shop/${name}`,
        retention: ImageRetention.of({ keepNewest: 5 }),
      });
    }
  },
  "a cluster whose nodes are scanned and whose images are signed": (stack) => {
    new ImageSigning(stack, "signing", { cluster: newCluster(stack) });
  },
  "a bucket for states": (stack) => {
    new StateBucket(stack, "states", {
      compartmentId: COMPARTMENT,
      bucketName: "acme-states",
      region: "eu-frankfurt-1",
      kmsKeyId: KEY,
    });
  },
  "a compartment that Cloud Guard watches by recipes of its own": (stack) => {
    new CloudGuardTarget(stack, "guard", {
      cluster: newCluster(stack),
      tenancyId: "ocid1.tenancy.oc1..test",
      detectorRecipeIds: ["ocid1.cloudguarddetectorrecipe.oc1..existing"],
      responderRecipeIds: ["ocid1.cloudguardresponderrecipe.oc1..existing"],
    });
  },
};

describeWithTerraform("the supply chain under Terraform", () => {
  test.each(Object.keys(PROGRAMS))("%s: applied, and the next plan changes nothing", async (what) => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app: App) => {
        const stack = new TerraformStack(app, "stack");
        new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
        PROGRAMS[what]!(stack);
      });
      const [run] = await terraform.initAll(outdir);
      await run!.validate();
      await run!.apply();
      expect(await run!.changes()).toEqual({});
    });
  });
});
