import {
  type DrgAttachmentProps,
  checkPods,
  checkHubAndNat,
  DRG_ATTACHMENT,
  type KnownAttachment,
  readAttachment,
} from "./drg-and-peering";
import { type IRegionServices, regionServices } from "./region-services";
import {
  type ClusterSubnet,
  SubnetExposure,
  SubnetRole,
  SUBNETS,
  checkSubnetExposure,
  checkSubnetRanges,
  checkSubnetSize,
  clusterSubnet,
  subnetExposure,
  tellApart,
  checkSubnetsOfVcn,
} from "./cluster-subnet";
import { type SubnetPlan, subnetPlan } from "./subnet-plan";
import { type TaggingProps } from "../../core/tagging";
import { type FlowLogging, flowLogging } from "../logs/flow-logging";
import { checkGatewaysOfVcn } from "./private/network-routes";
import { type Construct } from "constructs";
import { type Cidr, overlaps } from "../../core/cidr";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  boolean,
  checkedBy,
  displayName,
  literalCidrs,
  objectOf,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { MAX_NETWORK_NAME_LENGTH } from "./cluster-network-props";
import { checkPublicBalancerExposure, checkPublicBalancers } from "./network";

/** Props for ExistingVcnNetwork. */
export interface ExistingVcnNetworkProps extends TaggingProps {
  /** The OCID of the VCN, which is not changed. */
  readonly vcnId: string;
  /** All address ranges of the VCN, as literals. */
  readonly vcnCidrs: string[];
  /** The OCID of the compartment for the created resources, including the security groups of clusters. */
  readonly compartmentId: string;
  /**
   * The OCID of the compartment of the VCN.
   *
   * Clusters are granted the right to create the security groups of their load balancers there.
   *
   * @default - the same as `compartmentId`
   */
  readonly vcnCompartmentId?: string;
  /**
   * The OCID of the compartment of the existing subnets.
   *
   * If it is not the cluster's compartment, clusters are granted the right to use addresses for pods there if the pods' subnet is given,
   * and the OCI native ingress controller its network rights if the load balancers' subnet is given.
   *
   * @default - the compartment of the VCN
   */
  readonly subnetCompartmentId?: string;
  /**
   * The ranges of the subnets to create: `vcnCidr` of the plan is your part of the VCN.
   *
   * @default - none; then all subnets must be given
   */
  readonly plan?: SubnetPlan;
  /**
   * The ranges of other subnets in the VCN, to detect an overlap before OCI does.
   *
   * @default - none
   */
  readonly takenCidrs?: string[];
  /** The existing subnet of the API endpoint. @default - created with the range of the plan */
  readonly apiEndpointSubnet?: ClusterSubnet;
  /** The existing subnet of the worker nodes; it must not be public. @default - created with the range of the plan */
  readonly workerSubnet?: ClusterSubnet;
  /** The existing subnet of the pods; it must not be public. @default - created with the range of the plan, if the plan has one */
  readonly podSubnet?: ClusterSubnet;
  /** The existing subnet of the load balancers. @default - created with the range of the plan */
  readonly loadBalancerSubnet?: ClusterSubnet;
  /**
   * The existing public subnet of public load balancers; `publicLoadBalancerExposure` gives the reason.
   *
   * @default - created with the range of the plan, `SubnetPlan.of({ publicLoadBalancers: true })`, if `publicLoadBalancerExposure` is set
   */
  readonly publicLoadBalancerSubnet?: ClusterSubnet;
  /**
   * Whether the API endpoint's subnet, created or existing, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly apiEndpointExposure?: SubnetExposure;
  /**
   * Whether the load balancers' subnet, created or existing, has public addresses.
   *
   * @default SubnetExposure.private()
   */
  readonly loadBalancerExposure?: SubnetExposure;
  /**
   * The reason for a separate subnet of public load balancers, created or existing: `SubnetExposure.publicWith({ reason })`. Internal
   * load balancers keep their private subnet.
   *
   * @default - none; all load balancers share one subnet
   */
  readonly publicLoadBalancerExposure?: SubnetExposure;
  /**
   * The OCID of the existing service gateway: a VCN has at most one, and it must serve all services of the region.
   *
   * @default - created
   */
  readonly serviceGatewayId?: string;
  /**
   * The OCID of an existing NAT gateway of the VCN, for egress to the internet.
   *
   * @default - created with the first egress to the internet
   */
  readonly natGatewayId?: string;
  /**
   * The OCID of the existing internet gateway, for public subnets: a VCN has at most one.
   *
   * @default - created if a public subnet is created
   */
  readonly internetGatewayId?: string;
  /**
   * The DRG that the VCN is already attached to, and the ranges behind it; created subnets get the routes.
   *
   * @default - no route to a DRG
   */
  readonly drg?: DrgAttachmentProps;
  /**
   * The region's services, if they are known in advance: `RegionServices.of({ serviceId, cidrLabel })`.
   *
   * @default - looked up by Terraform when the stack is applied
   */
  readonly regionServices?: IRegionServices;
  /**
   * Whether created subnets get DNS labels; OCI accepts them only in a VCN that has a DNS label.
   *
   * @default true
   */
  readonly dnsLabels?: boolean;
  /**
   * Whether the created subnets have flow logs; the owner of existing subnets decides about theirs.
   *
   * Use `new FlowLogs(scope, id, { network })` for existing subnets that their owner doesn't record. Set this only if a subnet is
   * created.
   *
   * @default FlowLogging.enabled()
   */
  readonly flowLogs?: FlowLogging;
  /**
   * The prefix of the names of created resources: 1 to 239 characters.
   *
   * @default - the path of the construct in its stack, joined by dashes
   */
  readonly displayName?: string;
}

