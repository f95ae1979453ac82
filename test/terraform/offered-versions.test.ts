import { Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-shape";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT } from "../support/stack";
import {
  describeWithTerraform,
  synthInto,
  withProvider,
  type Terraform,
  type TerraformStackRun,
} from "./terraform";

jest.setTimeout(120_000);

interface Program {
  readonly cluster?: KubernetesVersion;
  readonly pool?: KubernetesVersion;
  readonly verify?: boolean;
  /** Whether the network is made beside the cluster and given to it. */
  readonly ownNetwork?: boolean;
}

const { V1_34, V1_35, V1_36 } = KubernetesVersion;
const NEWER = ["v1.35.2", "v1.36.1", "v1.37.1"];

function program({ cluster: version = V1_34, pool, verify, ownNetwork = true }: Program): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: version,
      verifyKubernetesVersion: verify,
      network: ownNetwork ? undefined : new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT }),
    });
    if (!pool) return;
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 1, memory: Size.gibibytes(8) }),
      size: 1,
      kubernetesVersion: pool,
      verifyKubernetesVersion: verify,
    });
  };
}

async function stackWith(terraform: Terraform, of: Program): Promise<TerraformStackRun> {
  const [run] = await terraform.initAll(synthInto(terraform.outdir(), program(of)));
  return run!;
}

const versionsIn = (terraform: Terraform, type: string) =>
  terraform.provider.world.all(type).map(({ kubernetes_version }) => kubernetes_version);

describeWithTerraform("a version that OKE offers", () => {
  test("is applied, and stays without a change and without a refusal when OKE retires it", async () => {
    await withProvider(async (terraform) => {
      const { world } = terraform.provider;
      const stack = await stackWith(terraform, { pool: V1_34 });
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
      world.offeredVersions = NEWER;
      expect(await stack.planExitCode()).toBe(0);

      // The same program goes on when something else about the cluster changes.
      const larger = await stackWith(terraform, { pool: V1_34, verify: true });
      await larger.apply();
      expect(await larger.planExitCode()).toBe(0);

      const upgraded = await stackWith(terraform, { cluster: V1_35, pool: V1_34 });
      await upgraded.apply();
      expect(versionsIn(terraform, "oci_containerengine_cluster")).toEqual(["v1.35.2"]);
      expect(versionsIn(terraform, "oci_containerengine_node_pool")).toEqual(["v1.34.10"]);
      expect(await upgraded.planExitCode()).toBe(0);
    });
  });
});

describeWithTerraform("a version that OKE does not offer", () => {
  test("is refused before anything is made, with the versions that OKE offers, and is taken once OKE offers it", async () => {
    await withProvider(async (terraform) => {
      const { world } = terraform.provider;
      world.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { pool: V1_34 });
      await expect(stack.apply()).rejects.toThrow(
        /does not offer v1\.34\.10 for clusters in this region; it offers v1\.35\.2, v1\.36\.1, v1\.37\.1/,
      );
      expect(world.size).toBe(0);

      // Not what was read at first, but what OKE offers by now counts.
      world.offeredVersions = ["v1.34.10", ...NEWER];
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
    });
  });

  test("is refused by the plan of an upgrade, and the cluster goes on", async () => {
    await withProvider(async (terraform) => {
      terraform.provider.world.offeredVersions = ["v1.34.10", "v1.35.2"];
      await (await stackWith(terraform, { pool: V1_34 })).apply();
      const upgraded = await stackWith(terraform, { cluster: V1_36, pool: V1_34 });
      await expect(upgraded.plan()).rejects.toThrow(
        /does not offer v1\.36\.1 .* it offers v1\.34\.10, v1\.35\.2/,
      );
      expect(await (await stackWith(terraform, { pool: V1_34 })).planExitCode()).toBe(0);
    });
  });

  test("is refused by a cluster with a network of its own stack, before its network, its groups and its key are made", async () => {
    await withProvider(async (terraform) => {
      const { world } = terraform.provider;
      world.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { ownNetwork: false });
      await expect(stack.apply()).rejects.toThrow(/does not offer v1\.34\.10/);
      for (const type of [
        "oci_containerengine_cluster",
        "oci_core_network_security_group",
        "oci_kms_vault",
        "oci_identity_policy",
      ]) {
        expect([type, world.all(type)]).toEqual([type, []]);
      }
    });
  });

  test("is refused by a node pool of a cluster that has another one", async () => {
    await withProvider(async (terraform) => {
      const { world } = terraform.provider;
      world.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { cluster: V1_36, pool: V1_34 });
      await expect(stack.apply()).rejects.toThrow(
        /does not offer v1\.34\.10 for node pools .* it offers v1\.35\.2/,
      );
      expect(world.all("oci_containerengine_node_pool")).toEqual([]);
    });
  });

  test("is left to OKE where the comparison is switched off", async () => {
    await withProvider(async (terraform) => {
      const { world } = terraform.provider;
      world.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { pool: V1_34, verify: false });
      await expect(stack.apply()).rejects.toThrow(/Invalid kubernetesVersion: v1\.34\.10/);
      expect(JSON.stringify(await stack.show())).not.toMatch(/oci_containerengine_\w+_option/);
    });
  });
});
