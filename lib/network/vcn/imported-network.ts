import { ClusterNetworkBase } from "./cluster-network-base";
import { type Construct } from "constructs";
import { checkPublicBalancers } from "./network";
import { checkAllServices, checkRegionServices, type IRegionServices } from "./region-services";
import { checkSubnetRanges, type ClusterSubnet, readGivenSubnet, tellApart } from "./subnet-exposure";
import { type Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
import { problemsIn } from "../../core/construct-scope";
import { given } from "../../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../../core/ocid";
import { checkRegionWhenWritten, checkSubnetRegionsWhenWritten } from "../../core/region-of-ocid";
import { Problems } from "../../core/validation-error";
import { blockOf, checkEgress, checkOutside, type Egress, type EgressSource } from "../egress/egress";
import { type IFlowLogs } from "../logs/flow-logging";
import { flowLogsOf } from "../logs/flow-logs";
import { checkGroupVcn } from "../security-groups/network-security-group";

/** The attributes of an existing network. */
export interface ClusterNetworkAttributes {
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The OCID of the compartment of the network. @default - throws when touched */
  readonly compartmentId?: string;
  /** The address range of the VCN; if it has several, the one that contains all of its subnets. @default - throws when touched */
  readonly vcnCidr?: string;
  /** The subnet of the API endpoint. @default - throws when touched */
  readonly apiEndpointSubnet?: ClusterSubnet;
  /** The subnet of the worker nodes. @default - throws when touched */
  readonly workerSubnet?: ClusterSubnet;
  /** The subnet of the pods. @default - throws when touched */
  readonly podSubnet?: ClusterSubnet;
  /** The subnet of the load balancers. @default - throws when touched */
  readonly loadBalancerSubnet?: ClusterSubnet;
  /** The public subnet of public load balancers. @default - none: all load balancers are in one subnet */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /** The region's services. @default - throws when touched */
  readonly regionServices?: IRegionServices;
}

/** An imported network. */
export class ImportedClusterNetwork extends ClusterNetworkBase {
  public readonly vcnId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: ClusterNetworkAttributes,
  ) {
    const problems = problemsIn(scope, id);
    check(problems, scope, attributes ?? {});
    problems.throwIfAny();
    super(scope, id);
    this.vcnId = attributes.vcnId;
    checkRegionWhenWritten(this, "vcnId", attributes.vcnId);
    checkSubnetRegionsWhenWritten(this, attributes);
  }

  public get compartmentId(): string {
    return this.attribute("compartmentId", this.attributes.compartmentId);
  }

  public get vcnCidr(): string {
    return this.attribute("vcnCidr", this.attributes.vcnCidr);
  }

  public get apiEndpointSubnet(): ClusterSubnet {
    return this.attribute("apiEndpointSubnet", this.attributes.apiEndpointSubnet);
  }

  public get workerSubnet(): ClusterSubnet {
    return this.attribute("workerSubnet", this.attributes.workerSubnet);
  }

  public get podSubnet(): ClusterSubnet {
    return this.attribute("podSubnet", this.attributes.podSubnet);
  }

  public get loadBalancerSubnet(): ClusterSubnet {
    return this.attribute("loadBalancerSubnet", this.attributes.loadBalancerSubnet);
  }

  public get publicLoadBalancerSubnet(): ClusterSubnet | undefined {
    const { publicLoadBalancerSubnet: subnet } = this.attributes;
    return subnet && { ...subnet, isPublic: true };
  }

  public get regionServices(): IRegionServices {
    return this.attribute("regionServices", this.attributes.regionServices);
  }

  public get flowLogs(): IFlowLogs {
    return flowLogsOf(this, undefined);
  }

  public addEgress(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this);
    if (!checkEgress(problems, source, egress)) problems.throwIfAny();
    checkGroupVcn(problems, "The group", source.group, this, this.vcnId);
    const { vcnCidr } = this.attributes;
    const vcn = vcnCidr === undefined ? undefined : readIpv4CidrIfKnown(problems, "vcnCidr", vcnCidr);
    const cidr = blockOf(egress.cidr);
    if (vcn && cidr && !egress.isAnywhere) checkOutside(problems, "The destination", cidr, vcn);
    problems.throwIfAny();
    source.group.allowTo(egress._peer, egress.port, { reason: egress.reason });
  }

  public inspectEgress(): void {
    this.refuse(
      "Have the owner name the firewall's private address in the route tables of the subnets and of the gateways, or use ExistingVcnNetwork",
    );
  }

  public get natGatewayAddress(): string {
    return this.refuse("Take the address from the program or the console that created the NAT gateway");
  }

  public attachDrg(): string {
    return this.refuse("Have the owner attach the DRG and route the ranges, or use ExistingVcnNetwork");
  }

  public peerLocally(): string {
    return this.refuse("Have the owner peer the VCN and route the ranges, or use ExistingVcnNetwork");
  }

  public peerRemotely(): string {
    return this.refuse("Have the owner peer the DRG and route the ranges, or use ExistingVcnNetwork");
  }

  /** @internal */
  public override get _isImported(): boolean {
    return true;
  }

  private refuse(instead: string): never {
    const problems = new Problems(this);
    problems.add(
      "EGRESS_INVALID",
      "The network was imported, and its owner manages its routes and gateways",
      instead,
    );
    return problems.throwAll();
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return given(this, "ClusterNetwork.fromClusterNetworkAttributes", name, value);
  }
}

const SUBNETS = [
  "apiEndpointSubnet",
  "workerSubnet",
  "podSubnet",
  "loadBalancerSubnet",
  "publicLoadBalancerSubnet",
] as const;

function check(problems: Problems, scope: Construct, attributes: Partial<ClusterNetworkAttributes>): void {
  const { vcnId, compartmentId, vcnCidr, regionServices } = attributes;
  checkOcid(problems, "vcnId", vcnId, "vcn");
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  const vcn = vcnCidr === undefined ? undefined : readIpv4CidrIfKnown(problems, "vcnCidr", vcnCidr);
  const known = new Map<string, Cidr>();
  const given = Object.fromEntries(SUBNETS.map((name) => [name, attributes[name]]));
  for (const name of SUBNETS) {
    const cidr = readGivenSubnet(problems, name, attributes[name]);
    if (cidr) known.set(`${name}.cidr`, cidr);
  }
  checkPublicBalancers(problems, attributes.publicLoadBalancerSubnet);
  checkSubnetRanges(problems, vcn ? [vcn] : [], known, { isOther: tellApart(scope, given) });
  if (regionServices === undefined) return;
  checkRegionServices(problems, "regionServices.", regionServices);
  checkAllServices(problems, "regionServices", regionServices);
}