/** The optional subnets of a network. */
const OPTIONAL: readonly SubnetRole[] = [SubnetRole.PODS, SubnetRole.PUBLIC_LOAD_BALANCERS];

const WIDE_CIDRS = literalCidrs({ wide: true });

/** Reads the ranges that are taken; an empty list is meaningful, unlike an empty list of allowed ranges. */
const takenCidrs: Reader<readonly Cidr[]> = (problems, name, value) =>
  Array.isArray(value) && value.length === 0 ? [] : WIDE_CIDRS(problems, name, value);

const EXISTING_VCN = {
  vcnId: ocid("vcn"),
  compartmentId: ocid("compartment", "tenancy"),
  vcnCompartmentId: optional(ocid("compartment", "tenancy")),
  subnetCompartmentId: optional(ocid("compartment", "tenancy")),
  serviceGatewayId: optional(ocid("servicegateway")),
  natGatewayId: optional(ocid("natgateway")),
  internetGatewayId: optional(ocid("internetgateway")),
  vcnCidrs: checkedBy(WIDE_CIDRS, checkBlocksApart),
  takenCidrs: withDefault(takenCidrs, []),
  plan: optional(subnetPlan()),
  apiEndpointSubnet: optional(clusterSubnet()),
  workerSubnet: optional(clusterSubnet()),
  podSubnet: optional(clusterSubnet()),
  loadBalancerSubnet: optional(clusterSubnet()),
  publicLoadBalancerSubnet: optional(clusterSubnet()),
  apiEndpointExposure: withDefault(subnetExposure(), SubnetExposure.private()),
  loadBalancerExposure: withDefault(subnetExposure(), SubnetExposure.private()),
  publicLoadBalancerExposure: optional(subnetExposure()),
  drg: optional(objectOf(DRG_ATTACHMENT)),
  flowLogs: optional(flowLogging()),
  regionServices: optional(regionServices()),
  dnsLabels: withDefault(boolean(), true),
  displayName: optional(displayName(MAX_NETWORK_NAME_LENGTH)),
  ...taggingReaders(),
} satisfies PropsSchema<ExistingVcnNetworkProps>;

type Read = Partial<Resolved<typeof EXISTING_VCN>>;

/** The subnets of a network in an existing VCN. */
interface SubnetsOfVcn {
  /** The existing subnets, by role. */
  readonly given: ReadonlyMap<SubnetRole, ClusterSubnet>;
  /** The ranges of the subnets to create. */
  readonly ranges: ReadonlyMap<SubnetRole, Cidr>;
}

/** The props of a network in an existing VCN, with its subnets. */
export type ResolvedExistingVcn = Omit<Resolved<typeof EXISTING_VCN>, "drg"> &
  SubnetsOfVcn & { readonly attachment?: KnownAttachment };

/** Reads the props before anything is created; throws all problems together. */
export function readExistingVcn(
  scope: Construct,
  id: string,
  props: ExistingVcnNetworkProps,
): ResolvedExistingVcn {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, EXISTING_VCN);
  const rawProps: Partial<ExistingVcnNetworkProps> = props ?? {};
  const hasPlan = read.plan !== undefined || rawProps.plan === undefined;
  const subnets = readSubnets(problems, scope, rawProps, read);
  checkExposures(problems, read);
  checkGateways(problems, scope, read, subnets.ranges);
  const attachment =
    read.drg && readAttachment(problems, read.drg, read.vcnCidrs ?? [], "drg.onPremisesCidrs");
  if (attachment) {
    checkHubAndNat(problems, attachment, read.natGatewayId);
    const hasPods = subnets.given.has(SubnetRole.PODS) || subnets.ranges.has(SubnetRole.PODS);
    if (hasPlan) checkPods(problems, attachment.ranges, hasPods);
  }
  const isAllGiven = SUBNETS.every(({ role }) => subnets.given.has(role) || OPTIONAL.includes(role));
  if (subnets.ranges.size === 0 && isAllGiven && rawProps.flowLogs !== undefined) {
    problems.add(
      "VALUE_INVALID",
      "flowLogs was given, and the network creates no subnet: the owners of existing subnets decide about their flow logs",
      "Leave flowLogs out; if the owners record nothing, create new FlowLogs(scope, id, { network })",
    );
  }
  return problems.resolved<ResolvedExistingVcn>({
    ...read,
    ...subnets,
    attachment: attachment as KnownAttachment | undefined,
  });
}

