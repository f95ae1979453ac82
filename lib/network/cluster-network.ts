import { Construct } from "constructs";
import { ImportedClusterNetwork, type ClusterNetworkAttributes } from "./imported-network";
import { type IClusterNetwork } from "./network";
import { NetworkRoutes } from "./network-routes";
import { checkRegionServices, RegionServices, type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet";
import { SubnetExposure } from "./subnet-exposure";
import { SubnetPlan } from "./subnet-plan";
import { Acknowledgements } from "../core/acknowledgement";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName, LONGEST_DISPLAY_NAME } from "../core/display-name";
import { checkOcid } from "../core/ocid";
import { nameOf } from "../core/resource-name";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { CoreSubnet } from "../oci/core-subnet";
import { CoreVcn } from "../oci/core-vcn";

export { type ClusterNetworkAttributes } from "./imported-network";
export { type IClusterNetwork } from "./network";

// Names of what is in a network are its own name and an ending such as this one, the longest.
const LONGEST_ENDING = "-default-emptied".length;

/** What a cluster's network is made of. */
export interface ClusterNetworkProps extends TaggingProps {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /**
   * The address ranges, as a SubnetPlan made them.
   *
   * A subnet that is in use keeps its range: OCI moves no addresses that are taken. So leave room for what will come.
   *
   * @default - 10.0.0.0/16 with room for 250 nodes and 7,750 pods
   */
  readonly plan?: SubnetPlan;
  /**
   * Whether the subnet of the API endpoint may have public addresses.
   *
   * @default SubnetExposure.privateOnly()
   */
  readonly apiEndpointSubnet?: SubnetExposure;
  /**
   * Whether the subnet of the load balancers may have public addresses.
   *
   * @default SubnetExposure.privateOnly()
   */
  readonly loadBalancerSubnet?: SubnetExposure;
  /**
   * The region's services, where they are known beforehand: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * Give them where a plan must show everything before the first apply: looked up, they are unknown until then.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * The name of the VCN, and the beginning of the names of what is in it: 1 to 239 characters.
   *
   * It can be changed in place.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}

/**
 * A VCN for a cluster, or for several: four subnets without public addresses, and no way to or from the internet.
 *
 * The region's services are reached through a service gateway. The VCN's default security list and default route table
 * are emptied, so that only the rules of network security groups let anything through.
 *
 * Names, tags and the compartment change in place. Another id of the construct replaces all of it; another range, or another
 * exposure, replaces the subnet that it is of. What Terraform looks up is read once the stack has been applied for the first
 * time, so that no later change of the VCN makes rules unknown; `RegionServices.of` looks nothing up.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
export class ClusterNetwork extends Construct implements IClusterNetwork {
  /**
   * A network that exists already; nothing of it is looked up.
   *
   * @throws OCID_INVALID, CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, SUBNET_OUTSIDE_VCN, SUBNET_OVERLAP, VALUE_INVALID, NAME_INVALID,
   * NAME_DUPLICATE; ATTRIBUTE_MISSING when an attribute that was not given is touched
   */
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
  public readonly workersSubnet: ClusterSubnet;
  public readonly podsSubnet: ClusterSubnet;
  public readonly loadBalancerSubnet: ClusterSubnet;
  public readonly regionServices: IRegionServices;
  private readonly displayName: string;
  private readonly vcn: CoreVcn;
  private readonly routes: NetworkRoutes;

  /**
   * @throws OCID_INVALID, TAG_INVALID, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, ATTRIBUTE_MISSING, and what
   * SubnetPlan.of, SubnetExposure.publicWith and RegionServices.of refuse
   */
  constructor(scope: Construct, id: string, props: ClusterNetworkProps) {
    const plan = checked(scope, id, props);
    super(scope, id);
    const name = props.displayName ?? nameOf(this);
    this.displayName = name;
    this.compartmentId = props.compartmentId;
    this.vcnCidr = plan.vcnCidr;
    this.vcn = new CoreVcn(this, "Resource", {
      compartmentId: props.compartmentId,
      cidrBlocks: [plan.vcnCidr],
      displayName: name,
      dnsLabel: dnsLabel(this.node.id),
      ...tagsOf(this, props),
    });
    this.vcnId = this.vcn.id;
    this.regionServices = props.regionServices ?? RegionServices._lookUp(this);

    const exposures = [props.apiEndpointSubnet, props.loadBalancerSubnet];
    this.routes = new NetworkRoutes(this, "Routes", {
      vcn: this.vcn,
      displayName: name,
      regionServices: this.regionServices,
      withInternet: exposures.some((exposure) => exposure?.isPublic),
      tags: tagsOf(this, props),
    });
    this.apiEndpointSubnet = this.subnet(
      "ApiEndpoint",
      "api",
      plan.apiEndpointCidr,
      props,
      props.apiEndpointSubnet,
    );
    this.workersSubnet = this.subnet("Workers", "workers", plan.workersCidr, props);
    this.podsSubnet = this.subnet("Pods", "pods", plan.podsCidr, props);
    const { loadBalancerSubnet: exposure } = props;
    this.loadBalancerSubnet = this.subnet("LoadBalancers", "lb", plan.loadBalancersCidr, props, exposure);
  }

  private subnet(
    id: string,
    label: string,
    cidr: string,
    props: ClusterNetworkProps,
    exposure = SubnetExposure.privateOnly(),
  ): ClusterSubnet {
    const { isPublic, reason } = exposure;
    const subnet = new CoreSubnet(this, id, {
      compartmentId: this.compartmentId,
      vcnId: this.vcnId,
      cidrBlock: cidr,
      displayName: `${this.displayName}-${label}`,
      dnsLabel: label,
      prohibitPublicIpOnVnic: !isPublic,
      prohibitInternetIngress: !isPublic,
      routeTableId: isPublic ? this.routes.publicRouteTableId : this.routes.privateRouteTableId,
      // Named, so that the subnet is never given another list; this one is emptied.
      securityListIds: [this.vcn.defaultSecurityListId],
      ...tagsOf(this, props),
    });
    if (isPublic) Acknowledgements._record(subnet, "exposure", "a public subnet", reason ?? "");
    return { subnetId: subnet.id, cidr, isPublic };
  }
}

/** The plan of a network whose props have nothing wrong; checked before the network is made, so that nothing is left behind. */
function checked(scope: Construct, id: string, given: ClusterNetworkProps): SubnetPlan {
  const props: Partial<ClusterNetworkProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const plan = problems.collect(() => (props.plan ? SubnetPlan._checked(props.plan) : SubnetPlan.of()));
  SubnetExposure._check(problems, "apiEndpointSubnet", props.apiEndpointSubnet);
  SubnetExposure._check(problems, "loadBalancerSubnet", props.loadBalancerSubnet);
  if (props.regionServices) checkRegionServices(problems, "regionServices.", props.regionServices);
  checkDisplayName(problems, "displayName", props.displayName, LONGEST_DISPLAY_NAME - LONGEST_ENDING);
  checkTags(problems, props);
  problems.throwIfAny();
  return plan as SubnetPlan;
}

/** DNS labels of OCI are 1 to 15 letters and digits and begin with a letter. */
function dnsLabel(id: string): string {
  const label = id
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/^[0-9]+/, "");
  return label.slice(0, 15) || "vcn";
}
