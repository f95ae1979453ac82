import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import {
  type DrgAttachmentProps,
  type LocalPeeringProps,
  type RemotePeeringProps,
  type RangeBehind,
} from "./drg-and-peering";
import { SubnetRole, type ClusterSubnet, type SubnetExposure } from "./cluster-subnet";
import { type IRegionServices } from "./region-services";
import { type Problems } from "../../core/validation-error";
import { type Egress, type EgressSource } from "../egress/egress";
import { type EgressInspectionProps } from "../egress/egress-inspection";
import { type IFlowLogs } from "../logs/flow-logging";
import { ResourceConstruct } from "../../core/resource-construct";
import { type SecurityAttribute } from "../security-groups/security-attribute";

/** The VCN and the subnets of a cluster, created or imported. */
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
   * The subnet of public load balancers, if they have a separate one; `loadBalancerSubnet` is then for internal ones only.
   *
   * @default - public load balancers are in `loadBalancerSubnet` too
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /** The region's services, reached through the service gateway. */
  readonly regionServices: IRegionServices;
  /** The flow logs of the subnets that the network creates, for example for `FlowLogArchive`. */
  readonly flowLogs: IFlowLogs;

  /**
   * Allows egress from nodes or pods to addresses outside of the network: adds a rule to their group and a route to their subnet.
   *
   * The first egress to a public range creates the NAT gateway. The subnet that needs the route gets its own route table in place, and
   * stays private. A private range needs `attachDrg` or `peerLocally`, before or after this call. An imported network gets the rule only:
   * its routes are up to its owner.
   */
  addEgress(source: EgressSource, egress: Egress): void;

  /**
   * Routes internet egress of nodes and pods, and its return traffic, through a firewall in the same VCN.
   *
   * Routes use the private IP of the firewall instead of the NAT gateway, whether this is called before or after `addEgress`; traffic to
   * Oracle's services of the region bypasses the firewall. You manage the firewall, its policy and its security groups.
   *
   * OCI can't detach a route table from a gateway: to remove the inspection, replace the NAT gateway in the same apply (`terraform apply
   * -replace=…`), which changes its address; the same applies to a DRG attachment.
   *
   * @see https://docs.oracle.com/iaas/Content/network-firewall/network-firewall-routing-traffic.htm
   */
  inspectEgress(props: EgressInspectionProps): void;

  /**
   * The public address of the NAT gateway, from which nodes and pods connect to the internet, for allowlists of partners.
   *
   * It stays the same while the network has an egress to the internet.
   */
  readonly natGatewayAddress: string;

  /**
   * Attaches the VCN to an existing DRG, and routes the ranges behind the DRG to it from the subnets that need them.
   *
   * Security groups decide which of those hosts may connect: use `EndpointAccess.privateFrom` for the API endpoint. To move to another
   * DRG, remove the attachment, apply, then attach the other one: OCI attaches a VCN to one DRG only.
   *
   * @returns the OCID of the attachment
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/managingDRGs.htm
   */
  attachDrg(props: DrgAttachmentProps): string;

  /**
   * Peers the VCN with another VCN of the region, and routes its ranges to the peering from the subnets that need them.
   *
   * Security groups decide which hosts may connect: rules identify the other VCN by its range. Traffic that arrives by the peering is not
   * forwarded beyond this VCN.
   *
   * @param id the name of the peering, unique in the network: up to 15 letters, digits and dashes
   * @returns the OCID of this side's local peering gateway, which the other side may connect to
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/localVCNpeering.htm
   */
  peerLocally(id: string, props: LocalPeeringProps): string;

  /**
   * Peers the network's DRG with a DRG of another region, and routes the peer's ranges over it.
   *
   * @param id the name of the peering, unique in the network: up to 15 letters, digits and dashes
   * @returns the OCID of this side's remote peering connection, which the other side may connect to
   * @see https://docs.oracle.com/iaas/Content/Network/Tasks/remoteVCNpeering.htm
   */
  peerRemotely(id: string, props: RemotePeeringProps): string;
}

/** The subnet of a load balancer: public ones use a separate subnet if the network has one. */
export function balancerSubnetOf(network: IClusterNetwork, isInternal = true): ClusterSubnet {
  return (isInternal ? undefined : network.publicLoadBalancerSubnet) ?? network.loadBalancerSubnet;
}

/** All load balancer subnets of a network, each with its role. */
export function balancerSubnetsOf(network: IClusterNetwork): (readonly [SubnetRole, ClusterSubnet])[] {
  const { publicLoadBalancerSubnet: other } = network;
  return [
    [SubnetRole.LOAD_BALANCERS, network.loadBalancerSubnet],
    ...(other ? [[SubnetRole.PUBLIC_LOAD_BALANCERS, other] as const] : []),
  ];
}

/** Adds a problem if the subnet given for public load balancers is declared private. */
export function checkPublicBalancers(problems: Problems, subnet: ClusterSubnet | undefined): void {
  if (subnet?.isPublic !== false) return;
  problems.add(
    "SUBNET_NOT_PUBLIC",
    "publicLoadBalancerSubnet is a private subnet, in which public load balancers can't be created",
    "Give a subnet that allows public addresses, with isPublic: true, or leave it out",
  );
}

