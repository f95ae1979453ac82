import { type Construct } from "constructs";
import { checkPublicBalancerExposure } from "./network";
import { checkAllServices, checkRegionServices, type IRegionServices } from "./region-services";
import { SubnetExposure } from "./subnet-exposure";
import { SubnetPlan } from "./subnet-plan";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkOcid } from "../../core/ocid";
import { checkDisplayName, MAX_DISPLAY_NAME_LENGTH } from "../../core/resource-name";
import { checkTags, type TaggingProps } from "../../core/tagging";
import { FlowLogging } from "../logs/flow-logging";
import { SecurityAttribute } from "../security-groups/security-attribute";

/** The longest name of a network: its resources are named after it, and this is the longest suffix. */
export const MAX_NETWORK_NAME_LENGTH = MAX_DISPLAY_NAME_LENGTH - "-default-emptied".length;

/** Props for ClusterNetwork. */
export interface ClusterNetworkProps extends TaggingProps {
  /** The OCID of the compartment of the network. */
  readonly compartmentId: string;
  /**
   * The address ranges, planned with SubnetPlan.
   *
   * A subnet in use keeps its range: OCI can't move addresses that are taken. Plan enough room for growth.
   *
   * @default - 10.0.0.0/16 with room for 250 nodes and 7,750 pods
   */
  readonly plan?: SubnetPlan;
  /**
   * Whether the API endpoint's subnet may have public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly apiEndpointExposure?: SubnetExposure;
  /**
   * Whether the load balancers' subnet may have public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly loadBalancerExposure?: SubnetExposure;
  /**
   * Creates a separate subnet for public load balancers, `SubnetExposure.publicWith({ reason })`; internal ones keep their private
   * subnet.
   *
   * The access of a Service decides which of the two it uses. A custom plan must have a range for the subnet: `SubnetPlan.of({
   * publicLoadBalancers: true })`.
   *
   * @default - none; all load balancers share one subnet
   */
  readonly publicLoadBalancerExposure?: SubnetExposure;
  /**
   * The security attribute by which Zero Trust Packet Routing policies identify the VCN, see `PacketRouting`; OCI allows one for a VCN.
   *
   * @default - none
   */
  readonly securityAttribute?: SecurityAttribute;
  /**
   * The region's services, if they are known in advance: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * Set them if the first plan must show every value: a lookup is unknown until the apply.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * Whether the subnets have flow logs, which record the hosts of every flow for 90 days.
   *
   * They are billed by volume, and everyone who may read the log group sees them.
   *
   * @default FlowLogging.enabled()
   */
  readonly flowLogs?: FlowLogging;
  /**
   * The name of the VCN, and the prefix of the names of its resources: 1 to 239 characters.
   *
   * It can be changed in place.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}

/** Returns the plan of a network with valid props; runs before the network is created, so that nothing is left behind. */
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
  checkDisplayName(problems, "displayName", props.displayName, MAX_NETWORK_NAME_LENGTH);
  SecurityAttribute._check(problems, "securityAttribute", props.securityAttribute);
  checkTags(problems, props);
  problems.throwIfAny();
  return plan as SubnetPlan;
}
