import { App as ManifestsApp, Chart, Size } from "cdk8s";
import { Testing, Token, type App } from "cdktf";
import { Construct } from "constructs";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { ClusterSecurityGroups } from "../../lib/network/security-groups/cluster-security-groups";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.test";
const clusterId = "ocid1.cluster.oc1.eu-frankfurt-1.test";
const compartmentId = COMPARTMENT;
const kubernetesVersion = KubernetesVersion.V1_34;
const regionServices = RegionServices.of({
  serviceId: "ocid1.service.oc1.fra.test",
  cidrLabel: "all-fra-services-in-oracle-services-network",
});

function newPool(scope: Construct, id: string) {
  const cluster = new SecureOkeCluster(newStack(), "cluster", { compartmentId, kubernetesVersion });
  const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
  const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
  return new PrivateNodePool(scope, id, { cluster, image, shape, size: 1 });
}

type Make = (scope: Construct, id: string) => unknown;
const constructs: [string, Make][] = [
  ["cluster", (scope, id) => new SecureOkeCluster(scope, id, { compartmentId, kubernetesVersion })],
  ["pool", newPool],
  ["key", (scope, id) => new ClusterEncryption(scope, id, { compartmentId })],
  ["network", (scope, id) => new ClusterNetwork(scope, id, { compartmentId })],
  ["group", (scope, id) => new NetworkSecurityGroup(scope, id, { compartmentId, vcnId })],
  [
    "set of groups",
    (scope, id) => new ClusterSecurityGroups(scope, id, { compartmentId, vcnId, regionServices }),
  ],
  ["cluster that exists", (scope, id) => SecureOkeCluster.fromClusterAttributes(scope, id, { clusterId })],
  ["network that exists", (scope, id) => ClusterNetwork.fromClusterNetworkAttributes(scope, id, { vcnId })],
];

describe.each(constructs)("a %s", (kind, make) => {
  test("is made in a stack only, and leaves nothing in another place", () => {
    const chart = new Chart(new ManifestsApp(), "chart");
    const places: [Construct, string][] = [
      [Testing.app(), "scope is an app"],
      [chart, 'scope is the construct "chart"'],
      [new Construct(chart, "inner"), 'scope is the construct "chart/inner"'],
    ];
    for (const [scope, what] of places) {
      const before = scope.node.children.length;
      const [problem, ...more] = validationProblemsOf(() => make(scope, "it"));
      expect(more).toEqual([]);
      expect(problem).toMatchObject({
        code: "VALUE_INVALID",
        what: `${what}, which is not in a TerraformStack`,
        fix: expect.stringContaining("Pass a TerraformStack, or a construct in one"),
      });
      expect(scope.node.children).toHaveLength(before);
    }
    expect(validationProblemsOf(() => make(undefined as unknown as App, "it"))).toMatchObject([
      { code: "ATTRIBUTE_MISSING", what: "scope was not given" },
    ]);
    expect(validationProblemsOf(() => make("stack" as unknown as App, "it"))).toMatchObject([
      { code: "VALUE_INVALID", what: 'scope is "stack"' },
    ]);
  });

  test("has an id that nothing else in its scope has", () => {
    const stack = newStack();
    make(stack, "it");
    expect(validationProblemsOf(() => make(stack, "it"))).toMatchObject([
      {
        code: "NAME_DUPLICATE",
        path: "stack/it",
        what: 'The id "it" is that of another construct of the scope',
      },
    ]);
    const reference = Token.asString({ resolve: () => "x", creationStack: [], toString: () => "x" });
    expect(validationProblemsOf(() => make(stack, reference))).toMatchObject([
      {
        path: "stack/(a reference to a Terraform value)",
        what: "The id is a reference to a Terraform value",
      },
    ]);
    for (const id of ["", " ", undefined as unknown as string]) {
      expect(validationProblemsOf(() => make(stack, id))).toMatchObject([{ code: "NAME_INVALID" }]);
    }
  });

  if (kind.endsWith("exists")) return;
  test("has an id that Terraform's resources can have", () => {
    expect(validationProblemsOf(() => make(newStack(), "2nd"))).toMatchObject([
      { code: "NAME_INVALID", path: "stack/2nd" },
    ]);
  });
});
