import { Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import {
  ClusterEncryption,
  ClusterNetwork,
  KubernetesVersion,
  NetworkSecurityGroup,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  RegionServices,
  SecureOkeCluster,
  TakeOver,
  type ClusterTakeOverOptions,
  oci,
} from "secure-oke";
import { describeWithTerraform, synthInto, withProvider, type TerraformStackRun } from "./terraform";

jest.setTimeout(240_000);

const CLUSTER = "oci_containerengine_cluster";
const POOL = "oci_containerengine_node_pool";
const compartmentId = "ocid1.compartment.oc1..existing";
const imageId = "ocid1.image.oc1.eu-frankfurt-1.existing";
const key = "ocid1.key.oc1.eu-frankfurt-1.existing";
const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.existing";
const subnetOf = (name: string) => `ocid1.subnet.oc1.eu-frankfurt-1.existing${name}`;
const groupOf = (name: string) => `ocid1.networksecuritygroup.oc1.eu-frankfurt-1.existing${name}`;

function stackOf(app: App, name: string): TerraformStack {
  const stack = new TerraformStack(app, name);
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  return stack;
}

/** A cluster with one node pool, created without this library with the arguments that terraform-oci-oke sets. */
function handMade(app: App, kmsKeyId?: string): void {
  const stack = stackOf(app, "hand-made");
  const cluster = new oci.containerengineCluster.ContainerengineCluster(stack, "k8s", {
    compartmentId,
    name: "shop",
    type: "ENHANCED_CLUSTER",
    kubernetesVersion: KubernetesVersion.V1_34.version,
    vcnId,
    kmsKeyId,
    clusterPodNetworkOptions: [{ cniType: "OCI_VCN_IP_NATIVE" }],
    endpointConfig: {
      isPublicIpEnabled: false,
      subnetId: subnetOf("cp"),
      nsgIds: [groupOf("cp")],
    },
    options: {
      serviceLbSubnetIds: [subnetOf("lb")],
      ipFamilies: ["IPv4"],
      kubernetesNetworkConfig: { servicesCidr: "10.96.0.0/16" },
    },
  });
  new oci.containerengineNodePool.ContainerengineNodePool(stack, "pool", {
    clusterId: cluster.id,
    compartmentId,
    name: "general",
    kubernetesVersion: KubernetesVersion.V1_34.version,
    nodeShape: "VM.Standard.E5.Flex",
    nodeShapeConfig: { ocpus: 2, memoryInGbs: 16 },
    nodeSourceDetails: { sourceType: "IMAGE", imageId },
    nodeConfigDetails: {
      size: 3,
      placementConfigs: [{ availabilityDomain: "test:EU-FRANKFURT-1-AD-1", subnetId: subnetOf("workers") }],
      nodePoolPodNetworkOptionDetails: {
        cniType: "OCI_VCN_IP_NATIVE",
        maxPodsPerNode: 31,
        podSubnetIds: [subnetOf("pods")],
      },
    },
  });
}

interface Existing {
  readonly clusterId: string;
  readonly nodePoolId: string;
}

function takenOver(app: App, existing: Existing, options?: ClusterTakeOverOptions): void {
  const stack = stackOf(app, "taken-over");
  const subnet = (name: string, cidr: string) => ({ subnetId: subnetOf(name), cidr });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId,
    clusterName: "shop",
    kubernetesVersion: KubernetesVersion.V1_34,
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId,
      compartmentId,
      vcnCidr: "10.0.0.0/16",
      regionServices: RegionServices.of({
        serviceId: "ocid1.service.oc1.eu-frankfurt-1.existing",
        cidrLabel: "all-fra-services-in-oracle-services-network",
      }),
      apiEndpointSubnet: subnet("cp", "10.0.0.0/29"),
      workerSubnet: subnet("workers", "10.0.144.0/20"),
      podSubnet: subnet("pods", "10.0.64.0/18"),
      loadBalancerSubnet: subnet("lb", "10.0.0.32/27"),
    }),
    encryption: new ClusterEncryption(stack, "encryption", { compartmentId, existingKeyId: key }),
    apiEndpointSecurityGroups: [
      NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, "cp", {
        networkSecurityGroupId: groupOf("cp"),
        vcnId,
      }),
    ],
  });
  TakeOver.cluster(cluster, existing.clusterId, options);
  const pool = new PrivateNodePool(stack, "general", {
    cluster,
    image: NodeImage.of(imageId),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });
  TakeOver.nodePool(pool, existing.nodePoolId);
}

