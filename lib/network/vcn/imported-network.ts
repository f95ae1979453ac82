import { type Construct } from "constructs";
import { ClusterNetworkBase, checkPublicBalancers } from "./network";
import { type IRegionServices, regionServices } from "./region-services";
import {
  checkSubnetRanges,
  type ClusterSubnet,
  clusterSubnet,
  type GivenSubnet,
  tellApart,
} from "./cluster-subnet";
import { problemsIn } from "../../core/construct-scope";
import { requiredAttribute } from "../../core/missing-values";
import {
  cidrOrReference,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
} from "../../core/readers";
import { checkRegionWhenWritten } from "../../core/regions";
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

const IMPORTED_NETWORK = {
  vcnId: ocid("vcn"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  vcnCidr: optional(cidrOrReference()),
  apiEndpointSubnet: optional(clusterSubnet()),
  workerSubnet: optional(clusterSubnet()),
  podSubnet: optional(clusterSubnet()),
  loadBalancerSubnet: optional(clusterSubnet()),
  publicLoadBalancerSubnet: optional(clusterSubnet()),
  regionServices: optional(regionServices()),
} satisfies PropsSchema<ClusterNetworkAttributes>;

const SUBNETS = [
  "apiEndpointSubnet",
  "workerSubnet",
  "podSubnet",
  "loadBalancerSubnet",
  "publicLoadBalancerSubnet",
] as const;

function readImportedNetwork(
  scope: Construct,
  id: string,
  attributes: ClusterNetworkAttributes,
): Resolved<typeof IMPORTED_NETWORK> {
  const problems = problemsIn(scope, id);
  const read = readProps(problems, attributes, IMPORTED_NETWORK);
  checkPublicBalancers(problems, read.publicLoadBalancerSubnet?.subnet);
  const blocks = SUBNETS.flatMap((name) => {
    const block = read[name]?.block;
    return block ? [[`${name}.cidr`, block] as const] : [];
  });
  const vcn = read.vcnCidr?.block;
  checkSubnetRanges(problems, vcn ? [vcn] : [], new Map(blocks), { isOther: tellApart(scope, pick(read)) });
  return problems.resolved(read);
}

/** The subnets among the attributes. */
function pick(read: Partial<Resolved<typeof IMPORTED_NETWORK>>): {
  readonly [name: string]: GivenSubnet | undefined;
} {
  return Object.fromEntries(SUBNETS.map((name) => [name, read[name]]));
}

/** An imported network. */
export class ImportedClusterNetwork extends ClusterNetworkBase {
  public readonly vcnId: string;
  private readonly attributes: Resolved<typeof IMPORTED_NETWORK>;

  constructor(scope: Construct, id: string, attributes: ClusterNetworkAttributes) {
    const read = readImportedNetwork(scope, id, attributes);
    super(scope, id);
    this.attributes = read;
    this.vcnId = read.vcnId;
    checkRegionWhenWritten(this, "vcnId", this.vcnId);
    for (const name of SUBNETS) checkRegionWhenWritten(this, `${name}.subnetId`, read[name]?.subnet.subnetId);
  }

  public get compartmentId(): string {
    return this.attribute("compartmentId", this.attributes.compartmentId);
  }

  public get vcnCidr(): string {
    return this.attribute("vcnCidr", this.attributes.vcnCidr?.text);
  }

  public get apiEndpointSubnet(): ClusterSubnet {
    return this.attribute("apiEndpointSubnet", this.attributes.apiEndpointSubnet?.subnet);
  }

  public get workerSubnet(): ClusterSubnet {
    return this.attribute("workerSubnet", this.attributes.workerSubnet?.subnet);
  }

  public get podSubnet(): ClusterSubnet {
    return this.attribute("podSubnet", this.attributes.podSubnet?.subnet);
  }

  public get loadBalancerSubnet(): ClusterSubnet {
    return this.attribute("loadBalancerSubnet", this.attributes.loadBalancerSubnet?.subnet);
  }

  public get publicLoadBalancerSubnet(): ClusterSubnet | undefined {
    const subnet = this.attributes.publicLoadBalancerSubnet;
    return subnet && { ...subnet.subnet, isPublic: true };
  }

  public get regionServices(): IRegionServices {
    return this.attribute("regionServices", this.attributes.regionServices);
  }

  public get flowLogs(): IFlowLogs {
    return flowLogsOf(this, undefined);
  }

  public addEgress(source: EgressSource, egress: Egress): void {
    const problems = new Problems(this);
    checkEgress(problems, source, egress);
    checkGroupVcn(problems, "The group", source.group, this, this.vcnId);
    const vcn = this.attributes.vcnCidr?.block;
    const cidr = blockOf(egress.cidr);
    if (vcn && cidr && !egress.isAnywhere) checkOutside(problems, "The destination", cidr, vcn);
    problems.throwIfAny();
    source.group.allowTo(egress._peer, egress.port, { reason: egress.reason });
  }

  public inspectEgress(): void {
    this.rejectChange(
      "Ask the owner to route through the firewall in the route tables of the subnets and of the gateways, or use ExistingVcnNetwork",
    );
  }

  public get natGatewayAddress(): string {
    return this.rejectChange(
      "Use the address that the program or the console shows that created the NAT gateway",
    );
  }

  public attachDrg(): string {
    return this.rejectChange(
      "Ask the owner to attach the DRG and route the ranges, or use ExistingVcnNetwork",
    );
  }

  public peerLocally(): string {
    return this.rejectChange("Ask the owner to peer the VCN and route the ranges, or use ExistingVcnNetwork");
  }

  public peerRemotely(): string {
    return this.rejectChange("Ask the owner to peer the DRG and route the ranges, or use ExistingVcnNetwork");
  }

  /** @internal */
  public override get _isImported(): boolean {
    return true;
  }

  private rejectChange(instead: string): never {
    const problems = new Problems(this);
    problems.add(
      "EGRESS_INVALID",
      "The network was imported, and its owner manages its routes and gateways",
      instead,
    );
    return problems.throwAll();
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return requiredAttribute(this, "ClusterNetwork.fromClusterNetworkAttributes", name, value);
  }
}
