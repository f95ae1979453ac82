import { isDeepStrictEqual } from "node:util";
import { Size } from "cdk8s";
import { TerraformStack, Testing, type App } from "cdktf";
import {
  AddOn,
  AddOnVersion,
  BlueGreenNodePools,
  ClusterAddOn,
  ClusterAutoscaler,
  KubernetesVersion,
  NodeCycling,
  NodeImage,
  NodePoolEdition,
  NodeShape,
  NodeTaint,
  PoolColor,
  PrivateNodePool,
  SecureOkeCluster,
  oci,
} from "secure-oke";
import {
  describeWithTerraform,
  synthInto,
  withProvider,
  type Terraform,
  type TerraformStackRun,
} from "./terraform";

jest.setTimeout(300_000);

const { V1_34, V1_35, V1_36 } = KubernetesVersion;
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });

const nameOf = (version: KubernetesVersion) =>
  `Oracle-Linux-8.10-2026.10.15-0-OKE-${version.version.slice(1)}-1610`;
const imageOf = (version: KubernetesVersion) =>
  NodeImage.of(`ocid1.image.oc1.eu-frankfurt-1.example${version.minor}`, { imageName: nameOf(version) });

interface Program {
  readonly cluster: KubernetesVersion;
  readonly system: KubernetesVersion;
  readonly batch: KubernetesVersion;
  readonly web: {
    readonly blue?: KubernetesVersion;
    readonly green?: KubernetesVersion;
    readonly retiring?: PoolColor;
  };
  readonly coreDns?: string;
}

function program({
  cluster: controlPlane,
  system,
  batch,
  web,
  coreDns = "v1.12.2",
}: Program): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "upgrade");
    new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: controlPlane,
    });
    new ClusterAutoscaler(stack, "autoscaler", { cluster });
    const pool = { cluster, shape };
    new PrivateNodePool(stack, "system", {
      ...pool,
      image: imageOf(system),
      kubernetesVersion: system,
      size: 2,
    });
    new PrivateNodePool(stack, "batch", {
      ...pool,
      image: imageOf(batch),
      kubernetesVersion: batch,
      autoscale: { min: 0, max: 5 },
      taints: [NodeTaint.noSchedule("workload", "batch")],
      cycling: NodeCycling.replaceBootVolumes(),
    });
    const edition = (version?: KubernetesVersion) =>
      version && NodePoolEdition.of(imageOf(version), { kubernetesVersion: version });
    new BlueGreenNodePools(stack, "web", {
      ...pool,
      size: 3,
      blue: edition(web.blue),
      green: edition(web.green),
      retiring: web.retiring,
    });
    new ClusterAddOn(stack, "dns", {
      cluster,
      addOn: AddOn.coreDns(),
      version: AddOnVersion.pinned(coreDns),
    });
  };
}

async function stackWith(terraform: Terraform, versions: Program): Promise<TerraformStackRun> {
  const [run] = await terraform.initAll(synthInto(terraform.outdir(), program(versions)));
  return run!;
}

/** The changes of a plan, one line each: the action, the address without its hash, and the attributes that an update changes. */
async function changesOf(run: TerraformStackRun): Promise<string[]> {
  await run.run(["plan", "-out=upgrade.plan", "-input=false", "-lock=false"]);
  const { resource_changes = [] } = JSON.parse((await run.run(["show", "-json", "upgrade.plan"])).stdout);
  const lines = resource_changes
    .filter(({ mode, change }: any) => mode === "managed" && change.actions.join() !== "no-op")
    .map(({ address, change }: any) => {
      const short = address.replace(/_[0-9A-F]{8}$/, "").replace(/^oci_containerengine_/, "");
      const attributes =
        change.actions.join() === "update" ? ` ${differences(change.before, change.after).join(", ")}` : "";
      const action = change.actions.length > 1 ? "replace" : change.actions[0];
      return `${action} ${short}${attributes}`;
    });
  return lines.sort();
}

