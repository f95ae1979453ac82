import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { type DrgAttachmentProps } from "./drg-attachment-props";
import { SubnetRole } from "./network-subnet";
import { type LocalPeeringProps, type RemotePeeringProps } from "./peering-props";
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

  /**
   * The public address of the NAT gateway, from which nodes and pods connect to the internet, for partners to admit.
   *
   * It stays as long as there is an egress to the internet.
   *
   * @throws EGRESS_INVALID while there is none; ATTRIBUTE_MISSING where the network was imported
   */
  readonly natGatewayAddress: string;

  /**
   * Attaches the VCN to an existing DRG, and routes the ranges behind it there, from the subnets that need it.
   *
   * Security groups decide who may connect from there: `EndpointAccess.privateFrom` for the API endpoint. To move to another
   * DRG, remove the attachment, apply, then attach the other: OCI attaches a VCN to one DRG only.
   *
   * @returns the OCID of the attachment
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, ATTRIBUTE_MISSING; EGRESS_INVALID where the network was
   * imported or has a DRG already
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/managingDRGs.htm
   */
  attachDrg(props: DrgAttachmentProps): string;

  /**
   * Peers the VCN with another one of the region, and routes the ranges of that VCN there, from the subnets that need it.
   *
   * Security groups decide who may connect: rules name the other VCN by its range. Traffic that enters by the peering goes no
   * further than this VCN.
   *
   * @param id names the peering, unique in the network: up to 15 letters, digits and dashes
   * @returns the OCID of this side's local peering gateway, which the other side may connect to
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, EGRESS_INVALID, NAME_INVALID,
   * NAME_DUPLICATE, ATTRIBUTE_MISSING
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/localVCNpeering.htm
   */
  peerLocally(id: string, props: LocalPeeringProps): string;

  /**
   * Peers the network's DRG with one of another region, and routes the ranges there over the DRG.
   *
   * @param id names the peering, unique in the network: up to 15 letters, digits and dashes
   * @returns the OCID of this side's remote peering connection, which the other side may connect to
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, EGRESS_INVALID, NAME_INVALID,
   * NAME_DUPLICATE, ATTRIBUTE_MISSING
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/remoteVCNpeering.htm
   */
  peerRemotely(id: string, props: RemotePeeringProps): string;
}

/** The subnet of a load balancer: public ones have one of their own where the network has such a subnet. */
export function balancerSubnetOf(network: IClusterNetwork, isInternal = true): ClusterSubnet {
  return (isInternal ? undefined : network.publicLoadBalancerSubnet) ?? network.loadBalancerSubnet;
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
