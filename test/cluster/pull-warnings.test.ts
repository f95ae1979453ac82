import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App, TerraformVariable, type TerraformStack } from "cdktf";
import { ApiObject, App as KubernetesApp, Chart, Size } from "cdk8s";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NetworkPolicyEngine } from "../../lib/cluster/policy-engine/network-policy-engine";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeRegistryAccess } from "../../lib/cluster/node-registry-access";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { type PrivateNodePoolProps } from "../../lib/cluster/private-node-pool-props";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { COMPARTMENT, newStack } from "../support/stack";
import { DIGEST } from "../workload/support";

const EXISTING = NetworkPolicyEngine.existing({ reason: "The platform team runs Calico" });
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "pulls-"));
const warnings = jest.spyOn(process, "emitWarning").mockImplementation();
beforeEach(() => warnings.mockClear());
afterAll(() => fs.rmSync(outdir, { recursive: true }));

interface Program {
  readonly stack: TerraformStack;
  readonly cluster: SecureOkeCluster;
  /** Adds a chart with one workload, and the namespace's own words. */
  add(id: string, image?: string, namespace?: object, workload?: object): Chart;
  pool(id: string, props?: Partial<PrivateNodePoolProps>): void;
  access(...repositories: string[]): NodeRegistryAccess;
}

function warningsOf(write: (program: Program) => void, networkPolicyEngine = EXISTING): string[] {
  const app = new App({ outdir });
  const stack = newStack("shop", app);
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    networkPolicyEngine,
  });
  write({
    stack,
    cluster,
    add: (id, image = "fra.ocir.io/acme/web", namespace = {}, workload = {}) => {
      const chart = new Chart(new KubernetesApp(), id, { namespace: id });
      new SecureNamespace(chart, "namespace", { name: id, ...namespace });
      new HardenedDeployment(chart, "web", { image: ContainerImage.of(`${image}@${DIGEST}`), ...workload });
      cluster.addCdk8sChart(id, chart);
      return chart;
    },
    pool: (id, props) => {
      const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
      const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
      new PrivateNodePool(stack, id, { cluster, image, shape, size: 1, ...props });
    },
    access: (...repositories) =>
      new NodeRegistryAccess(stack, "registry", {
        cluster,
        tenancyId: "ocid1.tenancy.oc1..test",
        repositories,
        nodeTag: "Operations.NodeRole",
      }),
  });
  app.synth();
  app.synth();
  // Those of other checks, such as for the tags of nodes, are not what is asked for here.
  const code = "image-pull-credentials";
  const emitted = warnings.mock.calls
    .filter(([, options]) => (options as { code?: string }).code === code)
    .map(([text]) => String(text).split("\n")[0] ?? "");
  const manifest = JSON.parse(fs.readFileSync(path.join(outdir, "manifest.json"), "utf8"));
  const shown = (manifest.stacks.shop.annotations ?? [])
    .map(({ message }: any) => message.split("\n")[0])
    .filter((message: string) => message.startsWith(`[${code}] `));
  expect(shown).toEqual(emitted.map((text) => `[${code}] ${text}`));
  return emitted;
}

/** A pod of others that runs as an account which its chart brings. */
function addTheirs(chart: Chart): void {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "theirs" } };
  new ApiObject(chart, "account", account);
  const containers = [{ name: "it", image: "fra.ocir.io/acme/it:1" }];
  const spec = { serviceAccountName: "theirs", containers };
  new ApiObject(chart, "pod", { apiVersion: "v1", kind: "Pod", metadata: { name: "it" }, spec });
}

const WARNING = (id: string, what: string) =>
  `shop/cluster: images of the chart ${id} may need credentials, and nothing provides them: ${what}`;

test("each chart with images of OCIR that nodes may not be able to pull gives one warning", () => {
  const warnings = warningsOf(({ add }) => {
    const chart = add("one");
    for (const id of ["a", "b", "c"]) {
      new HardenedDeployment(chart, id, { image: ContainerImage.of(`fra.ocir.io/acme/${id}@${DIGEST}`) });
    }
    add("two", "ocir.eu-frankfurt-1.oci.oraclecloud.com/acme/web");
  });
  const first =
    "fra.ocir.io/acme/a (Deployment a), fra.ocir.io/acme/b (Deployment b), fra.ocir.io/acme/c (Deployment c), 1 more";
  const second = "ocir.eu-frankfurt-1.oci.oraclecloud.com/acme/web (Deployment web)";
  expect(warnings).toEqual([WARNING("one", first), WARNING("two", second)]);
});

