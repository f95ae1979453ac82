import { type Construct } from "constructs";
import {
  readExistingVcn,
  type ResolvedExistingVcn,
  type ExistingVcnNetworkProps,
} from "./existing-vcn-props";
import {
  takeSubnetsOfVcn,
  SubnetRole,
  subnetOf,
  SUBNETS,
  type ClusterSubnet,
  podsSubnetOf,
  SubnetExposure,
} from "./cluster-subnet";
import {
  type RangeBehind,
  type DrgAttachmentProps,
  type LocalPeeringProps,
  type RemotePeeringProps,
} from "./drg-and-peering";
import { type RoutedSubnet } from "./private/network-routes";
import { Acknowledgements } from "../../core/acknowledgement";
import { type Cidr, contains, readIpv4CidrIfKnown } from "../../core/cidr";
import { checkRegionWhenWritten } from "../../core/regions";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, shortHash } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { CoreInternetGateway } from "../../oci/core-internet-gateway";
import { CoreRouteTable, type CoreRouteTableRouteRules } from "../../oci/core-route-table";
import { CoreSecurityList } from "../../oci/core-security-list";
import { CoreServiceGateway } from "../../oci/core-service-gateway";
import { CoreSubnet } from "../../oci/core-subnet";
import { bastionSecurityList } from "../bastion/private/bastion-security-list";
import { type Egress, type EgressSource } from "../egress/egress";
import { type EgressInspectionProps } from "../egress/egress-inspection";
import { NetworkEgress } from "../egress/private/network-egress";
import { type IFlowLogs } from "../logs/flow-logging";
import { flowLogsOf, recordNetwork } from "../logs/flow-logs";
import { ClusterNetworkBase } from "./network";
import { checked } from "../../core/checked";
import { type IRegionServices, RegionServices } from "./region-services";

interface ExistingVcnRoutesProps {
  readonly vcn: ResolvedExistingVcn;
  readonly displayName: string;
  readonly regionServices: IRegionServices;
  readonly withInternet: boolean;
  readonly tags: TaggingProps;
}

/** The initial security list and routes of subnets in an existing VCN: an empty list, and the minimum routes. */
class ExistingVcnRoutes extends ResourceConstruct {
  public readonly securityListId: string;
  /** The routes of private subnets. */
  public readonly privateRoutes: readonly CoreRouteTableRouteRules[];
  public readonly privateRouteTableId: string;
  /** The routes of public subnets. */
  public readonly publicRoutes: readonly CoreRouteTableRouteRules[] = [];
  public readonly publicRouteTableId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ExistingVcnRoutesProps,
  ) {
    super(scope, id);
    // A separate list: the VCN's default list, which a subnet gets otherwise, has rules, and belongs to the owner of the VCN.
    this.securityListId = new CoreSecurityList(this, "EmptySecurityList", this.common("empty")).id;
    this.privateRoutes = [this.toServices()];
    this.privateRouteTableId = this.table("PrivateRouteTable", "private", this.privateRoutes);
    this.publicRouteTableId = this.privateRouteTableId;
    if (!props.withInternet) return;
    this.publicRoutes = [this.toInternet()];
    this.publicRouteTableId = this.table("PublicRouteTable", "public", this.publicRoutes);
  }

  private toServices(): CoreRouteTableRouteRules {
    const { vcn, regionServices: services } = this.props;
    const gateway = () =>
      new CoreServiceGateway(this, "ServiceGateway", {
        ...this.common("services"),
        services: [{ serviceId: services.serviceId }],
      });
    return {
      destination: services.cidrLabel,
      destinationType: "SERVICE_CIDR_BLOCK",
      networkEntityId: vcn.serviceGatewayId ?? gateway().id,
      description: "Oracle services of the region, without the internet",
    };
  }

  private toInternet(): CoreRouteTableRouteRules {
    const gateway = () =>
      new CoreInternetGateway(this, "InternetGateway", { ...this.common("internet"), enabled: true });
    return {
      destination: "0.0.0.0/0",
      destinationType: "CIDR_BLOCK",
      networkEntityId: this.props.vcn.internetGatewayId ?? gateway().id,
      description: "The internet, for the public subnet that was asked for",
    };
  }

  private table(id: string, label: string, routes: readonly CoreRouteTableRouteRules[]): string {
    return new CoreRouteTable(this, id, { ...this.common(label), routeRules: [...routes] }).id;
  }

  private common(label: string) {
    const { vcn, displayName, tags } = this.props;
    const { compartmentId, vcnId } = vcn;
    return { compartmentId, vcnId, displayName: `${displayName}-${label}`, ...tags };
  }
}

