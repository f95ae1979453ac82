import { type Construct } from "constructs";
import { ClusterNetworkBase, balancerSubnetsOf, type IClusterNetwork } from "./network";
import { type ClusterNetworkProps, readClusterNetwork } from "./cluster-network-props";
import {
  type DrgAttachmentProps,
  type LocalPeeringProps,
  type RemotePeeringProps,
  type RangeBehind,
} from "./drg-and-peering";
import { type ClusterNetworkAttributes, ImportedClusterNetwork } from "./imported-network";
import {
  SubnetRole,
  subnetOf,
  type ClusterSubnet,
  podsSubnetOf,
  SubnetExposure,
  takeSubnetsOfVcn,
} from "./cluster-subnet";
import { NetworkRoutes, type RoutedSubnet } from "./private/network-routes";
import { type IRegionServices, RegionServices } from "./region-services";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { type Cidr } from "../../core/cidr";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { CoreSubnet } from "../../oci/core-subnet";
import { CoreVcn } from "../../oci/core-vcn";
import { bastionSecurityList } from "../bastion/private/bastion-security-list";
import { type Egress, type EgressSource } from "../egress/egress";
import { type EgressInspectionProps } from "../egress/egress-inspection";
import { NetworkEgress } from "../egress/private/network-egress";
import { type IFlowLogs } from "../logs/flow-logging";
import { flowLogsOf, recordNetwork } from "../logs/flow-logs";
import { type SecurityAttribute } from "../security-groups/security-attribute";

/** An OCI DNS label has 1 to 15 letters and digits and begins with a letter. */
function dnsLabel(id: string): string {
  const label = id
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/^[0-9]+/, "");
  return label.slice(0, 15) || "vcn";
}

export { type ClusterNetworkProps } from "./cluster-network-props";
export { type ClusterNetworkAttributes } from "./imported-network";
export { type IClusterNetwork } from "./network";

