import { type DrgAttachmentProps } from "./drg-attachment-props";
import { balancerSubnetOf, type IClusterNetwork } from "./network";
import { type SubnetRole } from "./subnet-role";
import { type LocalPeeringProps, type RemotePeeringProps } from "./peering-props";
import { type RangeBehind } from "./private/routed-ranges";
import { type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet-exposure";
import { ResourceConstruct } from "../../core/resource-construct";
import { type Problems } from "../../core/validation-error";
import { type Egress, type EgressSource } from "../egress/egress";
import { type EgressInspectionProps } from "../egress/egress-inspection-props";
import { type IFlowLogs } from "../logs/flow-logging";
import { type SecurityAttribute } from "../security-groups/security-attribute";

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