test.each<[string, (program: Program) => void]>([
  ["a registry that is not OCIR", ({ add }) => void add("shop", "quay.io/acme/web")],
  ["pull Secrets of the namespace", ({ add }) => void add("shop", undefined, { imagePullSecrets: ["ocir"] })],
  [
    "pull Secrets of the workload",
    ({ add }) => void add("shop", undefined, {}, { imagePullSecrets: ["ocir"] }),
  ],
  ["a namespace whose images need none", ({ add }) => void add("shop", undefined, { imagePullSecrets: [] })],
  [
    "a workload whose images need none",
    ({ add }) => void add("shop", undefined, {}, { imagePullSecrets: [] }),
  ],
  [
    "nodes that may pull the repository",
    ({ add, pool, access }) => {
      add("shop");
      pool("general", { registryAccess: access("web") });
    },
  ],
  [
    "nodes that may pull repositories whose names begin so",
    ({ add, pool, access }) => {
      pool("general", { registryAccess: access("we*") });
      add("shop");
    },
  ],
  [
    "an account of another origin, whose Secrets nobody knows",
    ({ add }) => {
      const chart = add("shop", "quay.io/acme/web");
      const spec = {
        serviceAccountName: "theirs",
        containers: [{ name: "it", image: "fra.ocir.io/acme/it:1" }],
      };
      new ApiObject(chart, "pod", { apiVersion: "v1", kind: "Pod", metadata: { name: "it" }, spec });
    },
  ],
  [
    "an account of another origin in a namespace that gives it its pull Secrets",
    ({ add }) => {
      const chart = add("shop", "quay.io/acme/web", { imagePullSecrets: ["ocir"] });
      addTheirs(chart);
    },
  ],
  [
    "an image whose registry Terraform says",
    ({ add, stack }) => {
      const chart = add("shop", "quay.io/acme/web");
      const image = `${new TerraformVariable(stack, "registry", {}).stringValue}/acme/web:1`;
      const spec = { containers: [{ name: "it", image }] };
      new ApiObject(chart, "pod", { apiVersion: "v1", kind: "Pod", metadata: { name: "it" }, spec });
    },
  ],
])("no warning of %s", (_, write) => {
  expect(warningsOf(write)).toEqual([]);
});

test.each<[string, (program: Program) => void]>([
  [
    "a repository that the nodes may not pull",
    ({ add, pool, access }) => {
      add("shop");
      pool("general", { registryAccess: access("worker") });
    },
  ],
  [
    "a pool without access beside one with it",
    ({ add, pool, access }) => {
      add("shop");
      pool("general", { registryAccess: access("web") });
      pool("second");
    },
  ],
  [
    "nodes that a workload chooses and that may not pull",
    ({ add, pool, access }) => {
      add("shop", undefined, {}, { nodeSelector: { tier: "gpu" } });
      pool("general", { registryAccess: access("web") });
      pool("gpu", { labels: { tier: "gpu" } });
    },
  ],
])("a warning of %s", (_, write) => {
  expect(warningsOf(write)).toEqual([WARNING("shop", "fra.ocir.io/acme/web (Deployment web)")]);
});

test("a third-party service account gives a warning if neither it nor its namespace has a pull Secret", () => {
  expect(warningsOf(({ add }) => addTheirs(add("shop", "quay.io/acme/web")))).toEqual([
    WARNING("shop", "fra.ocir.io/acme/it (Pod it)"),
  ]);
});

test("a workload that selects nodes with registry access gives no warning because of other pools", () => {
  const write = ({ add, pool, access }: Program) => {
    add("shop", undefined, {}, { nodeSelector: { tier: "web" } });
    pool("web", { labels: { tier: "web" }, registryAccess: access("web") });
    pool("second");
  };
  expect(warningsOf(write)).toEqual([]);
});

test("pods of third-party charts and custom resources give the warning, depending on their service account", () => {
  const warnings = warningsOf(({ add }) => {
    const chart = add("shop", "quay.io/acme/web");
    const containers = [{ name: "it", image: "fra.ocir.io/acme/it:1" }];
    const inner = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "it" } };
    new ApiObject(chart, "rollout", { ...inner, spec: { template: { spec: { containers } } } });
  });
  expect(warnings).toEqual([WARNING("shop", "fra.ocir.io/acme/it (Rollout it)")]);
});

test("all containers of a pod are considered, and pods in a List", () => {
  const warnings = warningsOf(({ add }) => {
    const chart = add("shop", "quay.io/acme/web");
    const [web, init] = ["web", "init"].map((name) => [
      { name, image: `fra.ocir.io/acme/${name}@${DIGEST}` },
    ]);
    const metadata = { name: "it", namespace: "shop" };
    const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: web, initContainers: init } };
    new ApiObject(chart, "list", { apiVersion: "v1", kind: "List", metadata: { name: "all" }, items: [pod] });
  });
  expect(warnings).toEqual([
    WARNING("shop", "fra.ocir.io/acme/init (List all), fra.ocir.io/acme/web (List all)"),
  ]);
});

describe("a policy engine with images of OCIR", () => {
  const registry = { imageRegistry: "fra.ocir.io/acme/calico" };

  test("gives one warning if nodes may not be able to pull them", () => {
    const [warning, ...others] = warningsOf(() => undefined, NetworkPolicyEngine.calico(registry));
    expect(warning).toContain("images of the policy engine may need credentials");
    expect(warning).toContain("fra.ocir.io/acme/calico/node (the policy engine)");
    expect(others).toEqual([]);
  });

  test.each([[["ocir"]], [[]]])("gives none with the pull Secrets %j", (imagePullSecrets) => {
    expect(
      warningsOf(() => undefined, NetworkPolicyEngine.calico({ ...registry, imagePullSecrets })),
    ).toEqual([]);
    expect(
      warningsOf(() => undefined, NetworkPolicyEngine.cilium({ ...registry, imagePullSecrets })),
    ).toEqual([]);
  });

  test("gives no warning if the nodes have registry access", () => {
    const write = ({ pool, access }: Program) =>
      pool("general", { registryAccess: access("calico/node", "calico/kube-controllers") });
    expect(warningsOf(write, NetworkPolicyEngine.calico(registry))).toEqual([]);
  });
});