/**
 * A network in an existing VCN, with its DRG and its gateways. The library creates what was not given, and never changes existing
 * resources.
 *
 * Subnets that are created prohibit public addresses, and have their own empty security list and a route to the region's services only:
 * neither the VCN's default list, which admits SSH from everywhere, nor its default route table applies to them. Existing subnets, routes
 * and rules stay with their owner, and so do the flow logs of those subnets.
 */
@checked
export class ExistingVcnNetwork extends ClusterNetworkBase {
  public readonly compartmentId: string;
  public readonly vcnId: string;
  public readonly vcnCidr: string;
  private readonly cidrs: readonly string[];
  private services?: IRegionServices;
  private readonly displayName: string;
  private readonly tags: TaggingProps;
  private readonly subnets = new Map<SubnetRole, ClusterSubnet>();
  private readonly created = new Map<SubnetRole, RoutedSubnet>();
  private readonly routes?: ExistingVcnRoutes;
  private readonly egress: NetworkEgress;
  private readonly recorded?: IFlowLogs;

  private readonly resolved: ResolvedExistingVcn;

  constructor(scope: Construct, id: string, props: ExistingVcnNetworkProps) {
    const network = readExistingVcn(scope, id, props);
    const { given, ranges, natGatewayId } = network;
    super(scope, id);
    this.resolved = network;
    this.displayName = network.displayName ?? nameOf(this);
    this.tags = tagsOf(this, network);
    this.compartmentId = network.compartmentId;
    this.vcnId = network.vcnId;
    checkRegionWhenWritten(this, "vcnId", this.vcnId);
    checkRegionWhenWritten(this, "natGatewayId", natGatewayId);
    for (const { role, prop } of SUBNETS)
      checkRegionWhenWritten(this, `${prop}.subnetId`, given.get(role)?.subnetId);
    this.cidrs = network.vcnCidrs.map(({ text }) => text);
    if (ranges.size > 0) this.routes = this.createRoutes();
    for (const { role } of SUBNETS) {
      const subnet = given.get(role);
      const range = ranges.get(role);
      if (subnet) this.keep(role, subnet);
      else if (range) this.create(role, range.text);
    }
    takeSubnetsOfVcn(this, this.vcnId, ranges.values());
    this.vcnCidr = this.rangeOf(this.workerSubnet, network.vcnCidrs);
    this.egress = new NetworkEgress(this, "Egress", {
      vcn: { id: this.vcnId, compartmentId: this.compartmentId },
      vcnCidrs: this.cidrs,
      displayName: this.displayName,
      subnets: Object.fromEntries(this.created),
      withoutPods: !this.subnets.has(SubnetRole.PODS),
      natGatewayId,
      attachment: network.attachment,
      tags: this.tags,
    });
    this.recorded = recordNetwork(this, {
      logging: network.flowLogs,
      displayName: this.displayName,
      compartmentId: this.compartmentId,
      subnets: [...ranges.keys()].map((role) => [role, this.subnets.get(role) as ClusterSubnet]),
      tags: this.tags,
    });
  }

  public get flowLogs(): IFlowLogs {
    return flowLogsOf(this, this.recorded);
  }

  public get apiEndpointSubnet(): ClusterSubnet {
    return this.subnets.get(SubnetRole.API_ENDPOINT) as ClusterSubnet;
  }

  public get workerSubnet(): ClusterSubnet {
    return this.subnets.get(SubnetRole.WORKERS) as ClusterSubnet;
  }

  public get podSubnet(): ClusterSubnet {
    return podsSubnetOf(this, this.subnets.get(SubnetRole.PODS));
  }

  public get loadBalancerSubnet(): ClusterSubnet {
    return this.subnets.get(SubnetRole.LOAD_BALANCERS) as ClusterSubnet;
  }

  public get publicLoadBalancerSubnet(): ClusterSubnet | undefined {
    return this.subnets.get(SubnetRole.PUBLIC_LOAD_BALANCERS);
  }

  /** @internal */
  public override get _vcnCidrs(): readonly string[] {
    return this.cidrs;
  }

  /** @internal */
  public override get _vcnCompartmentId(): string | undefined {
    return this.resolved.vcnCompartmentId;
  }

  /** @internal */
  public override get _hasPods(): boolean {
    return this.subnets.has(SubnetRole.PODS);
  }

  /** @internal */
  protected override get _compartments(): { readonly [part: string]: string } {
    const { subnetCompartmentId, vcnCompartmentId } = this.resolved;
    const existing = [...this.subnets.keys()].filter((part) => !this.created.has(part));
    return Object.fromEntries(
      existing.map((part) => [part, subnetCompartmentId ?? vcnCompartmentId ?? this.compartmentId]),
    );
  }

