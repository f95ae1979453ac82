import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { SubnetRole } from "./network-subnet";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet, type SubnetExposure } from "./subnet-exposure";
import { type Problems } from "../../core/validation-error";
import { type Egress, type EgressSource } from "../egress/egress";
import { type EgressInspectionProps } from "../egress/egress-inspection-props";
import { type IFlowLogs } from "../logs/flow-logging";

/** The VCN and the subnets of a cluster, made here or imported. */
export interface IClusterNetwork extends IConstruct, ITerraformDependable {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The address range of the VCN. */
  readonly vcnCidr: string;
  /** The subnet of the API endpoint. */
  readonly apiEndpointSubnet: ClusterSubnet;
  /** The subnet of the worker nodes. */
  readonly workerSubnet: ClusterSubnet;
  /** The subnet of the pods. */
  readonly podSubnet: ClusterSubnet;
  /** The subnet of the load balancers. */
  readonly loadBalancerSubnet: ClusterSubnet;
  /**
   * The subnet of public load balancers, where they have one of their own; `loadBalancerSubnet` is that of the internal ones then.
   *
   * @default - public load balancers are in `loadBalancerSubnet` too
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /** The region's services, reached through the service gateway. */
  readonly regionServices: IRegionServices;
  /**
   * The flow logs of the subnets that the network makes, such as for `FlowLogArchive`.
   *
   * @throws ATTRIBUTE_MISSING where it makes none: it was imported, all subnets were given, or `FlowLogging.none` was
   */
  readonly flowLogs: IFlowLogs;

  /**
   * Lets nodes or pods out to addresses outside of the network: a rule of their group, and the route there.
   *
   * The first one to a public range makes the NAT gateway. The subnet that needs the route gets a route table of its own, in
   * place; all stay private. A private range needs `attachDrg` or `peerLocally`, before or after. An imported network gets the rule only: its
   * routes are its owner's.
   *
   * @throws EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, and what INetworkSecurityGroup.allowTo refuses
   */
  addEgress(source: EgressSource, egress: Egress): void;

  /**
   * Sends what nodes and pods let out to the internet past a firewall in the same VCN, and the answers back past it.
   *
   * Routes name the private address of the firewall in the place of the NAT gateway, before or after `addEgress`; Oracle's
   * services of the region stay direct. The firewall, its policy and its groups are yours.
   *
   * OCI keeps a gateway's route table once it has one: to take the inspection away, replace the NAT gateway in the same apply
   * (`terraform apply -replace=…`), which changes its address; an attachment to a DRG likewise.
   *
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, SUBNET_OUTSIDE_VCN, SUBNET_OVERLAP, SUBNET_PUBLIC, VALUE_INVALID,
   * ATTRIBUTE_MISSING; EGRESS_INVALID where the network was imported, is inspected already, leads over a hub, or has gateways of others
   * @see https://docs.oracle.com/iaas/Content/network-firewall/network-firewall-routing-traffic.htm
   */
  inspectEgress(props: EgressInspectionProps): void;
}

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
      : 'Give public ones a subnet: new ClusterNetwork(stack, "network", { publicLoadBalancerExposure: SubnetExposure.publicWith({ reason: "..." }), ' +
          "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
  );
}

/** All subnets of load balancers of a network, each with what it is for. */
export function balancerSubnetsOf(network: IClusterNetwork): (readonly [SubnetRole, ClusterSubnet])[] {
  const { publicLoadBalancerSubnet: other } = network;
  return [
    [SubnetRole.LOAD_BALANCERS, network.loadBalancerSubnet],
    ...(other ? [[SubnetRole.PUBLIC_LOAD_BALANCERS, other] as const] : []),
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

/** A network whose subnets may lie in another compartment than its groups. */
export interface WithSubnetCompartments {
  /** @internal */
  _compartmentOf(part: SubnetRole): string;
}

/** The OCID of the compartment of a subnet of a network. */
export function compartmentOfSubnet(network: IClusterNetwork, part: SubnetRole): string {
  const compartmentOf = (network as Partial<WithSubnetCompartments>)._compartmentOf;
  return compartmentOf === undefined ? network.compartmentId : compartmentOf.call(network, part);
}
