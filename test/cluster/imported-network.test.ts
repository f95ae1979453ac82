import { Size } from "cdk8s";
import { TerraformVariable } from "cdktf";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const kubernetesVersion = KubernetesVersion.V1_34;
const subnet = (name: string, cidr: string) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${name}`,
  cidr,
});
const subnets = {
  apiEndpointSubnet: subnet("api", "10.0.0.0/28"),
  workerSubnet: subnet("workers", "10.0.2.0/24"),
  podSubnet: subnet("pods", "10.0.128.0/17"),
  loadBalancerSubnet: subnet("lb", "10.0.1.0/24"),
};

function imported(stack = newStack(), attributes: object = {}) {
  return ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    vcnCidr: "10.0.0.0/16",
    compartmentId: COMPARTMENT,
    regionServices: RegionServices.of({
      serviceId: "ocid1.service.oc1.fra.test",
      cidrLabel: "all-fra-services-in-oracle-services-network",
    }),
    ...subnets,
    ...attributes,
  });
}

function newCluster(attributes: object, props: object = {}) {
  const stack = newStack();
  const network = imported(stack, attributes);
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    network,
    ...props,
  });
}

/** A pool of a cluster that exists, in an imported network. */
function newPool(attributes: object) {
  const stack = newStack();
  const group = (id: string) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, id, `ocid1.networksecuritygroup.oc1.fra.${id}`);
  const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    network: imported(stack, attributes),
    workerSecurityGroup: group("workers"),
    podSecurityGroup: group("pods"),
  });
  return new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 3,
  });
}

describe("a public subnet of an imported network", () => {
  const isPublic = true;

  test.each([
    ["cluster", newCluster],
    ["pool", newPool],
  ] as const)("is never that of the nodes or pods of a %s", (_, make) => {
    const problems = validationProblemsOf(() =>
      make({
        workerSubnet: { ...subnets.workerSubnet, isPublic },
        podSubnet: { ...subnets.podSubnet, isPublic },
      }),
    );
    const network = { code: "SUBNET_PUBLIC", property: "network" };
    expect(problems).toMatchObject([
      { ...network, what: expect.stringContaining("workerSubnet") },
      { ...network, what: expect.stringContaining("podSubnet") },
    ]);
    expect(() => make({})).not.toThrow();
  });

  test("may be the one of the API endpoint or of load balancers", () => {
    const attributes = {
      apiEndpointSubnet: { ...subnets.apiEndpointSubnet, isPublic },
      loadBalancerSubnet: { ...subnets.loadBalancerSubnet, isPublic },
    };
    const endpointAccess = EndpointAccess.publicFrom(["192.0.2.0/24"], {
      reason: "The office has no VPN yet",
    });
    expect(() => newCluster(attributes)).not.toThrow();
    expect(() => newCluster(attributes, { endpointAccess })).not.toThrow();
  });
});

test("the range of Services overlaps neither nodes nor pods, even if the VCN's range is unknown", () => {
  const stack = newStack();
  const vcnCidr = new TerraformVariable(stack, "vcn", {}).stringValue;
  const codes = (servicesCidr: string) =>
    validationProblemsOf(() => newCluster({ vcnCidr }, { servicesCidr })).map(
      ({ code, what }) => `${code}: ${what}`,
    );
  expect(codes("10.0.2.0/24")).toEqual([
    "SUBNET_OVERLAP: servicesCidr 10.0.2.0/24 overlaps the workerSubnet 10.0.2.0/24",
  ]);
  expect(codes("10.0.192.0/20")).toEqual([
    "SUBNET_OVERLAP: servicesCidr 10.0.192.0/20 overlaps the podSubnet 10.0.128.0/17",
  ]);
});

describe("an imported network", () => {
  const codes = (attributes: object) =>
    validationProblemsOf(() => imported(newStack(), attributes)).map(({ code, what }) => `${code}: ${what}`);

  test("must have its subnets inside of its VCN", () => {
    expect(codes({ podSubnet: subnet("pods", "10.1.0.0/17") })).toEqual([
      "SUBNET_OUTSIDE_VCN: podSubnet.cidr is 10.1.0.0/17, which is not part of the VCN's 10.0.0.0/16",
    ]);
  });

  test("must have subnets that don't overlap, unless two are the same", () => {
    expect(codes({ podSubnet: subnet("pods", "10.0.2.0/23") })).toEqual([
      "SUBNET_OVERLAP: podSubnet.cidr 10.0.2.0/23 overlaps workerSubnet.cidr 10.0.2.0/24",
    ]);
    expect(() => imported(newStack(), { podSubnet: subnets.workerSubnet })).not.toThrow();
  });

  test("accepts values that only Terraform knows", () => {
    const stack = newStack();
    const cidr = new TerraformVariable(stack, "cidr", {}).stringValue;
    expect(() => imported(stack, { podSubnet: { ...subnets.podSubnet, cidr } })).not.toThrow();
  });

  test("must have subnets as its subnets", () => {
    const workerSubnet = { ...subnets.workerSubnet, isPublic: "no" };
    expect(codes({ workerSubnet, podSubnet: null, loadBalancerSubnet: "10.0.1.0/24" })).toEqual([
      'VALUE_INVALID: workerSubnet.isPublic is "no"',
      "VALUE_INVALID: podSubnet is null",
      'VALUE_INVALID: loadBalancerSubnet is "10.0.1.0/24"',
    ]);
  });
});