  /**
   * The ranges that are routed to a DRG.
   *
   * @internal
   */
  public override get _onPremises(): readonly RangeBehind[] {
    return this.egress.onPremises;
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
    this.egress.inspect(props, {
      apiEndpointSubnet: this.apiEndpointSubnet,
      workerSubnet: this.workerSubnet,
      podSubnet: this.subnets.get(SubnetRole.PODS),
      loadBalancerSubnet: this.loadBalancerSubnet,
      publicLoadBalancerSubnet: this.publicLoadBalancerSubnet,
    });
  }

  /**
   * Allows the egress of a bastion in the API endpoint's subnet to the endpoint; for an existing subnet, that is up to its owner.
   *
   * @internal
   */
  public override _allowBastionEgress(): void {
    const subnet = this.created.get(SubnetRole.API_ENDPOINT)?.resource;
    if (!subnet || !this.routes || this.node.tryFindChild("BastionSecurityList")) return;
    const vcn = { id: this.vcnId, compartmentId: this.compartmentId };
    const list = bastionSecurityList(this, vcn, {
      displayName: `${this.displayName}-bastion`,
      cidr: this.apiEndpointSubnet.cidr,
      tags: this.tags,
    });
    subnet.securityListIds = [this.routes.securityListId, list.id];
  }

  /** Looked up on first use only: the rules of an imported cluster may never need them. */
  public get regionServices(): IRegionServices {
    this.services ??= this.resolved.regionServices ?? RegionServices._lookUp(this);
    return this.services;
  }

  private createRoutes(): ExistingVcnRoutes {
    const { ranges } = this.resolved;
    return new ExistingVcnRoutes(this, "Routes", {
      vcn: this.resolved,
      displayName: this.displayName,
      regionServices: this.regionServices,
      withInternet: [...ranges.keys()].some((role) => this.exposureOf(role).isPublic),
      tags: this.tags,
    });
  }

  private exposureOf(role: SubnetRole): SubnetExposure {
    const { apiEndpointExposure, loadBalancerExposure, publicLoadBalancerExposure } = this.resolved;
    if (role === SubnetRole.API_ENDPOINT) return apiEndpointExposure;
    if (role === SubnetRole.LOAD_BALANCERS) return loadBalancerExposure;
    if (role === SubnetRole.PUBLIC_LOAD_BALANCERS && publicLoadBalancerExposure)
      return publicLoadBalancerExposure;
    return SubnetExposure.private();
  }

  private keep(
    role: SubnetRole,
    { subnetId, cidr, isPublic: isDeclaredPublic = false }: ClusterSubnet,
  ): void {
    const isPublic = isDeclaredPublic || role === SubnetRole.PUBLIC_LOAD_BALANCERS;
    this.subnets.set(role, { subnetId, cidr, isPublic });
    if (!isPublic) return;
    const what = `an existing public subnet, ${role}`;
    Acknowledgements._record(this, "exposure", what, this.exposureOf(role).reason ?? "");
  }

  private create(role: SubnetRole, cidr: string): void {
    const { id, label } = subnetOf(role);
    const { isPublic, reason } = this.exposureOf(role);
    const routes = this.routes as ExistingVcnRoutes;
    const resource = new CoreSubnet(this, id, {
      compartmentId: this.compartmentId,
      vcnId: this.vcnId,
      cidrBlock: cidr,
      displayName: `${this.displayName}-${label}`,
      // The VCN may have subnets of other clusters, and DNS labels are unique in a VCN.
      dnsLabel: !this.resolved.dnsLabels ? undefined : `${label}${shortHash(this.node.path)}`,
      prohibitPublicIpOnVnic: !isPublic,
      prohibitInternetIngress: !isPublic,
      routeTableId: isPublic ? routes.publicRouteTableId : routes.privateRouteTableId,
      securityListIds: [routes.securityListId],
      ...this.tags,
    });
    if (isPublic) Acknowledgements._record(resource, "exposure", "a public subnet", reason ?? "");
    this.subnets.set(role, { subnetId: resource.id, cidr, isPublic });
    this.created.set(role, {
      id,
      label,
      resource,
      routes: isPublic ? routes.publicRoutes : routes.privateRoutes,
    });
  }

  /** The range of the VCN that contains the subnet; the first range if that is not known. */
  private rangeOf({ cidr }: ClusterSubnet, ranges: readonly Cidr[]): string {
    const subnet = readIpv4CidrIfKnown(new Problems(this), "cidr", cidr);
    const own = subnet && ranges.find((range) => contains(range, subnet));
    return (own ?? (ranges[0] as Cidr)).text;
  }
}
