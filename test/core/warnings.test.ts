import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformStack, Testing } from "cdktf";
import { App as KubernetesApp, Chart } from "cdk8s";
import {
  ClusterNetwork,
  ContainerImage,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  NetworkPolicyEngine,
  NetworkSecurityGroup,
  ResourceTags,
  SecureOkeCluster,
  TlsTermination,
  oci,
} from "../../lib";
import { addWarning } from "../../lib/core/warnings";

const emitted = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
const codes = () => emitted.mock.calls.map(([, options]) => (options as { code?: string }).code);
afterEach(() => emitted.mockClear());

const compartmentId = "ocid1.compartment.oc1..example";

function stackOf(app: App, options: { readonly ignoreDefinedTags?: string[] } = {}): TerraformStack {
  const stack = new TerraformStack(app, "shop");
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1", ...options });
  return stack;
}

test("a warning is in the manifest of the app and on stderr, with its id as the code", () => {
  const stack = stackOf(new App());
  addWarning(stack, "[some-id] shop: two\nlines");
  expect(stack.node.metadata.map(({ data }) => data as unknown)).toEqual(["[some-id] shop: two\nlines"]);
  expect(emitted.mock.calls).toEqual([["shop: two\nlines", { type: "SecureOkeWarning", code: "some-id" }]]);
});

test("a warning without an id is printed as it is", () => {
  addWarning(stackOf(new App()), "shop: something");
  expect(emitted.mock.calls).toEqual([["shop: something", { type: "SecureOkeWarning", code: undefined }]]);
});

test("defined tags that every plan would remove cause a warning on stderr", () => {
  const app = Testing.app();
  const stack = stackOf(app);
  ResourceTags.of(stack).add({ definedTags: { "Operations.CostCenter": "42" } });
  new SecureOkeCluster(stack, "cluster", {
    compartmentId,
    kubernetesVersion: KubernetesVersion.V1_35,
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "Installed by the platform team" }),
  });
  app.synth();
  expect(codes()).toEqual(expect.arrayContaining(["ignore-defined-tags", "tag-namespaces"]));
  const texts = emitted.mock.calls.map(([text]) => String(text)).join("\n");
  expect(texts).toContain(
    "request.principal.id = '<OCID of the cluster>', target.tag-namespace.name = 'Operations'",
  );
  expect(texts).not.toContain("TfToken");
});

test("an imported cluster that may lack rights for its load balancers is warned about on stderr", () => {
  const app = Testing.app();
  const stack = stackOf(app);
  const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.example",
    compartmentId,
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.example",
      compartmentId,
      loadBalancerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.balancers", cidr: "10.0.1.0/24" },
      workerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.workers", cidr: "10.0.2.0/24" },
    }),
    workerSecurityGroup: NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      "workers",
      "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.workers",
    ),
    networkPolicyEngine: NetworkPolicyEngine.existing({ reason: "Installed by the platform team" }),
  });
  const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
  const web = new HardenedDeployment(chart, "web", {
    image: ContainerImage.of(`registry.example/web@sha256:${"a".repeat(64)}`),
    port: 8080,
  });
  const certificateId = "ocid1.certificate.oc1.eu-frankfurt-1.example";
  web.exposeViaLoadBalancer({
    cluster,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    tls: TlsTermination.atLoadBalancer({ certificateId }),
  });
  cluster.addCdk8sChart("shop", chart);
  app.synth();
  expect(codes()).toContain("load-balancer-rights");
  expect(emitted.mock.calls.map(([text]) => text)).toContainEqual(
    expect.stringContaining("may lack the permission to use the certificates"),
  );
});

test("a Kubernetes version that this release does not know is warned about on stderr", () => {
  new SecureOkeCluster(stackOf(new App()), "cluster", {
    compartmentId,
    kubernetesVersion: KubernetesVersion.of("v1.99.1"),
  });
  expect(codes()).toContain("kubernetes-version");
});

test("every warning of the library goes to stderr too: nothing else writes annotations", () => {
  const lib = join(__dirname, "..", "..", "lib");
  const files = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const writers = files.filter((name) => /\bAnnotations\.of\(/.test(readFileSync(join(lib, name), "utf8")));
  expect(writers).toEqual([join("core", "warnings.ts")]);
});
