import { checkPublicBalancer, type IClusterNetwork } from "../../lib/network/vcn/network";
import { ClusterNetwork } from "../../lib";
import { Problems } from "../../lib/core/validation-error";
import { COMPARTMENT, newStack } from "../support/stack";

const subnetId = "ocid1.subnet.oc1.eu-frankfurt-1.test";
const cidr = "10.0.1.0/24";

function found(network: IClusterNetwork): string[] {
  const problems = new Problems("web");
  checkPublicBalancer(problems, network, "shop/cluster");
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    return String(error).split("\n");
  }
}

const imported = (loadBalancerSubnet: { subnetId: string; cidr: string; isPublic?: boolean }) =>
  ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
    loadBalancerSubnet,
  });

test("the fix for a public load balancer in a private subnet is publicLoadBalancerExposure of the network", () => {
  const [what, , fix] = found(new ClusterNetwork(newStack(), "network", { compartmentId: COMPARTMENT }));
  expect(what).toContain("forbids public addresses");
  expect(fix).toContain("publicLoadBalancerExposure: SubnetExposure.publicWith({ reason");
});

test("the fix for a public load balancer in an imported network is isPublic of its subnet", () => {
  const [what, , fix] = found(imported({ subnetId, cidr }));
  expect(what).toContain("no subnet of load balancers of shop/cluster is said to be public");
  expect(fix).toContain("ClusterNetwork.fromClusterNetworkAttributes");
  expect(found(imported({ subnetId, cidr, isPublic: true }))).toEqual([]);
});
