import { type Construct, type IConstruct } from "constructs";
import { checkPods } from "./routed-ranges";
import { type Cidr, overlaps } from "../../../core/cidr";
import { checkConstructId, problemsIn } from "../../../core/construct-scope";
import { StateOfTree } from "../../../core/construct-state";
import { compareOcids } from "../../../core/ocid";
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
} from "../../../core/readers";
import { type Problems } from "../../../core/validation-error";
import { CoreInternetGateway } from "../../../oci/core-internet-gateway";
import { CoreServiceGateway } from "../../../oci/core-service-gateway";
import { flowLogging } from "../../logs/flow-logging";
import { MAX_NETWORK_NAME_LENGTH } from "../cluster-network-props";
import {
  checkHubAndNat,
  DRG_ATTACHMENT,
  type KnownAttachment,
  readAttachment,
} from "../drg-attachment-props";
import { type ExistingVcnNetworkProps } from "../existing-vcn-props";
import { checkPublicBalancerExposure, checkPublicBalancers } from "../network";
import { SubnetRole, SUBNETS } from "../subnet-role";
import { regionServices } from "../region-services";
import {
  checkSubnetExposure,
  checkSubnetRanges,
  checkSubnetSize,
  type ClusterSubnet,
  clusterSubnet,
  SubnetExposure,
  subnetExposure,
  tellApart,
} from "../subnet-exposure";
import { subnetPlan } from "../subnet-plan";

/** The gateways that a network would create in a VCN. */
interface GatewaysToMake {
  readonly vcnId: string;
  readonly service: boolean;
  readonly internet: boolean;
}

/**
 * Adds a problem for each gateway that the program already creates in the VCN: a VCN has one of each.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm
 */
function checkGatewaysOfVcn(
  problems: Problems,
  scope: IConstruct,
  { vcnId, service, internet }: GatewaysToMake,
): void {
  const check = (
    name: string,
    what: string,
    kind: typeof CoreServiceGateway | typeof CoreInternetGateway,
  ) => {
    const isGateway = (construct: IConstruct): construct is CoreServiceGateway | CoreInternetGateway =>
      construct instanceof kind;
    const gateways = scope.node.root.node.findAll().filter(isGateway);
    const other = gateways.find(
      (gateway) =>
        compareOcids({ scope, id: vcnId }, { scope: gateway, id: gateway.vcnIdInput ?? "" }) === "same",
    );
    if (!other) return;
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} was not given, and ${other.node.path} is already ${what} of the VCN, which can have only one`,
      `Give ${name}, the OCID of that gateway, to all networks of the VCN`,
    );
  };
  if (service) check("serviceGatewayId", "a service gateway", CoreServiceGateway);
  if (internet) check("internetGatewayId", "an internet gateway", CoreInternetGateway);
}

interface CreatedSubnet {
  readonly scope: IConstruct;
  readonly vcnId: string;
  readonly cidr: Cidr;
}

// By the App: stacks can share a VCN.
const createdSubnets = new StateOfTree((): CreatedSubnet[] => []);

/** Adds a problem for each subnet range that another network of the program uses in the same VCN. */
export function checkSubnetsOfVcn(
  problems: Problems,
  scope: IConstruct,
  vcnId: string,
  ranges: Iterable<Cidr>,
  what = "The plan's",
): void {
  const others = createdSubnets
    .of(scope)
    .filter(
      (subnet) =>
        subnet.scope !== scope &&
        compareOcids({ scope, id: vcnId }, { scope: subnet.scope, id: subnet.vcnId }) === "same",
    );
  for (const range of ranges) {
    for (const { cidr, scope: owner } of others.filter((other) => overlaps(other.cidr, range))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${what} ${range.text} overlaps ${cidr.text}, a subnet that ${owner.node.path} creates in the VCN`,
        "Plan another part of the VCN, or let the clusters share one network",
      );
    }
  }
}

/** Records the ranges of the subnets that a network creates, for later checks. */
export function takeSubnetsOfVcn(scope: IConstruct, vcnId: string, ranges: Iterable<Cidr>): void {
  createdSubnets.of(scope).push(...[...ranges].map((cidr) => ({ scope, vcnId, cidr })));
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
  const given: Partial<ExistingVcnNetworkProps> = props ?? {};
  const hasPlan = read.plan !== undefined || given.plan === undefined;
  const subnets = readSubnets(problems, scope, given, read);
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
  if (subnets.ranges.size === 0 && isAllGiven && given.flowLogs !== undefined) {
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
  const given = new Map<SubnetRole, ClusterSubnet>();
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
      given.set(role, subnet);
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
  return { given, ranges };
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
