import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Port } from "../../lib/core/port";
import { Egress } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { OciProvider } from "../../lib/oci/provider";
import { ExternalPeer } from "../../lib/network-policy/external-peer";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { COMPARTMENT } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "../terraform/terraform";
import { IMAGE } from "../workload/support";

jest.setTimeout(120_000);

const to = (cidr: string) => Egress.to(cidr, Port.tcp(443), { reason: "A test" });

/** A cluster with a pool and a workload; with what each of them and its ways out need. */
function program(isOpen: boolean): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      egress: isOpen ? [to("198.51.100.0/24")] : undefined,
    });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 1, memory: Size.gibibytes(8) }),
      size: 1,
      egress: isOpen ? [to("192.0.2.0/24")] : undefined,
    });
    const { compartmentId, vcnId } = cluster.network;
    const securityGroup = new NetworkSecurityGroup(stack, "databases", { compartmentId, vcnId });
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const egress = isOpen ? [to("203.0.113.0/24")] : undefined;
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, egress });
    const db = new ExternalPeer(chart, "db", { cidr: "10.0.9.0/24", securityGroup });
    if (isOpen) web.connections.allowTo(db, Port.tcp(5432), { reason: "Orders" });
    cluster.addCdk8sChart("shop", chart);
  };
}

async function stackWith(terraform: Terraform, isOpen: boolean) {
  const [run] = await terraform.initAll(synthInto(terraform.outdir(), program(isOpen)));
  return run!;
}

describeWithTerraform("egress of an existing cluster, its node pool, and its workload", () => {
  test("of a cluster is added and removed in place, with an empty plan after each apply", async () => {
    await withProvider(async (terraform) => {
      await (await stackWith(terraform, false)).apply();
      const open = await stackWith(terraform, true);
      const changes = await open.changes();
      const replaced = Object.entries(changes).filter(([, actions]) => actions.includes("delete"));
      expect(replaced).toEqual([]);
      const updated = Object.entries(changes).filter(([, actions]) => actions.includes("update"));
      expect(
        updated.map(([address]) => address.replace(/\..*?(Workers|Pods|pool)?_[0-9A-F]{8}$/, " $1")).sort(),
      ).toEqual(["oci_containerengine_node_pool pool", "oci_core_subnet Pods", "oci_core_subnet Workers"]);
      await open.apply();
      expect(await open.output("shop_manifests")).toContain("cidr: 203.0.113.0/24");
      expect(await (await stackWith(terraform, true)).changes()).toEqual({});
      const closed = await stackWith(terraform, false);
      await closed.apply();
      expect(await closed.output("shop_manifests")).not.toContain("203.0.113.0/24");
    });
  });
});