function differences(before: any, after: any, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const isNested = [before, after].every((value) => typeof value === "object" && value !== null);
  if (!isNested) return [`${path}: ${before} -> ${after}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

const start: Program = { cluster: V1_34, system: V1_34, batch: V1_34, web: { blue: V1_34 } };
const [c34, c35, c36] = ["v1.34.10", "v1.35.2", "v1.36.1"];
const image = (minor: number) => `ocid1.image.oc1.eu-frankfurt-1.example${minor}`;
const pool = (name: string, from: number, to: number, versions: string) => [
  `replace terraform_data.${name}_RecordedVersions`,
  `update node_pool.${name} kubernetes_version: ${versions}, node_source_details.0.image_id: ${image(from)} -> ${image(to)}`,
];

/** The steps of docs/upgrades.md, each with all changes that it plans. */
const STEPS: readonly [step: string, program: Program, changes: readonly string[]][] = [
  [
    "the control plane to 1.35",
    { ...start, cluster: V1_35 },
    [
      "replace terraform_data.cluster_RecordedVersions",
      `update cluster.cluster kubernetes_version: ${c34} -> ${c35}`,
    ],
  ],
  [
    "the system pool to 1.35",
    { ...start, cluster: V1_35, system: V1_35 },
    pool("system", 34, 35, `${c34} -> ${c35}`),
  ],
  [
    "the autoscaled pool to 1.35",
    { ...start, cluster: V1_35, system: V1_35, batch: V1_35 },
    pool("batch", 34, 35, `${c34} -> ${c35}`),
  ],
  [
    "a green pool with 1.35 beside the blue pool",
    { ...start, cluster: V1_35, system: V1_35, batch: V1_35, web: { blue: V1_34, green: V1_35 } },
    [
      "create node_pool.web_Green",
      "create terraform_data.web_Green_FirstApply",
      "create terraform_data.web_Green_RecordedVersions",
    ],
  ],
  [
    "the blue pool as retiring",
    {
      ...start,
      cluster: V1_35,
      system: V1_35,
      batch: V1_35,
      web: { blue: V1_34, green: V1_35, retiring: PoolColor.BLUE },
    },
    [],
  ],
  [
    "the blue pool removed",
    { ...start, cluster: V1_35, system: V1_35, batch: V1_35, web: { green: V1_35 } },
    [
      "delete node_pool.web_Blue",
      "delete terraform_data.web_Blue_RecordedVersions",
      "delete terraform_data.web_Blue_FirstApply",
    ],
  ],
  [
    "the control plane to 1.36, with a CoreDNS version for 1.36",
    { cluster: V1_36, system: V1_35, batch: V1_35, web: { green: V1_35 }, coreDns: "v1.13.1" },
    [
      "replace terraform_data.cluster_RecordedVersions",
      `update cluster.cluster kubernetes_version: ${c35} -> ${c36}`,
      "update addon.dns version: v1.12.2 -> v1.13.1",
    ],
  ],
  [
    "all node pools to 1.36",
    { cluster: V1_36, system: V1_36, batch: V1_36, web: { green: V1_36 }, coreDns: "v1.13.1" },
    [
      ...pool("system", 35, 36, `${c35} -> ${c36}`),
      ...pool("batch", 35, 36, `${c35} -> ${c36}`),
      ...pool("web_Green", 35, 36, `${c35} -> ${c36}`),
    ],
  ],
];

describeWithTerraform("the upgrade of a cluster from Kubernetes 1.34 to 1.36", () => {
  test("updates the cluster and its node pools in place, and changes nothing else in each step", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const first = await stackWith(terraform, start);
      await first.apply();
      expect(await first.planExitCode()).toBe(0);
      // The autoscaler added nodes since then. No step may remove them.
      const [batch] = account.all("oci_containerengine_node_pool").filter(({ name }) => name === "batch");
      account.put("oci_containerengine_node_pool", {
        ...batch!,
        node_config_details: (batch!.node_config_details as any[]).map((details) => ({
          ...details,
          size: 4,
        })),
      });
      const planned: (readonly string[])[] = [];
      for (const [step, versions] of STEPS) {
        const run = await stackWith(terraform, versions);
        planned.push([step, ...(await changesOf(run)).map(withoutKind).sort()]);
        await run.apply();
        expect(await run.planExitCode()).toBe(0);
        const sizes = account.all("oci_containerengine_node_pool").filter(({ name }) => name === "batch");
        expect(sizes.map(({ node_config_details }) => (node_config_details as any[])[0].size)).toEqual([4]);
      }
      const printed = planned.flatMap(([step, ...changes]) => [step, ...changes.map((line) => `  ${line}`)]);
      process.stdout.write(`${printed.join("\n")}\n`);
      expect(planned).toEqual(STEPS.map(([step, , changes]) => [step, ...changes.map(withoutKind).sort()]));
      expect(account.all("oci_containerengine_cluster").map((cluster) => cluster.kubernetes_version)).toEqual(
        [c36],
      );
    });
  });

  test("upgrades the control plane before the node pools where one apply upgrades both", async () => {
    await withProvider(async (terraform) => {
      await (await stackWith(terraform, start)).apply();
      // The provider double rejects a pool that is newer than its cluster, as OKE does.
      const all = await stackWith(terraform, {
        cluster: V1_36,
        system: V1_36,
        batch: V1_36,
        web: { blue: V1_36 },
      });
      await all.apply();
      expect(await all.planExitCode()).toBe(0);
    });
  });

  test("fails at synthesis where a node pool would be newer than the control plane, or too old for it", () => {
    const synthesis = (versions: Program) => () => program(versions)(Testing.app());
    expect(synthesis({ ...start, system: V1_35 })).toThrow(
      /VERSION_SKEW.*newer than v1\.34\.10 of the control plane/s,
    );
    expect(synthesis({ ...start, cluster: KubernetesVersion.of("v1.38.1") })).toThrow(
      /VERSION_SKEW.*4 minor versions older/s,
    );
  });
});

function withoutKind(line: string): string {
  return line.replace(/ (cluster|node_pool|addon|terraform_data)\./, " ");
}
