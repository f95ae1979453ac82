import * as path from "node:path";
import { Size } from "cdk8s";
import { TerraformStack, TerraformVariable, type App } from "cdktf";
import {
  ClusterNetwork,
  KubernetesVersion,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureOkeCluster,
  oci,
} from "secure-oke";
import { describeWithTerraform, synthInto, withProvider } from "./terraform";

jest.setTimeout(120_000);

const OWN = "ocid1.compartment.oc1..exampleown";
const NETWORK = "ocid1.compartment.oc1..examplenetwork";
const DOMAINS = ["test:EU-FRANKFURT-1-AD-1", "test:EU-FRANKFURT-1-AD-2"];

/** A cluster and a node pool whose compartments, name and numbers come from Terraform variables. */
function program(app: App): void {
  const stack = new TerraformStack(app, "shop");
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const variable = (id: string, type: string, value: unknown) =>
    new TerraformVariable(stack, id, { type, default: value });
  const compartment = variable("own", "string", OWN);
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: variable("network-compartment", "string", NETWORK).stringValue,
  });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: compartment.stringValue,
    kubernetesVersion: KubernetesVersion.V1_34,
    clusterName: variable("name", "string", "late").stringValue,
    network,
    freeformTags: { note: "costs $${price}, 100 %%{ of it" },
  });
  new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", {
      ocpus: variable("ocpus", "number", 2).numberValue,
      memory: Size.gibibytes(16),
    }),
    size: variable("size", "number", 3).numberValue,
    maxPodsPerNode: variable("pods", "number", 40).numberValue,
    availabilityDomains: variable("domains", "list(string)", DOMAINS).listValue,
  });
}

describeWithTerraform("a cluster whose compartments, name and numbers are Terraform variables", () => {
  test("is applied in one run, with each policy in the compartment of the resources that it covers", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const run = await terraform.init(path.join(synthInto(terraform.outdir(), program), "stacks/shop"));
      await run.validate();
      await run.apply();
      expect(await run.planExitCode()).toBe(0);

      const compartments = account.all("oci_identity_policy").map((policy) => policy.compartment_id);
      expect(compartments.sort()).toEqual([...Array(3).fill(NETWORK), ...Array(7).fill(OWN)]);
      const [pool] = account.all("oci_containerengine_node_pool");
      const [details] = pool!.node_config_details;
      expect(details.placement_configs.map((placement: any) => placement.availability_domain).sort()).toEqual(
        DOMAINS,
      );
      expect(String(details.size)).toBe("3");
      const [cluster] = account.all("oci_containerengine_cluster");
      expect(cluster).toMatchObject({
        name: "late",
        freeform_tags: { note: "costs ${price}, 100 %{ of it" },
      });
    });
  });
});
