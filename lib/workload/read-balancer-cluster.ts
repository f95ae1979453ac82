import { Token } from "cdktf";
import { RuleOwner, type WayIn } from "./load-balancer-combinations";
import { LoadBalancerType } from "./load-balancer-kinds";
import { type LoadBalancerProps } from "./load-balancer-props";
import { contains, readIpv4CidrIfKnown, readIpv4Cidr, type Cidr } from "../core/cidr";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";
import { balancerSubnetOf } from "../network/balancer-subnet";
import { isPrivate, isUnreachable } from "../network/egress-destination";
import { type ClusterSubnet } from "../network/subnet";

/** What a load balancer needs of its cluster. */
export interface BalancerCluster {
  readonly subnetId: string;
  readonly balancersCidr: string;
  readonly nodesCidr: string;
  readonly nodesGroup: string;
}

/** Reads what a load balancer needs of its cluster; what is missing goes into the problems. */
export function readBalancerCluster(
  problems: Problems,
  { cluster, access, reservedAddress }: Partial<LoadBalancerProps>,
  way: WayIn,
): BalancerCluster {
  const subnet = problems.collect(() => cluster && balancerSubnetOf(cluster.network, way.isInternal));
  const nodesCidr = problems.collect(() => cluster?.network.workersSubnet.cidr);
  const nodesGroup = problems.collect(() => cluster?.workersSecurityGroup.networkSecurityGroupId);
  const forRules = way.rules === RuleOwner.TERRAFORM;
  const compartmentId = problems.collect(() => (forRules ? cluster?.network.compartmentId : ""));
  const vcnId = problems.collect(() => (forRules ? cluster?.network.vcnId : ""));
  const read = { subnetId: subnet?.subnetId, nodesCidr, nodesGroup };
  // Nothing of it may come into an annotation as the word undefined.
  if (cluster && !problems.any) {
    checkGiven(problems, forRules ? { ...read, compartmentId, vcnId } : read);
  }
  if (subnet && access && !access.isInternal && !subnet.isPublic) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `The load balancer is public, and the subnet of the load balancers of ${cluster?.node.path} forbids public addresses`,
      'Give public ones a subnet: new ClusterNetwork(stack, "network", { publicLoadBalancerSubnet: SubnetExposure.publicWith({ reason: "..." }), ' +
        "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
    );
  }
  if (reservedAddress !== undefined) checkAddress(problems, reservedAddress, way, subnet);
  return {
    subnetId: subnet?.subnetId ?? "",
    balancersCidr: subnet?.cidr ?? "",
    nodesCidr: nodesCidr ?? "",
    nodesGroup: nodesGroup ?? "",
  };
}

function checkAddress(
  problems: Problems,
  address: string,
  { type, isInternal }: WayIn,
  subnet: ClusterSubnet | undefined,
): void {
  if (isInternal && type === LoadBalancerType.LOAD_BALANCER) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      "An internal load balancer can't have a reserved address; the cloud controller refuses it",
      "Leave reservedAddress out, or take LoadBalancerType.NETWORK_LOAD_BALANCER",
    );
  }
  if (Token.isUnresolved(address)) return;
  const ignored = new Problems("");
  const block = readIpv4Cidr(ignored, "reservedAddress", `${address}/32`);
  if (!block) {
    problems.add(
      "VALUE_INVALID",
      `reservedAddress is ${shown(address)}, which is no IPv4 address`,
      "Give an address such as 192.0.2.10, or a reference to one",
    );
    return;
  }
  if (!isInternal) {
    checkPublic(problems, address, block);
    return;
  }
  const range = subnet && readIpv4CidrIfKnown(ignored, "cidr", subnet.cidr);
  if (!range || contains(range, block)) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress is ${address}, outside of ${range.text}, the subnet of the load balancers`,
    "Give a free address of that subnet",
  );
}

/** Adds a problem where an address can't be a reserved public one of OCI. */
function checkPublic(problems: Problems, address: string, block: Cidr): void {
  if (!isPrivate(block) && !isUnreachable(block)) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress is ${address}, which no host of the internet has, and the load balancer is public`,
    "Give the reserved public IP that OCI gave you, such as 192.0.2.10; or take LoadBalancerAccess.internalFrom(cidrs)",
  );
}
