import * as path from "node:path";
import { App as KubernetesApp, Chart, Size } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import {
  ContainerImage,
  EndpointAccess,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPeer,
  NodeImage,
  NodeShape,
  Port,
  PrivateNodePool,
  SecureNamespace,
  SecureOkeCluster,
  TlsTermination,
  oci,
  type ISecureOkeCluster,
  type SecureOkeClusterProps,
} from "secure-oke";
import {
  describeWithTerraform,
  synthInto,
  withProvider,
  type Terraform,
  type TerraformStackRun,
} from "./terraform";
import { parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

const DIGEST = `sha256:${"0".repeat(64)}`;

interface Variant {
  /** Runs before the first pool is created, so that its constructs come first. */
  readonly first?: (cluster: SecureOkeCluster) => void;
  readonly last?: (cluster: SecureOkeCluster) => void;
  readonly cluster?: Partial<SecureOkeClusterProps>;
}

function newStack(app: App, id: string): TerraformStack {
  const stack = new TerraformStack(app, id);
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  return stack;
}

function addPool(cluster: SecureOkeCluster, id: string): void {
  new PrivateNodePool(TerraformStack.of(cluster), id, {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });
}

/** A chart whose load balancer refers to the cluster. The cluster may be in another stack than the chart's output. */
function shop(cluster: ISecureOkeCluster, id: string): Chart {
  const chart = new Chart(new KubernetesApp(), id, { namespace: id });
  const web = new HardenedDeployment(chart, "web", {
    image: ContainerImage.of(`fra.ocir.io/a/w@${DIGEST}`),
    port: 8080,
  });
  web.exposeViaLoadBalancer({
    cluster,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  });
  new SecureNamespace(chart, "namespace", { name: id });
  return chart;
}

const RANGES = ["10.200.0.0/24", "10.201.0.0/24"];

function newCluster(
  stack: TerraformStack,
  id: string,
  props: Partial<SecureOkeClusterProps> = {},
): SecureOkeCluster {
  return new SecureOkeCluster(stack, id, {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });
}

function program({ first, last, cluster: props }: Variant): (app: App) => void {
  return (app) => {
    const endpointAccess = EndpointAccess.privateFrom(RANGES);
    const cluster = newCluster(newStack(app, "shop"), "cluster", { endpointAccess, ...props });
    first?.(cluster);
    addPool(cluster, "general");
    cluster.addCdk8sChart("shop", shop(cluster, "shop"));
    last?.(cluster);
  };
}

function stackOf(terraform: Terraform, variant: Variant): Promise<TerraformStackRun> {
  return terraform.init(path.join(synthInto(terraform.outdir(), program(variant)), "stacks/shop"));
}

/** Changes of the program, each with the only action that Terraform may plan for it. */
const CHANGES: readonly [change: string, action: "create" | "nothing", variant: Variant][] = [
  ["another node pool after the first", "create", { last: (cluster) => addPool(cluster, "batch") }],
  ["another node pool before the first", "create", { first: (cluster) => addPool(cluster, "batch") }],
  [
    "a rule for an address range and a rule between security groups",
    "create",
    {
      first: ({ workerSecurityGroup, podSecurityGroup }) => {
        const reason = { reason: "A test" };
        workerSecurityGroup.allowFrom(NetworkPeer.cidr("10.9.0.0/16"), Port.tcp(9100), reason);
        workerSecurityGroup.allowTo(podSecurityGroup, Port.tcp(9100), reason);
      },
    },
  ],
  ["another cluster", "create", { first: (cluster) => newCluster(TerraformStack.of(cluster), "another") }],
  [
    "another chart",
    "nothing",
    { first: (cluster) => cluster.addCdk8sChart("admin", shop(cluster, "admin")) },
  ],
  [
    "the same ranges of the API endpoint in another order",
    "nothing",
    { cluster: { endpointAccess: EndpointAccess.privateFrom([...RANGES].reverse()) } },
  ],
  [
    "another range of the API endpoint",
    "create",
    { cluster: { endpointAccess: EndpointAccess.privateFrom(["10.199.0.0/24", ...RANGES]) } },
  ],
];

describeWithTerraform("a program that gains constructs", () => {
  test("neither updates nor replaces the existing resources", async () => {
    await withProvider(async (terraform) => {
      const before = await stackOf(terraform, {});
      await before.apply();
      const manifests = await before.output("shop_manifests");
      for (const [change, action, variant] of CHANGES) {
        // Data sources of the new resources are read during the apply.
        const actions = new Set(Object.values(await (await stackOf(terraform, variant)).changes()).flat());
        actions.delete("read");
        expect([change, ...actions]).toEqual(action === "nothing" ? [change] : [change, action]);
      }
      // After an apply of all changes the manifests of the first chart are the same.
      const all = await stackOf(terraform, {
        first: (cluster) => CHANGES.forEach(([, , { first }]) => first?.(cluster)),
        cluster: Object.assign({}, ...CHANGES.map(([, , variant]) => variant.cluster)),
      });
      await all.apply();
      expect(await all.planExitCode()).toBe(0);
      expect(await all.output("shop_manifests")).toBe(manifests);
    });
  });
});

describeWithTerraform("a program whose tags change", () => {
  test("updates all resources in place", async () => {
    await withProvider(async (terraform) => {
      await (await stackOf(terraform, {})).apply();
      const tags = { freeformTags: { team: "shop" }, definedTags: { "Operations.CostCenter": "42" } };
      const changes = await (await stackOf(terraform, { cluster: tags })).changes();
      expect([...new Set(Object.values(changes).flat())]).toEqual(["update"]);
    });
  });
});

describeWithTerraform("charts for a cluster of another stack", () => {
  test("get its subnets, whether they use the cluster itself or import it by its attributes", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const cluster = newCluster(newStack(app, "platform"), "cluster");
        const { clusterId, compartmentId, network, workerSecurityGroup } = cluster;
        const shops = newStack(app, "shops");
        const imported = SecureOkeCluster.fromClusterAttributes(shops, "imported", {
          clusterId,
          compartmentId,
          network,
          workerSecurityGroup,
        });
        imported.addCdk8sChart("imported", shop(imported, "imported"));
        imported.addCdk8sChart("direct", shop(cluster, "direct"));
      });
      const [platform, shops] = await terraform.initAll(outdir);
      expect([platform!.name, shops!.name]).toEqual(["platform", "shops"]);
      for (const stack of [platform!, shops!]) {
        await stack.validate();
        await stack.apply();
        expect(await stack.planExitCode()).toBe(0);
      }
      const subnets = terraform.provider.account.all("oci_core_subnet").map(({ id }) => id);
      for (const name of ["imported", "direct"]) {
        const objects = parseYaml(await shops!.output(`${name}_manifests`), "1.2") as any[];
        expect(objects[0].kind).toBe("Namespace");
        const { annotations } = objects.find(({ spec }) => spec?.type === "LoadBalancer").metadata;
        expect(subnets).toContain(annotations["service.beta.kubernetes.io/oci-load-balancer-subnet1"]);
      }
    });
  });
});
