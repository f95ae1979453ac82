import { Construct } from "constructs";
import { type IClusterNetwork } from "./network";
import { checkRegionServices, type IRegionServices } from "./region-services";
import { type ClusterSubnet } from "./subnet";
import { readIpv4CidrIfKnown } from "../core/cidr";
import { problemsIn } from "../core/construct-scope";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven } from "../core/required";
import { type Problems } from "../core/validation-error";

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

/** A network that exists already. */
export class ImportedClusterNetwork extends Construct implements IClusterNetwork {
  public readonly vcnId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: ClusterNetworkAttributes,
  ) {
    const problems = problemsIn(scope, id);
    if (checkGiven(problems, { attributes })) check(problems, attributes);
    problems.throwIfAny();
    super(scope, id);
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

function check(problems: Problems, attributes: ClusterNetworkAttributes): void {
  const { vcnId, compartmentId, vcnCidr, regionServices } = attributes;
  checkOcid(problems, "vcnId", vcnId, "vcn");
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
  if (vcnCidr !== undefined) readIpv4CidrIfKnown(problems, "vcnCidr", vcnCidr);
  const { apiEndpointSubnet, workersSubnet, podsSubnet, loadBalancerSubnet } = attributes;
  const subnets = { apiEndpointSubnet, workersSubnet, podsSubnet, loadBalancerSubnet };
  for (const [name, subnet] of Object.entries(subnets)) {
    if (!subnet) continue;
    checkOcid(problems, `${name}.subnetId`, subnet.subnetId, "subnet");
    readIpv4CidrIfKnown(problems, `${name}.cidr`, subnet.cidr);
  }
  if (regionServices !== undefined) checkRegionServices(problems, "regionServices.", regionServices);
}
