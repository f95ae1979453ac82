import { type Construct } from "constructs";
import { checkPublicBalancerExposure } from "./network";
import { checkAllServices, checkRegionServices, type IRegionServices } from "./region-services";
import { SubnetExposure } from "./subnet-exposure";
import { SubnetPlan } from "./subnet-plan";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkOcid } from "../../core/ocid";
import { checkDisplayName, LONGEST_DISPLAY_NAME } from "../../core/resource-name";
import { checkTags, type TaggingProps } from "../../core/tagging";
import { FlowLogging } from "../logs/flow-logging";
import { SecurityAttribute } from "../security-groups/security-attribute";

/** The longest name of a network: names of what is in it are its own and an ending such as this one, the longest. */
export const LONGEST_NETWORK_NAME = LONGEST_DISPLAY_NAME - "-default-emptied".length;

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
   * @default SubnetExposure.private()
   */
  readonly apiEndpointExposure?: SubnetExposure;
  /**
   * Whether the subnet of the load balancers may have public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly loadBalancerExposure?: SubnetExposure;
  /**
   * A subnet of their own for public load balancers, `SubnetExposure.publicWith({ reason })`: internal ones keep their private subnet.
   *
   * A Service is in the one that its access asks for. A plan that is given must have its range: `SubnetPlan.of({ publicLoadBalancers:
   * true })`.
   *
   * @default - none: all load balancers are in one subnet
   */
  readonly publicLoadBalancerExposure?: SubnetExposure;
  /**
   * The label by which policies of Zero Trust Packet Routing name the VCN, see `PacketRouting`; OCI takes one for a VCN.
   *
   * @default - none
   */
  readonly securityAttribute?: SecurityAttribute;
  /**
   * The region's services, where they are known beforehand: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * Give them where a plan must show everything before the first apply: looked up, they are unknown until then.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * Whether the subnets have flow logs: who talked to whom, every flow, for ninety days.
   *
   * They are billed by their volume, and whoever may read the log group sees them.
   *
   * @default FlowLogging.enabled()
   */
  readonly flowLogs?: FlowLogging;
  /**
   * The name of the VCN, and the beginning of the names of what is in it: 1 to 239 characters.
   *
   * It can be changed in place.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}

/** The plan of a network whose props have nothing wrong; checked before the network is made, so that nothing is left behind. */
export function checkedPlan(scope: Construct, id: string, given: ClusterNetworkProps): SubnetPlan {
  const props: Partial<ClusterNetworkProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const plan = problems.collect(() =>
    props.plan
      ? SubnetPlan._checked(props.plan)
      : SubnetPlan.of(props.publicLoadBalancerExposure ? { publicLoadBalancers: true } : {}),
  );
  SubnetExposure._check(problems, "apiEndpointExposure", props.apiEndpointExposure);
  SubnetExposure._check(problems, "loadBalancerExposure", props.loadBalancerExposure);
  SubnetExposure._check(problems, "publicLoadBalancerExposure", props.publicLoadBalancerExposure);
  checkPublicBalancerExposure(problems, "publicLoadBalancerExposure", props.publicLoadBalancerExposure, {
    loadBalancerExposure: props.loadBalancerExposure,
  });
  if (props.publicLoadBalancerExposure && plan?.publicLoadBalancerCidr === "") {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The plan has no range for the subnet of public load balancers",
      "Plan it: SubnetPlan.of({ …, publicLoadBalancers: true })",
    );
  }
  FlowLogging._check(problems, "flowLogs", props.flowLogs);
  if (props.regionServices) {
    checkRegionServices(problems, "regionServices.", props.regionServices);
    checkAllServices(problems, "regionServices", props.regionServices);
  }
  checkDisplayName(problems, "displayName", props.displayName, LONGEST_NETWORK_NAME);
  SecurityAttribute._check(problems, "securityAttribute", props.securityAttribute);
  checkTags(problems, props);
  problems.throwIfAny();
  return plan as SubnetPlan;
}
