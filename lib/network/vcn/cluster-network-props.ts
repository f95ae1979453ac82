import { type Construct } from "constructs";
import { checkPublicBalancerExposure } from "./network";
import { type PlannedRanges } from "./private/subnet-planner";
import { type IRegionServices, regionServices } from "./region-services";
import { SubnetExposure, subnetExposure } from "./cluster-subnet";
import { defaultRanges, type SubnetPlan, subnetPlan } from "./subnet-plan";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  displayName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../../core/readers";
import { MAX_DISPLAY_NAME_LENGTH } from "../../core/resource-name";
import { type TaggingProps } from "../../core/tagging";
import { DEFAULT_FLOW_LOGGING, type FlowLogging, flowLogging } from "../logs/flow-logging";
import { type SecurityAttribute, securityAttribute } from "../security-groups/security-attribute";

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

const CLUSTER_NETWORK = {
  compartmentId: ocid("compartment", "tenancy"),
  plan: optional(subnetPlan()),
  apiEndpointExposure: withDefault(subnetExposure(), SubnetExposure.private()),
  loadBalancerExposure: withDefault(subnetExposure(), SubnetExposure.private()),
  publicLoadBalancerExposure: optional(subnetExposure()),
  flowLogs: withDefault(flowLogging(), DEFAULT_FLOW_LOGGING),
  regionServices: optional(regionServices()),
  displayName: optional(displayName(MAX_NETWORK_NAME_LENGTH)),
  securityAttribute: optional(securityAttribute()),
  ...taggingReaders(),
} satisfies PropsSchema<ClusterNetworkProps>;

/** The props of a network, with the ranges of the subnets to create. */
type ResolvedClusterNetwork = Resolved<typeof CLUSTER_NETWORK> & { readonly plan: PlannedRanges };

/** Reads the props before anything is created, so that nothing is left behind; throws all problems together. */
export function readClusterNetwork(
  scope: Construct,
  id: string,
  props: ClusterNetworkProps,
): ResolvedClusterNetwork {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CLUSTER_NETWORK);
  const { loadBalancerExposure, publicLoadBalancerExposure } = read;
  checkPublicBalancerExposure(problems, "publicLoadBalancerExposure", publicLoadBalancerExposure, {
    loadBalancerExposure,
  });
  const plan = read.plan ?? defaultRanges(problems, publicLoadBalancerExposure !== undefined);
  if (publicLoadBalancerExposure && !plan.publicLoadBalancerCidr) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The plan has no range for the subnet of public load balancers",
      "Plan one: SubnetPlan.of({ …, publicLoadBalancers: true })",
    );
  }
  const { publicLoadBalancerCidr, ...others } = plan;
  return problems.resolved<ResolvedClusterNetwork>({
    ...read,
    plan: publicLoadBalancerExposure ? { ...others, publicLoadBalancerCidr } : others,
  });
}
