import { Testing, TerraformStack } from "cdktf";
import { App, Chart, Size } from "cdk8s";
import {
  ContainerImage,
  HardenedDeployment,
  KubernetesVersion,
  NetworkPolicyEngine,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureOkeCluster,
  oci,
} from "../../lib";

const emitted = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
afterEach(() => emitted.mockClear());

function fixFor(nodeSelector: { [key: string]: string }): string | undefined {
  const app = Testing.app();
  const stack = new TerraformStack(app, "shop");
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_35,
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "Installed by the platform team" }),
  });
  for (const tier of ["memory", "general"]) {
    new PrivateNodePool(stack, tier, {
      cluster,
      image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
      labels: { tier },
    });
  }
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  new HardenedDeployment(chart, "web", {
    image: ContainerImage.of(`registry.example/web@sha256:${"a".repeat(64)}`),
    nodeSelector,
  });
  cluster.addCdk8sChart("shop", chart);
  app.synth();
  const [text] =
    emitted.mock.calls.find(([, options]) => (options as { code?: string }).code === "node-selector") ?? [];
  return text === undefined ? undefined : /Instead: (.*)/.exec(String(text))?.[1];
}

test("the fix for a node selector with an unknown value lists the values of the node pools", () => {
  expect(fixFor({ tier: "memry" })).toBe(
    'Give a pool the label: labels: { "tier": "memry" }; or select a label that a pool has: tier=general, tier=memory',
  );
});

test("the fix for a node selector with an unknown key is to add the label to a node pool", () => {
  expect(fixFor({ disk: "fast" })).toBe('Give a pool the label: labels: { "disk": "fast" }');
});

test("a node selector that a pool matches gives no warning", () => {
  expect(fixFor({ tier: "memory" })).toBeUndefined();
});
