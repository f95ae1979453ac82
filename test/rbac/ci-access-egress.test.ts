import { type TerraformStack } from "cdktf";
import {
  CiAccess,
  CiCredentials,
  Egress,
  KubernetesAccess,
  KubernetesVersion,
  PipelineIdentity,
  Port,
  SecureOkeCluster,
} from "../../lib";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const reason = "The API server reads the keys of the issuer";

function ciAccessIn(stack: TerraformStack, issuerUrl: string, issuerEgress: Egress): CiAccess {
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
  });
  const identity = PipelineIdentity.ofIssuer({
    issuerUrl,
    audience: "oke-production",
    subject: "shop",
    usernamePrefix: "jenkins:",
    requiredClaims: { project: "shop" },
  });
  return new CiAccess(stack, "ci", {
    cluster,
    credentials: CiCredentials.oidc(identity),
    access: [KubernetesAccess.editorIn("shop")],
    issuerEgress,
  });
}

test("a pipeline is refused in a basic cluster, which accepts no OpenID Connect tokens", () => {
  const stack = newStack();
  const cluster = SecureOkeCluster.fromClusterAttributes(stack, "basic", {
    clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    clusterType: "BASIC_CLUSTER",
  });
  const identity = PipelineIdentity.gitHubActions({
    repository: "acme/shop",
    branch: "main",
    audience: "oke",
  });
  const credentials = CiCredentials.oidc(identity);
  const access = [KubernetesAccess.editorIn("shop")];
  expect(
    validationProblemsOf(() => new CiAccess(stack, "ci", { cluster, credentials, access })),
  ).toMatchObject([{ code: "VALUE_INVALID", property: "cluster" }]);
});

describe("the egress of a pipeline's issuer", () => {
  test.each([
    ["another port", "https://ci.example.com:8443", Egress.toAnywhere(Port.tcp(443), { reason })],
    ["UDP", "https://ci.example.com", Egress.toAnywhere(Port.udp(443), { reason })],
    ["another address", "https://203.0.113.7", Egress.to("198.51.100.0/24", Port.tcp(443), { reason })],
  ])("is refused if it opens %s", (_, issuerUrl, egress) => {
    const problems = validationProblemsOf(() => ciAccessIn(newStack(), issuerUrl, egress));
    expect(problems).toMatchObject([{ code: "EGRESS_INVALID", property: "issuerEgress" }]);
  });

  test.each([
    ["the port in the URL", "https://ci.example.com:8443", Egress.toAnywhere(Port.tcp(8443), { reason })],
    ["a range of ports", "https://ci.example.com", Egress.toAnywhere(Port.tcpRange(400, 500), { reason })],
    [
      "a range with its address",
      "https://203.0.113.7",
      Egress.to("203.0.113.0/24", Port.tcp(443), { reason }),
    ],
  ])("may open %s", (_, issuerUrl, egress) => {
    expect(() => ciAccessIn(newStack(), issuerUrl, egress)).not.toThrow();
  });
});