/** Reads which subnets exist and which are created, and checks that their ranges fit together. */
function readSubnets(
  problems: Problems,
  scope: Construct,
  props: Partial<ExistingVcnNetworkProps>,
  read: Read,
): SubnetsOfVcn {
  const { plan, vcnCidrs = [], takenCidrs: taken = [] } = read;
  const blocks = new Map<string, Cidr>();
  const existing = new Map<SubnetRole, ClusterSubnet>();
  const ranges = new Map<SubnetRole, Cidr>();
  const created = new Set<string>();
  for (const { role, prop, range } of SUBNETS) {
    const isUsed =
      role !== SubnetRole.PUBLIC_LOAD_BALANCERS || props.publicLoadBalancerExposure !== undefined;
    const planned = isUsed ? plan?.[range] : undefined;
    const { subnet, block } = read[prop] ?? {};
    if (subnet) {
      if (block) checkSubnetSize(problems, prop, block, prop.endsWith("oadBalancerSubnet") ? 3 : 1);
      if (block) blocks.set(`${prop}.cidr`, block);
      existing.set(role, subnet);
    } else if (props[prop] === undefined && planned) {
      const name = `The plan's ${range}`;
      blocks.set(name, planned);
      created.add(name);
      ranges.set(role, planned);
    } else if (props[prop] === undefined && !OPTIONAL.includes(role) && (plan || !props.plan)) {
      problems.add(
        "ATTRIBUTE_MISSING",
        `Neither ${prop} nor a plan was given`,
        `Give the subnet, or a role of the VCN that is free: plan: SubnetPlan.of({ vcnCidr })`,
      );
    }
  }
  const isOther = tellApart(scope, Object.fromEntries(SUBNETS.map(({ prop }) => [prop, read[prop]])));
  checkSubnetRanges(problems, vcnCidrs, blocks, { taken, created, isOther });
  if (read.vcnId !== undefined) checkSubnetsOfVcn(problems, scope, read.vcnId, ranges.values());
  return { given: existing, ranges };
}

/** The ranges of a VCN don't overlap. */
function checkBlocksApart(problems: Problems, name: string, blocks: readonly Cidr[]): void {
  blocks.forEach((block, i) => {
    for (const other of blocks.slice(0, i).filter((earlier) => overlaps(earlier, block))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${name} has ${block.text}, which overlaps ${other.text}`,
        "Give the blocks that the VCN has in OCI, which never overlap",
      );
    }
  });
}

function checkGateways(
  problems: Problems,
  scope: Construct,
  read: Read,
  ranges: ReadonlyMap<SubnetRole, Cidr>,
): void {
  const { vcnId, apiEndpointExposure, loadBalancerExposure } = read;
  if (vcnId === undefined || ranges.size === 0) return;
  const isPublic =
    (ranges.has(SubnetRole.API_ENDPOINT) && apiEndpointExposure?.isPublic === true) ||
    (ranges.has(SubnetRole.LOAD_BALANCERS) && loadBalancerExposure?.isPublic === true) ||
    ranges.has(SubnetRole.PUBLIC_LOAD_BALANCERS);
  checkGatewaysOfVcn(problems, scope, {
    vcnId,
    service: read.serviceGatewayId === undefined,
    internet: isPublic && read.internetGatewayId === undefined,
  });
}

function checkExposures(problems: Problems, read: Read): void {
  const { apiEndpointExposure, loadBalancerExposure, publicLoadBalancerExposure, plan } = read;
  const { publicLoadBalancerSubnet } = read;
  checkPublicBalancerExposure(problems, "publicLoadBalancerExposure", publicLoadBalancerExposure, {
    loadBalancerExposure,
  });
  checkPublicBalancers(problems, publicLoadBalancerSubnet?.subnet);
  if (publicLoadBalancerSubnet && !publicLoadBalancerExposure) {
    problems.add(
      "SUBNET_PUBLIC",
      "publicLoadBalancerSubnet is public, and no reason was given",
      "Give the reason: publicLoadBalancerExposure: SubnetExposure.publicWith({ reason })",
    );
  }
  if (!publicLoadBalancerSubnet && publicLoadBalancerExposure && !plan?.publicLoadBalancerCidr) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "publicLoadBalancerExposure was given without publicLoadBalancerSubnet and without a plan that has its range",
      "Give the subnet, or plan it: SubnetPlan.of({ …, publicLoadBalancers: true })",
    );
  }
  checkSubnetExposure(problems, "workerSubnet", read.workerSubnet);
  checkSubnetExposure(problems, "podSubnet", read.podSubnet);
  const { apiEndpointSubnet, loadBalancerSubnet } = read;
  checkSubnetExposure(
    problems,
    "apiEndpointSubnet",
    apiEndpointSubnet,
    "apiEndpointExposure",
    apiEndpointExposure,
  );
  checkSubnetExposure(
    problems,
    "loadBalancerSubnet",
    loadBalancerSubnet,
    "loadBalancerExposure",
    loadBalancerExposure,
  );
}