/**
 * A VCN for one or more clusters: four private subnets, without ingress from or egress to the internet until it is configured.
 *
 * Several clusters can share a network: each has its own security groups, whose rules admit nothing from the other clusters, and node
 * pools count the addresses that all of them use. For clusters with their own subnets in the same VCN, use `ExistingVcnNetwork`. Clusters
 * that share a network are isolated by NetworkPolicies and security groups only, and whoever may change the network may change it for all
 * of them.
 *
 * The region's services are reached through a service gateway. The VCN's default security list and default route table are emptied, so
 * that only rules of network security groups allow traffic. The flow logs of each subnet record which hosts communicate.
 *
 * Names, tags and the compartment change in place. A different construct id replaces the whole network; a different range or exposure
 * replaces its subnet. Terraform lookups are read after the first apply, so that no later change of the VCN makes rules unknown;
 * `RegionServices.of` avoids the lookup.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
@checked
export class ClusterNetwork extends ClusterNetworkBase {
  /** Imports an existing network; none of its attributes is looked up. */
  public static fromClusterNetworkAttributes(
    scope: Construct,
    id: string,
    attributes: ClusterNetworkAttributes,
  ): IClusterNetwork {
    return new ImportedClusterNetwork(scope, id, attributes);
  }

  public readonly compartmentId: string;
  public readonly vcnId: string;
  public readonly vcnCidr: string;
  public readonly apiEndpointSubnet: ClusterSubnet;
  public readonly workerSubnet: ClusterSubnet;
  public readonly loadBalancerSubnet: ClusterSubnet;
  public readonly publicLoadBalancerSubnet?: ClusterSubnet;
  public readonly regionServices: IRegionServices;
  /** The OCID of the service gateway, for an `ExistingVcnNetwork` that adds subnets to this VCN; a VCN has one service gateway. */
  public readonly serviceGatewayId: string;
  private readonly label?: SecurityAttribute;
  private readonly pods?: ClusterSubnet;
  private readonly displayName: string;
  private readonly vcn: CoreVcn;
  private readonly routes: NetworkRoutes;
  private readonly egress: NetworkEgress;
  private readonly recorded?: IFlowLogs;
  private readonly tags: TaggingProps;

  constructor(scope: Construct, id: string, props: ClusterNetworkProps) {
    const network = readClusterNetwork(scope, id, props);
    const { plan, apiEndpointExposure, loadBalancerExposure, publicLoadBalancerExposure } = network;
    super(scope, id);
    const name = network.displayName ?? nameOf(this);
    this.displayName = name;
    this.tags = tagsOf(this, network);
    this.compartmentId = network.compartmentId;
    const { vcnCidr, ...subnetRanges } = plan;
    this.vcnCidr = vcnCidr.text;
    this.vcn = new CoreVcn(this, "Resource", {
      compartmentId: this.compartmentId,
      cidrBlocks: [this.vcnCidr],
      displayName: name,
      dnsLabel: dnsLabel(this.node.id),
      securityAttributes: network.securityAttribute?._onResource,
      ...this.tags,
    });
    this.vcnId = this.vcn.id;
    this.label = network.securityAttribute;
    this.regionServices = network.regionServices ?? RegionServices._lookUp(this);

    const exposures = [apiEndpointExposure, loadBalancerExposure, publicLoadBalancerExposure];
    this.routes = new NetworkRoutes(this, "Routes", {
      vcn: this.vcn,
      displayName: name,
      regionServices: this.regionServices,
      withInternet: exposures.some((exposure) => exposure?.isPublic),
      tags: this.tags,
    });
    this.serviceGatewayId = this.routes.serviceGatewayId;
    const api = this.subnet(SubnetRole.API_ENDPOINT, plan.apiEndpointCidr, apiEndpointExposure);
    const workers = this.subnet(SubnetRole.WORKERS, plan.workerCidr);
    const pods = plan.podCidr && this.subnet(SubnetRole.PODS, plan.podCidr);
    const balancers = this.subnet(SubnetRole.LOAD_BALANCERS, plan.loadBalancerCidr, loadBalancerExposure);
    this.apiEndpointSubnet = api.subnet;
    this.workerSubnet = workers.subnet;
    this.pods = pods?.subnet;
    this.loadBalancerSubnet = balancers.subnet;
    const publicBalancers =
      plan.publicLoadBalancerCidr &&
      this.subnet(SubnetRole.PUBLIC_LOAD_BALANCERS, plan.publicLoadBalancerCidr, publicLoadBalancerExposure);
    this.publicLoadBalancerSubnet = publicBalancers?.subnet;
    takeSubnetsOfVcn(this, this.vcnId, Object.values(subnetRanges));
    this.egress = new NetworkEgress(this, "Egress", {
      vcn: this.vcn,
      vcnCidrs: [this.vcnCidr],
      withoutPods: !pods,
      displayName: name,
      subnets: {
        [SubnetRole.API_ENDPOINT]: api.routed,
        [SubnetRole.WORKERS]: workers.routed,
        [SubnetRole.PODS]: pods?.routed,
        [SubnetRole.LOAD_BALANCERS]: balancers.routed,
        [SubnetRole.PUBLIC_LOAD_BALANCERS]: publicBalancers?.routed,
      },
      tags: this.tags,
    });
    this.recorded = recordNetwork(this, {
      logging: network.flowLogs,
      displayName: name,
      compartmentId: this.compartmentId,
      subnets: [
        [SubnetRole.API_ENDPOINT, api.subnet],
        [SubnetRole.WORKERS, workers.subnet],
        ...(pods ? [[SubnetRole.PODS, pods.subnet] as const] : []),
        ...balancerSubnetsOf(this),
      ],
      tags: this.tags,
    });
  }

  public get flowLogs(): IFlowLogs {
    return flowLogsOf(this, this.recorded);
  }

  /** The subnet of the pods. */
  public get podSubnet(): ClusterSubnet {
    return podsSubnetOf(this, this.pods);
  }

  /** @internal */
  public override get _ownsVcn(): boolean {
    return true;
  }

  /** @internal */
  public override get _securityAttribute(): SecurityAttribute | undefined {
    return this.label;
  }

  /** @internal */
  public override get _hasPods(): boolean {
    return this.pods !== undefined;
  }

  /**
   * The ranges that are routed to a DRG.
   *
   * @internal
   */
  public override get _onPremises(): readonly RangeBehind[] {
    return this.egress.onPremises;
  }

  public addEgress(source: EgressSource, egress: Egress): void {
    this.egress.add(source, egress);
  }

  /**
   * Whether the API endpoint has an egress on a TCP port.
   *
   * @internal
   */
  public _hasEndpointEgress(port: number): boolean {
    return this.egress.hasEgress(SubnetRole.API_ENDPOINT, port);
  }

  public inspectEgress(props: EgressInspectionProps): void {
    const { apiEndpointSubnet, workerSubnet, pods: podSubnet } = this;
    const { loadBalancerSubnet, publicLoadBalancerSubnet } = this;
    const subnets = {
      apiEndpointSubnet,
      workerSubnet,
      podSubnet,
      loadBalancerSubnet,
      publicLoadBalancerSubnet,
    };
    this.egress.inspect(props, subnets);
  }

  public get natGatewayAddress(): string {
    return this.egress.natGatewayAddress;
  }

  public attachDrg(props: DrgAttachmentProps): string {
    return this.egress.attach(props);
  }

  public peerLocally(id: string, props: LocalPeeringProps): string {
    return this.egress.peerLocally(id, props);
  }

  public peerRemotely(id: string, props: RemotePeeringProps): string {
    return this.egress.peerRemotely(id, props);
  }

  /**
   * Allows the egress of a bastion in the API endpoint's subnet to the endpoint.
   *
   * The private endpoint of a bastion follows the rules of its subnet only, and the subnets of this network have none.
   *
   * @internal
   */
  public override _allowBastionEgress(): void {
    if (this.node.tryFindChild("BastionSecurityList")) return;
    const list = bastionSecurityList(this, this.vcn, {
      displayName: `${this.displayName}-bastion`,
      cidr: this.apiEndpointSubnet.cidr,
      tags: this.tags,
    });
    const subnet = this.node.findChild("ApiEndpoint") as CoreSubnet;
    subnet.securityListIds = [this.vcn.defaultSecurityListId, list.id];
  }

  private subnet(
    role: SubnetRole,
    { text: cidr }: Cidr,
    exposure = SubnetExposure.private(),
  ): { subnet: ClusterSubnet; routed: RoutedSubnet } {
    const { id, label } = subnetOf(role);
    const { isPublic, reason } = exposure;
    const resource = new CoreSubnet(this, id, {
      compartmentId: this.compartmentId,
      vcnId: this.vcnId,
      cidrBlock: cidr,
      displayName: `${this.displayName}-${label}`,
      dnsLabel: label,
      prohibitPublicIpOnVnic: !isPublic,
      prohibitInternetIngress: !isPublic,
      routeTableId: isPublic ? this.routes.publicRouteTableId : this.routes.privateRouteTableId,
      // Set explicitly, so that the subnet never gets another list; this one is emptied.
      securityListIds: [this.vcn.defaultSecurityListId],
      ...this.tags,
    });
    if (isPublic) Acknowledgements._record(resource, "exposure", "a public subnet", reason ?? "");
    const routes = isPublic ? this.routes.publicRoutes : this.routes.privateRoutes;
    return { subnet: { subnetId: resource.id, cidr, isPublic }, routed: { id, label, resource, routes } };
  }
}
