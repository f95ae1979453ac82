import { type IClusterNetwork } from "./network";
import { NetworkSubnet } from "./network-subnet";
import { type ClusterSubnet } from "./subnet";
import { type SubnetExposure } from "./subnet-exposure";
import { type Problems } from "../core/validation-error";

/** The subnet of a load balancer: public ones have one of their own where the network has such a subnet. */
export function balancerSubnetOf(network: IClusterNetwork, isInternal = true): ClusterSubnet {
  return (isInternal ? undefined : network.publicLoadBalancerSubnet) ?? network.loadBalancerSubnet;
}

/** Adds a problem where a load balancer is public and its subnet is not; `owner` is the cluster. */
export function checkPublicBalancer(problems: Problems, network: IClusterNetwork, owner: string): void {
  const subnet = problems.collect(() => balancerSubnetOf(network, false));
  if (!subnet || subnet.isPublic) return;
  // Only networks that the library makes subnets of can make a public one.
  const isImported = !("_onPremises" in network);
  problems.add(
    "SUBNET_NOT_PUBLIC",
    isImported
      ? `The load balancer is public, and no subnet of load balancers of ${owner} is said to be public`
      : `The load balancer is public, and the subnet of the load balancers of ${owner} forbids public addresses`,
    isImported
      ? "Name the public subnet in ClusterNetwork.fromClusterNetworkAttributes: publicLoadBalancerSubnet: { subnetId, cidr, isPublic: true }, or add " +
          "isPublic: true to loadBalancerSubnet where that is it; or take LoadBalancerAccess.internalFrom(cidrs)"
      : 'Give public ones a subnet: new ClusterNetwork(stack, "network", { publicLoadBalancerSubnet: SubnetExposure.publicWith({ reason: "..." }), ' +
          "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
  );
}

/** All subnets of load balancers of a network, each with what it is for. */
export function balancerSubnetsOf(network: IClusterNetwork): (readonly [NetworkSubnet, ClusterSubnet])[] {
  const { publicLoadBalancerSubnet: other } = network;
  return [
    [NetworkSubnet.LOAD_BALANCERS, network.loadBalancerSubnet],
    ...(other ? [[NetworkSubnet.PUBLIC_LOAD_BALANCERS, other] as const] : []),
  ];
}

/** Adds a problem where the given subnet of public load balancers is said to be private. */
export function checkPublicBalancers(problems: Problems, subnet: ClusterSubnet | undefined): void {
  if (typeof subnet !== "object" || subnet === null || subnet.isPublic !== false) return;
  problems.add(
    "SUBNET_NOT_PUBLIC",
    "publicLoadBalancerSubnet was given as a private subnet, and public load balancers would be in it",
    "Give a subnet that allows public addresses, isPublic: true; or leave it out",
  );
}

/** Adds a problem where the subnet that is for public load balancers is private, or the one for internal ones public too. */
export function checkPublicBalancerExposure(
  problems: Problems,
  name: string,
  exposure: SubnetExposure | undefined,
  others: { readonly [name: string]: SubnetExposure | undefined },
): void {
  if (!exposure) return;
  if (exposure.isPublic === false) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `${name} is private, and it is for public load balancers`,
      `Write ${name}: SubnetExposure.publicWith({ reason }), or leave it out`,
    );
  }
  for (const [other, { isPublic }] of Object.entries(others).flatMap(([key, value]) =>
    value ? [[key, value] as const] : [],
  )) {
    if (isPublic !== true) continue;
    problems.add(
      "SUBNET_PUBLIC",
      `${other} is public beside ${name}, so that internal load balancers would be in a public subnet`,
      `Leave ${other} out: with ${name}, only internal load balancers are in its subnet`,
    );
  }
}
