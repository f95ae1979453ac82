import { Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
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
  /** Whether the cluster creates its network; otherwise the stack creates it and passes it to the cluster. */
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

async function stackWith(terraform: Terraform, options: Program): Promise<TerraformStackRun> {
  const [run] = await terraform.initAll(synthInto(terraform.outdir(), program(options)));
  return run!;
}

const versionsIn = (terraform: Terraform, type: string) =>
  terraform.provider.account.all(type).map(({ kubernetes_version }) => kubernetes_version);

describeWithTerraform("a Kubernetes version that OKE offers", () => {
  test("is applied, and keeps its clusters and node pools unchanged after OKE retires it", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const stack = await stackWith(terraform, { pool: V1_34 });
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
      account.offeredVersions = NEWER;
      expect(await stack.planExitCode()).toBe(0);

      // The program still applies when something else about the cluster changes.
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

describeWithTerraform("a Kubernetes version that OKE does not offer", () => {
  test("fails the apply before a resource is created, lists the offered versions, and is applied once OKE offers it", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      account.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { pool: V1_34 });
      await expect(stack.apply()).rejects.toThrow(
        /does not offer v1\.34\.10 for clusters in this region; it offers v1\.35\.2, v1\.36\.1, v1\.37\.1/,
      );
      expect(account.size).toBe(0);

      // The next apply reads the offered versions again.
      account.offeredVersions = ["v1.34.10", ...NEWER];
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
    });
  });

  test("fails the plan of an upgrade and leaves the cluster unchanged", async () => {
    await withProvider(async (terraform) => {
      terraform.provider.account.offeredVersions = ["v1.34.10", "v1.35.2"];
      await (await stackWith(terraform, { pool: V1_34 })).apply();
      const upgraded = await stackWith(terraform, { cluster: V1_36, pool: V1_34 });
      await expect(upgraded.plan()).rejects.toThrow(
        /does not offer v1\.36\.1 .* it offers v1\.34\.10, v1\.35\.2/,
      );
      expect(await (await stackWith(terraform, { pool: V1_34 })).planExitCode()).toBe(0);
    });
  });

  test("fails the apply before security groups, the key and the cluster are created where the stack creates the network", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      account.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { ownNetwork: false });
      await expect(stack.apply()).rejects.toThrow(/does not offer v1\.34\.10/);
      for (const type of [
        "oci_containerengine_cluster",
        "oci_core_network_security_group",
        "oci_kms_vault",
        "oci_identity_policy",
      ]) {
        expect([type, account.all(type)]).toEqual([type, []]);
      }
    });
  });

  test("fails the apply of a node pool whose cluster has an offered version", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      account.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { cluster: V1_36, pool: V1_34 });
      await expect(stack.apply()).rejects.toThrow(
        /does not offer v1\.34\.10 for node pools .* it offers v1\.35\.2/,
      );
      expect(account.all("oci_containerengine_node_pool")).toEqual([]);
    });
  });

  test("is rejected by OKE itself where verifyKubernetesVersion is false", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      account.offeredVersions = NEWER;
      const stack = await stackWith(terraform, { pool: V1_34, verify: false });
      await expect(stack.apply()).rejects.toThrow(/Invalid kubernetesVersion: v1\.34\.10/);
      expect(JSON.stringify(await stack.show())).not.toMatch(/oci_containerengine_\w+_option/);
    });
  });
});