/** Adds a problem if the subnet for public load balancers is private, or if the subnet for internal ones is public too. */
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

/** The base class of the networks that the library creates, extends, or imports. */
export abstract class ClusterNetworkBase extends ResourceConstruct implements IClusterNetwork {
  public abstract readonly compartmentId: string;
  public abstract readonly vcnId: string;
  public abstract readonly vcnCidr: string;
  public abstract readonly apiEndpointSubnet: ClusterSubnet;
  public abstract readonly workerSubnet: ClusterSubnet;
  public abstract readonly podSubnet: ClusterSubnet;
  public abstract readonly loadBalancerSubnet: ClusterSubnet;
  public abstract readonly publicLoadBalancerSubnet?: ClusterSubnet;
  public abstract readonly regionServices: IRegionServices;
  public abstract readonly flowLogs: IFlowLogs;
  public abstract readonly natGatewayAddress: string;

  public abstract addEgress(source: EgressSource, egress: Egress): void;
  public abstract inspectEgress(props: EgressInspectionProps): void;
  public abstract attachDrg(props: DrgAttachmentProps): string;
  public abstract peerLocally(id: string, props: LocalPeeringProps): string;
  public abstract peerRemotely(id: string, props: RemotePeeringProps): string;

  /**
   * Whether the library creates the VCN.
   *
   * @internal
   */
  public get _ownsVcn(): boolean {
    return false;
  }

  /**
   * The security attribute of the VCN for Zero Trust Packet Routing, if the library creates the VCN.
   *
   * @internal
   */
  public get _securityAttribute(): SecurityAttribute | undefined {
    return undefined;
  }

  /**
   * Whether another owner manages the routes, so that the library can't change them.
   *
   * @internal
   */
  public get _isImported(): boolean {
    return false;
  }

  /**
   * Whether the network has a pods' subnet; undefined if it is not known.
   *
   * @internal
   */
  public get _hasPods(): boolean | undefined {
    return undefined;
  }

  /**
   * The ranges that are routed to a DRG; undefined if they are not known.
   *
   * @internal
   */
  public get _onPremises(): readonly RangeBehind[] | undefined {
    return undefined;
  }

  /**
   * All ranges of the VCN, including `vcnCidr`.
   *
   * @internal
   */
  public get _vcnCidrs(): readonly string[] {
    return [this.vcnCidr];
  }

  /**
   * The OCID of the compartment of the VCN, if it can differ from the compartment of the network.
   *
   * @internal
   */
  public get _vcnCompartmentId(): string | undefined {
    return undefined;
  }

  /**
   * The OCID of the compartment of a subnet.
   *
   * @internal
   */
  public _compartmentOf(part: SubnetRole): string {
    return this._compartments[part] ?? this.compartmentId;
  }

  /**
   * The compartments of the subnets that are not in the compartment of the network, by role.
   *
   * @internal
   */
  protected get _compartments(): { readonly [part: string]: string } {
    return {};
  }

  /**
   * Allows the egress of a bastion in the API endpoint's subnet to the endpoint; for an imported subnet, that is up to its owner.
   *
   * @internal
   */
  public _allowBastionEgress(): void {
    // The rules of an imported subnet belong to its owner.
  }
}

/** The base of a network, unless the network is another implementation of the interface. */
export function baseOf(network: IClusterNetwork | undefined): ClusterNetworkBase | undefined {
  // Without instanceof, so that a network from another copy of the library qualifies too.
  return network && "_isImported" in network ? (network as ClusterNetworkBase) : undefined;
}

/** The OCID of the compartment of a subnet of a network. */
export function compartmentOfSubnet(network: IClusterNetwork, part: SubnetRole): string {
  return baseOf(network)?._compartmentOf(part) ?? network.compartmentId;
}

/** Adds a problem if a load balancer is public but its subnet is not; `owner` is the cluster. */
export function checkPublicBalancer(problems: Problems, network: IClusterNetwork, owner: string): void {
  const subnet = problems.collect(() => balancerSubnetOf(network, false));
  if (!subnet || subnet.isPublic) return;
  // Only networks whose subnets the library creates can create a public one.
  const isImported = baseOf(network)?._isImported ?? true;
  problems.add(
    "SUBNET_NOT_PUBLIC",
    isImported
      ? `The load balancer is public, and no subnet of load balancers of ${owner} is said to be public`
      : `The load balancer is public, and the subnet of the load balancers of ${owner} forbids public addresses`,
    isImported
      ? "Name the public subnet in ClusterNetwork.fromClusterNetworkAttributes: publicLoadBalancerSubnet: { subnetId, cidr, isPublic: true }, or add " +
          "isPublic: true to loadBalancerSubnet where that is it; or take LoadBalancerAccess.internalFrom(cidrs)"
      : 'Add a public subnet: new ClusterNetwork(stack, "network", { publicLoadBalancerExposure: SubnetExposure.publicWith({ reason: "..." }), ' +
          "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
  );
}
