import { Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import {
  AddOn,
  BootVolumeKey,
  ClusterAddOn,
  Karpenter,
  KubernetesVersion,
  NativeIngressController,
  NodeCapacity,
  NodeImage,
  NodeShape,
  NodeTaint,
  PrivateNodePool,
  SecureOkeCluster,
  VirtualNodeEndorsement,
  VirtualNodePool,
  oci,
} from "secure-oke";
import { describeWithTerraform, synthInto, withProvider } from "./terraform";

jest.setTimeout(240_000);

const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example");
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
const tenancyId = "ocid1.tenancy.oc1..example";

function program(app: App): void {
  const pools = new TerraformStack(app, "pools");
  new oci.provider.OciProvider(pools, "oci", { region: "eu-frankfurt-1" });
  const cluster = new SecureOkeCluster(pools, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_36,
  });
  new PrivateNodePool(pools, "system", {
    cluster,
    image,
    shape,
    size: 1,
    bootVolumeKey: BootVolumeKey.of("ocid1.key.oc1.eu-frankfurt-1.example"),
    capacity: NodeCapacity.reserved({ "test:EU-FRANKFURT-1-AD-1": "ocid1.capacityreservation.oc1..example" }),
  });
  new VirtualNodePool(pools, "virtual", {
    cluster,
    size: 1,
    taints: [NodeTaint.noSchedule("virtual", "true")],
    endorsement: new VirtualNodeEndorsement(pools, "endorsement", {
      tenancyId,
      serviceTenancyId: "ocid1.tenancy.oc1..exampleservice",
      serviceCompartmentId: "ocid1.compartment.oc1..exampleservice",
    }),
  });
  new Karpenter(pools, "karpenter", { cluster, tenancyId, nodeTag: "Operations.NodeRole" });
  new NativeIngressController(pools, "ingress", { cluster });
  new ClusterAddOn(pools, "metrics", { cluster, addOn: AddOn.metricsServer() });
  new ClusterAddOn(pools, "agent", { cluster, addOn: AddOn.observabilityAgent() });

  // The autoscaler of a pool in another stack is in that stack, because the cluster's stack can't refer to the pool.
  const burst = new TerraformStack(app, "burst");
  new oci.provider.OciProvider(burst, "oci", { region: "eu-frankfurt-1" });
  new PrivateNodePool(burst, "burst", { cluster, image, shape, autoscale: { min: 0, max: 2 } });
}

describeWithTerraform("a cluster with add-ons and node pools of every kind in two stacks", () => {
  test("is applied in one run, and its autoscaler manages the node pool of the other stack", async () => {
    await withProvider(async (terraform) => {
      const runs = await terraform.initAll(synthInto(terraform.outdir(), program));
      expect(runs.map(({ name }) => name)).toEqual(["pools", "burst"]);
      for (const run of runs) {
        await run.validate();
        await run.apply();
        expect(await run.planExitCode()).toBe(0);
      }
      const { account } = terraform.provider;
      const [pool] = account.all("oci_containerengine_node_pool").filter(({ name }) => name === "burst");
      const addOns = account.all("oci_containerengine_addon");
      expect(addOns.map((addOn) => addOn.addon_name).sort()).toEqual([
        "CertManager",
        "ClusterAutoscaler",
        "KubernetesMetricsServer",
        "NativeIngressController",
        "ObservabilityAgent",
      ]);
      const autoscaler = addOns.find((addOn) => addOn.addon_name === "ClusterAutoscaler")!;
      expect(autoscaler.configurations).toContainEqual({ key: "nodes", value: `0:2:${pool!.id as string}` });
      const statements = account
        .all("oci_identity_policy")
        .flatMap((policy) => policy.statements as string[]);
      expect(
        statements.filter((statement) => statement.includes(`target.nodepool.id = '${pool!.id as string}'`)),
      ).toHaveLength(1);
    });
  });
});