const summaryOf = (plan: string) => /^Plan: .*$/m.exec(plan)?.[0] ?? "";

describeWithTerraform("the take-over of a cluster that was created without the library", () => {
  /** Creates the cluster and synthesizes a program that takes it over. */
  async function takeOver(
    kmsKeyId: string | undefined,
    options: ClusterTakeOverOptions | undefined,
    use: (
      run: TerraformStackRun,
      account: { readonly cluster: () => any; readonly count: () => number },
    ) => Promise<void>,
  ): Promise<void> {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const [first] = await terraform.initAll(
        synthInto(terraform.outdir("before"), (app) => handMade(app, kmsKeyId)),
      );
      await first!.apply();
      const existing = { clusterId: account.all(CLUSTER)[0]!.id, nodePoolId: account.all(POOL)[0]!.id };
      const [second] = await terraform.initAll(
        synthInto(terraform.outdir("after"), (app) => takenOver(app, existing, options)),
      );
      await use(second!, {
        cluster: () => account.get(CLUSTER, existing.clusterId),
        count: () => account.all(CLUSTER).length + account.all(POOL).length,
      });
    });
  }

  test("imports the cluster and its node pool, and destroys nothing", async () => {
    await takeOver(key, undefined, async (run, { cluster, count }) => {
      const plan = await run.plan();
      process.stdout.write(`    ${summaryOf(plan)}\n`);
      expect(summaryOf(plan)).toMatch(/^Plan: 2 to import, \d+ to add, 2 to change, 0 to destroy\.$/);
      const changes = Object.entries(await run.changes());
      expect(changes.filter(([, actions]) => actions.includes("delete"))).toEqual([]);
      expect(changes.filter(([address]) => address.startsWith(CLUSTER))).toEqual([
        [expect.any(String), ["update"]],
      ]);
      await run.apply();
      expect(count()).toBe(2);
      expect(cluster().endpoint_config[0].nsg_ids).toHaveLength(2);
      expect(cluster().endpoint_config[0].nsg_ids).toContain(groupOf("cp"));
      // The import blocks stay in the program and have no effect.
      expect(await run.planExitCode()).toBe(0);
    });
  });

  test("keeps the encryption key of Oracle where a reason is given", async () => {
    const encryptedByOracleKey = { reason: "The next cluster has our key" };
    await takeOver(undefined, { encryptedByOracleKey }, async (run, { cluster }) => {
      expect(summaryOf(await run.plan())).toMatch(/^Plan: 2 to import, .* 0 to destroy\.$/);
      const before = cluster().kms_key_id;
      await run.apply();
      expect(cluster().kms_key_id).toBe(before);
      expect(await run.planExitCode()).toBe(0);
    });
  });

  test("fails at the plan instead of replacing a cluster whose Secrets are encrypted with another key", async () => {
    await takeOver(undefined, undefined, async (run, { count }) => {
      await expect(run.plan()).rejects.toThrow(/Instance cannot be destroyed/);
      expect(count()).toBe(2);
    });
  });
});

describeWithTerraform("the take-over of a cluster that does not exist", () => {
  test("fails at the plan with the OCID of the cluster", async () => {
    await withProvider(async (terraform) => {
      const existing = {
        clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.gone",
        nodePoolId: "ocid1.nodepool.oc1.eu-frankfurt-1.gone",
      };
      const [run] = await terraform.initAll(synthInto(terraform.outdir(), (app) => takenOver(app, existing)));
      await expect(run!.plan()).rejects.toThrow(/ocid1\.cluster\.oc1\.eu-frankfurt-1\.gone/);
    });
  });
});
