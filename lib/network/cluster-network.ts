import { Construct, type IConstruct } from "constructs";
import { NetworkRoutes } from "./network-routes";
import { RegionServices, type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet";
import { SubnetExposure } from "./subnet-exposure";
import { SubnetPlan } from "./subnet-plan";
import { Acknowledgements } from "../core/acknowledgement";
import { readIpv4CidrIfKnown } from "../core/cidr";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { nameOf } from "../core/resource-name";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { CoreSubnet } from "../oci/core-subnet";
import { CoreVcn } from "../oci/core-vcn";

/** The VCN and the subnets of a cluster, made here or imported. */
export interface IClusterNetwork extends IConstruct {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The address range of the VCN. */
  readonly vcnCidr: string;
  /** The subnet of the API endpoint. */
  readonly apiEndpointSubnet: ClusterSubnet;
  /** The subnet of the worker nodes. */
  readonly workersSubnet: ClusterSubnet;
  /** The subnet of the pods. */
  readonly podsSubnet: ClusterSubnet;
  /** The subnet of the load balancers. */
  readonly loadBalancerSubnet: ClusterSubnet;
  /** The region's services, reached through the service gateway. */
  readonly regionServices: IRegionServices;
}

/** What a cluster's network is made of. */
export interface ClusterNetworkProps extends TaggingProps {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /**
   * The address ranges.
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
   * The region's services, where they are known beforehand.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * The name of the VCN, and the beginning of the names of what is in it.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}

/** A network that exists already. */
export interface ClusterNetworkAttributes {
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The OCID of the compartment. @default - throws when touched */
  readonly compartmentId?: string;
  /** The address range of the VCN. @default - throws when touched */
  readonly vcnCidr?: string;
  /** The subnet of the API endpoint. @default - throws when touched */
  readonly apiEndpointSubnet?: ClusterSubnet;
  /** The subnet of the worker nodes. @default - throws when touched */
  readonly workersSubnet?: ClusterSubnet;
  /** The subnet of the pods. @default - throws when touched */
  readonly podsSubnet?: ClusterSubnet;
  /** The subnet of the load balancers. @default - throws when touched */
  readonly loadBalancerSubnet?: ClusterSubnet;
  /** The region's services. @default - throws when touched */
  readonly regionServices?: IRegionServices;
}

/**
 * A VCN for one cluster: four subnets without public addresses, and no way to or from the internet.
 *
 * The region's services are reached through a service gateway. The VCN's default security list and default route table
 * are emptied, so that only the rules of network security groups let anything through.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
export class ClusterNetwork extends Construct implements IClusterNetwork {
  /**
   * A network that exists already; nothing of it is looked up.
   *
   * @throws OCID_INVALID; ATTRIBUTE_MISSING when an attribute that was not given is touched
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

  /** @throws OCID_INVALID, TAG_INVALID */
  constructor(scope: Construct, id: string, props: ClusterNetworkProps) {
    super(scope, id);
    const problems = new Problems(this);
    checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
    checkTags(problems, props);
    problems.throwIfAny();

    const plan = props.plan ?? SubnetPlan.of();
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

/** DNS labels of OCI are 1 to 15 letters and digits and begin with a letter. */
function dnsLabel(id: string): string {
  const label = id
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/^[0-9]+/, "");
  return label.slice(0, 15) || "vcn";
}

/** A network that exists already. */
class ImportedClusterNetwork extends Construct implements IClusterNetwork {
  public readonly vcnId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: ClusterNetworkAttributes,
  ) {
    super(scope, id);
    const problems = new Problems(this);
    checkOcid(problems, "vcnId", attributes.vcnId, "vcn");
    checkOcidIfGiven(problems, "compartmentId", attributes.compartmentId, "compartment", "tenancy");
    if (attributes.vcnCidr !== undefined) readIpv4CidrIfKnown(problems, "vcnCidr", attributes.vcnCidr);
    const { apiEndpointSubnet, workersSubnet, podsSubnet, loadBalancerSubnet } = attributes;
    for (const [name, subnet] of Object.entries({
      apiEndpointSubnet,
      workersSubnet,
      podsSubnet,
      loadBalancerSubnet,
    })) {
      if (!subnet) continue;
      checkOcid(problems, `${name}.subnetId`, subnet.subnetId, "subnet");
      readIpv4CidrIfKnown(problems, `${name}.cidr`, subnet.cidr);
    }
    problems.throwIfAny();
    this.vcnId = attributes.vcnId;
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

  public get workersSubnet(): ClusterSubnet {
    return this.attribute("workersSubnet", this.attributes.workersSubnet);
  }

  public get podsSubnet(): ClusterSubnet {
    return this.attribute("podsSubnet", this.attributes.podsSubnet);
  }

  public get loadBalancerSubnet(): ClusterSubnet {
    return this.attribute("loadBalancerSubnet", this.attributes.loadBalancerSubnet);
  }

  public get regionServices(): IRegionServices {
    return this.attribute("regionServices", this.attributes.regionServices);
  }

  private attribute<T>(name: string, value: T | undefined): T {
    return given(this, "ClusterNetwork.fromClusterNetworkAttributes", name, value);
  }
}
