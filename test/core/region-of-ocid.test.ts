import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type App, TerraformVariable, type TerraformStack } from "cdktf";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const compartmentId = COMPARTMENT;
/** An OCID of a kind, of the region whose key is iad. */
const there = (kind: string) => `ocid1.${kind}.oc1.iad.test`;
const here = (kind: string) => `ocid1.${kind}.oc1.eu-frankfurt-1.test`;
const synth = (stack: TerraformStack) => (stack.node.root as App).synth();

type Give = (stack: TerraformStack, idOf: (kind: string) => string) => unknown;

const existing = (stack: TerraformStack, props: object) =>
  new ExistingVcnNetwork(stack, "network", {
    compartmentId,
    vcnId: here("vcn"),
    vcnCidrs: ["10.0.0.0/16"],
    plan: SubnetPlan.of({ vcnCidr: "10.0.0.0/18" }),
    ...props,
  });
const network = (stack: TerraformStack) => new ClusterNetwork(stack, "network", { compartmentId });

const GIVEN: readonly [string, string, Give][] = [
  [
    "an imported cluster",
    "clusterId",
    (stack, idOf) =>
      SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
        clusterId: idOf("cluster"),
        loadBalancerRights: false,
      }),
  ],
  ["an existing VCN", "vcnId", (stack, idOf) => existing(stack, { vcnId: idOf("vcn") })],
  [
    "a subnet of an existing VCN",
    "loadBalancerSubnet.subnetId",
    (stack, idOf) =>
      existing(stack, { loadBalancerSubnet: { subnetId: idOf("subnet"), cidr: "10.0.64.0/24" } }),
  ],
  [
    "an existing key",
    "existingKeyId",
    (stack, idOf) =>
      new ClusterEncryption(stack, "encryption", { compartmentId, existingKeyId: idOf("key") }),
  ],
  [
    "the VCN of an imported network",
    "vcnId",
    (stack, idOf) => ClusterNetwork.fromClusterNetworkAttributes(stack, "network", { vcnId: idOf("vcn") }),
  ],
  [
    "a subnet of an imported network",
    "workerSubnet.subnetId",
    (stack, idOf) =>
      ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
        vcnId: here("vcn"),
        workerSubnet: { subnetId: idOf("subnet"), cidr: "10.0.1.0/24" },
      }),
  ],
  [
    "an imported security group",
    "networkSecurityGroupId",
    (stack, idOf) =>
      NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, "group", idOf("networksecuritygroup")),
  ],
  [
    "the VCN of a new security group",
    "vcnId",
    (stack, idOf) => new NetworkSecurityGroup(stack, "group", { compartmentId, vcnId: idOf("vcn") }),
  ],
  [
    "a DRG",
    "drgId",
    (stack, idOf) => network(stack).attachDrg({ drgId: idOf("drg"), onPremisesCidrs: ["10.200.0.0/16"] }),
  ],
  [
    "a gateway to peer with locally",
    "peerGatewayId",
    (stack, idOf) =>
      network(stack).peerLocally("hub", {
        peerCidrs: ["10.200.0.0/16"],
        peerGatewayId: idOf("localpeeringgateway"),
      }),
  ],
];

describe.each(GIVEN)("%s", (_, prop, give) => {
  test("of another region than the provider's is refused when the stack is written", () => {
    const stack = newStack();
    give(stack, there);
    expect(validationProblemsOf(() => synth(stack))).toMatchObject([
      {
        code: "OCID_INVALID",
        what: `${prop} is of the region us-ashburn-1, and the provider of the stack is for eu-frankfurt-1`,
        fix: expect.stringContaining(`Give ${prop} of eu-frankfurt-1`),
      },
    ]);
  });

  test("of the provider's region, or of one that nobody knows yet, is accepted", () => {
    for (const idOf of [here, (kind: string) => `ocid1.${kind}.oc1..test`]) {
      const stack = newStack();
      give(stack, idOf);
      expect(() => synth(stack)).not.toThrow();
    }
  });
});

test("no region is refused where the region of the provider is a variable", () => {
  const stack = newStack();
  const provider = stack.node.findAll().find((one): one is OciProvider => one instanceof OciProvider)!;
  provider.region = new TerraformVariable(stack, "region", {}).stringValue;
  existing(stack, { vcnId: there("vcn") });
  expect(() => synth(stack)).not.toThrow();
});
