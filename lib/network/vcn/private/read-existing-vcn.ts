import { type Construct, type IConstruct } from "constructs";
import { checkPods } from "./routed-ranges";
import { type Cidr, overlaps, readCidrs, readIpv4Cidr, readIpv4CidrIfKnown } from "../../../core/cidr";
import { checkConstructId } from "../../../core/construct-id";
import { problemsIn } from "../../../core/construct-scope";
import { shown } from "../../../core/display-value";
import { checkOcid, checkOcidIfGiven, compareOcids } from "../../../core/ocid";
import { checkDisplayName } from "../../../core/resource-name";
import { checkTags } from "../../../core/tagging";
import { Problems } from "../../../core/validation-error";
import { CoreInternetGateway } from "../../../oci/core-internet-gateway";
import { CoreServiceGateway } from "../../../oci/core-service-gateway";
import { literalBlocks } from "../../egress/egress";
import { FlowLogging } from "../../logs/flow-logging";
import { MAX_NETWORK_NAME_LENGTH } from "../cluster-network-props";
import { checkHubAndNat, type KnownAttachment, readAttachment } from "../drg-attachment-props";
import { type ExistingVcnNetworkProps } from "../existing-vcn-props";
import { checkPublicBalancerExposure, checkPublicBalancers } from "../network";
import { SubnetRole } from "../network-subnet";
import { checkAllServices, checkRegionServices } from "../region-services";
import {
  checkSubnetExposure,
  checkSubnetRanges,
  checkSubnetSize,
  type ClusterSubnet,
  readGivenSubnet,
  SubnetExposure,
  tellApart,
} from "../subnet-exposure";
import { SubnetPlan } from "../subnet-plan";

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
    const isGateway = (one: IConstruct): one is CoreServiceGateway | CoreInternetGateway =>
      one instanceof kind;
    const gateways = scope.node.root.node.findAll().filter(isGateway);
    const other = gateways.find(
      (one) => compareOcids({ scope, id: vcnId }, { scope: one, id: one.vcnIdInput ?? "" }) === "same",
    );
    if (!other) return;
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} was not given, and ${other.node.path} is ${what} of the VCN already, which has one at most`,
      `Give ${name}: the OCID of that one, or of one made apart that all networks of the VCN are given`,
    );
  };
  if (service) check("serviceGatewayId", "a service gateway", CoreServiceGateway);
  if (internet) check("internetGatewayId", "an internet gateway", CoreInternetGateway);
}

interface MadeSubnet {
  readonly scope: IConstruct;
  readonly vcnId: string;
  readonly cidr: Cidr;
}

// By the App: stacks can share a VCN.
const made = new WeakMap<IConstruct, MadeSubnet[]>();

/** Adds a problem for each subnet range that another network of the program uses in the same VCN. */
export function checkSubnetsOfVcn(
  problems: Problems,
  scope: IConstruct,
  vcnId: string,
  ranges: Iterable<Cidr>,
  whose = "The plan's",
): void {
  const known = made.get(scope.node.root) ?? [];
  const others = known.filter(
    (one) =>
      one.scope !== scope &&
      compareOcids({ scope, id: vcnId }, { scope: one.scope, id: one.vcnId }) === "same",
  );
  for (const range of ranges) {
    for (const { cidr, scope: owner } of others.filter((other) => overlaps(other.cidr, range))) {
      problems.add(
        "SUBNET_OVERLAP",
        `${whose} ${range.text} overlaps ${cidr.text}, a subnet that ${owner.node.path} makes in the VCN`,
        "Take another part of the VCN, or give the clusters one network",
      );
    }
  }
}

/** Records the ranges of the subnets that a network creates, for later checks. */
export function takeSubnetsOfVcn(scope: IConstruct, vcnId: string, ranges: Iterable<string>): void {
  const { root } = scope.node;
  const cidrs = [...ranges].map((text) => readIpv4CidrIfKnown(new Problems(scope), "cidr", text));
  const taken = cidrs.filter((cidr) => cidr !== undefined).map((cidr) => ({ scope, vcnId, cidr }));
  made.set(root, [...(made.get(root) ?? []), ...taken]);
}

/** The props of each subnet. */
const PARTS = [
  { part: SubnetRole.API_ENDPOINT, prop: "apiEndpointSubnet", range: "apiEndpointCidr" },
  { part: SubnetRole.WORKERS, prop: "workerSubnet", range: "workerCidr" },
  { part: SubnetRole.PODS, prop: "podSubnet", range: "podCidr" },
  { part: SubnetRole.LOAD_BALANCERS, prop: "loadBalancerSubnet", range: "loadBalancerCidr" },
  {
    part: SubnetRole.PUBLIC_LOAD_BALANCERS,
    prop: "publicLoadBalancerSubnet",
    range: "publicLoadBalancerCidr",
  },
] as const;

/** The optional subnets of a network. */
const OPTIONAL: readonly SubnetRole[] = [SubnetRole.PODS, SubnetRole.PUBLIC_LOAD_BALANCERS];

/** A validated network in an existing VCN. */
export interface KnownExistingVcn {
  readonly cidrs: readonly Cidr[];
  /** The existing subnets, by role. */
  readonly given: ReadonlyMap<SubnetRole, ClusterSubnet>;
  /** The ranges of the subnets to create. */
  readonly ranges: ReadonlyMap<SubnetRole, string>;
  readonly drg?: KnownAttachment;
}

/** Validates the props before anything is created; throws all problems together. */
export function readExistingVcn(
  scope: Construct,
  id: string,
  all: ExistingVcnNetworkProps,
): KnownExistingVcn {
  const props: Partial<ExistingVcnNetworkProps> = all ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkIds(problems, props);
  const vcn = readBlocks(problems, "vcnCidrs", props.vcnCidrs);
  checkBlocksApart(problems, vcn);
  const taken = isNone(props.takenCidrs) ? [] : readBlocks(problems, "takenCidrs", props.takenCidrs);
  const plan = props.plan && problems.collect(() => SubnetPlan._checked(props.plan as SubnetPlan));
  const known = new Map<string, Cidr>();
  const given = new Map<SubnetRole, ClusterSubnet>();
  const ranges = new Map<SubnetRole, string>();
  const made = new Set<string>();
  for (const { part, prop, range } of PARTS) {
    const subnet = props[prop];
    const isAsked =
      part !== SubnetRole.PUBLIC_LOAD_BALANCERS || props.publicLoadBalancerExposure !== undefined;
    const text = isAsked ? (plan?.[range] ?? "") : "";
    if (subnet !== undefined) {
      const cidr = readGivenSubnet(problems, prop, subnet);
      if (cidr) checkSubnetSize(problems, prop, cidr, prop.endsWith("oadBalancerSubnet") ? 3 : 1);
      if (cidr) known.set(`${prop}.cidr`, cidr);
      given.set(part, subnet);
    } else if (text !== "") {
      const name = `The plan's ${range}`;
      known.set(name, readIpv4Cidr(problems, range, text) as Cidr);
      made.add(name);
      ranges.set(part, text);
    } else if (!OPTIONAL.includes(part) && (plan || !props.plan)) {
      problems.add(
        "ATTRIBUTE_MISSING",
        `Neither ${prop} nor a plan was given`,
        `Give the subnet, or plan: SubnetPlan.of({ vcnCidr }) with the part of the VCN that is yours`,
      );
    }
  }
  const isOther = tellApart(scope, Object.fromEntries(PARTS.map(({ prop }) => [prop, props[prop]])));
  checkSubnetRanges(problems, vcn, known, { taken, made, isOther });
  const planned = [...made].flatMap((name) => known.get(name) ?? []);
  if (typeof props.vcnId === "string") checkSubnetsOfVcn(problems, scope, props.vcnId, planned);
  checkExposures(problems, props);
  checkGateways(problems, scope, props, ranges);
  const drg = readDrg(problems, props, vcn);
  if (drg) checkHubAndNat(problems, drg, props.natGatewayId);
  const hasPods = given.has(SubnetRole.PODS) || ranges.has(SubnetRole.PODS);
  if (drg && (plan || !props.plan)) checkPods(problems, drg.ranges, hasPods);
  const isAllGiven = PARTS.every(({ part }) => given.has(part) || OPTIONAL.includes(part));
  checkFlowLogs(problems, props, ranges.size > 0 || !isAllGiven);
  checkRest(problems, props);
  problems.throwIfAny();
  return { cidrs: vcn, given, ranges, drg };
}

function checkIds(problems: Problems, props: Partial<ExistingVcnNetworkProps>): void {
  checkOcid(problems, "vcnId", props.vcnId, "vcn");
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "vcnCompartmentId", props.vcnCompartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "subnetCompartmentId", props.subnetCompartmentId, "compartment", "tenancy");
  checkOcidIfGiven(problems, "serviceGatewayId", props.serviceGatewayId, "servicegateway");
  checkOcidIfGiven(problems, "natGatewayId", props.natGatewayId, "natgateway");
  checkOcidIfGiven(problems, "internetGatewayId", props.internetGatewayId, "internetgateway");
}

/** The ranges of a VCN don't overlap. */
function checkBlocksApart(problems: Problems, vcn: readonly Cidr[]): void {
  vcn.forEach((block, i) => {
    for (const other of vcn.slice(0, i).filter((one) => overlaps(one, block))) {
      problems.add(
        "SUBNET_OVERLAP",
        `vcnCidrs has ${block.text}, which overlaps ${other.text}`,
        "Give the blocks that the VCN has in OCI, which never overlap",
      );
    }
  });
}

/** Adds a problem for flow log options if no subnet is created. */
function checkFlowLogs(
  problems: Problems,
  { flowLogs }: Partial<ExistingVcnNetworkProps>,
  isMade: boolean,
): void {
  FlowLogging._check(problems, "flowLogs", flowLogs);
  if (isMade || flowLogs === undefined) return;
  problems.add(
    "VALUE_INVALID",
    "flowLogs was given, and no subnet is made: those that are given are their owner's to record",
    "Leave flowLogs out; where their owner does not record them, write new FlowLogs(scope, id, { network })",
  );
}

/** An empty list of taken ranges is meaningful, unlike an empty list of allowed ranges. */
function isNone(texts: readonly string[] | undefined): boolean {
  return texts === undefined || (Array.isArray(texts) && texts.length === 0);
}

/** The blocks of a list, as literals: ranges that are compared must be known. */
function readBlocks(problems: Problems, name: string, texts: string[] | undefined): Cidr[] {
  const read = readCidrs(problems, name, texts as string[], { wide: true });
  return literalBlocks(problems, name, read);
}

function checkGateways(
  problems: Problems,
  scope: Construct,
  props: Partial<ExistingVcnNetworkProps>,
  ranges: ReadonlyMap<SubnetRole, string>,
): void {
  const { vcnId, apiEndpointExposure, loadBalancerExposure } = props;
  if (typeof vcnId !== "string" || ranges.size === 0) return;
  const isPublic =
    (ranges.has(SubnetRole.API_ENDPOINT) && apiEndpointExposure?.isPublic === true) ||
    (ranges.has(SubnetRole.LOAD_BALANCERS) && loadBalancerExposure?.isPublic === true) ||
    ranges.has(SubnetRole.PUBLIC_LOAD_BALANCERS);
  checkGatewaysOfVcn(problems, scope, {
    vcnId,
    service: props.serviceGatewayId === undefined,
    internet: isPublic && props.internetGatewayId === undefined,
  });
}

function checkExposures(problems: Problems, props: Partial<ExistingVcnNetworkProps>): void {
  SubnetExposure._check(problems, "apiEndpointExposure", props.apiEndpointExposure);
  SubnetExposure._check(problems, "loadBalancerExposure", props.loadBalancerExposure);
  const { apiEndpointExposure, loadBalancerExposure } = props;
  const { publicLoadBalancerSubnet: own, publicLoadBalancerExposure, plan } = props;
  SubnetExposure._check(problems, "publicLoadBalancerExposure", publicLoadBalancerExposure);
  checkPublicBalancerExposure(problems, "publicLoadBalancerExposure", publicLoadBalancerExposure, {
    loadBalancerExposure,
  });
  checkPublicBalancers(problems, own);
  if (own && !publicLoadBalancerExposure) {
    problems.add(
      "SUBNET_PUBLIC",
      "The publicLoadBalancerSubnet that was given is public, and no reason was",
      "Say why: publicLoadBalancerExposure: SubnetExposure.publicWith({ reason })",
    );
  }
  if (!own && publicLoadBalancerExposure && !plan?.publicLoadBalancerCidr) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "publicLoadBalancerExposure is given, and neither publicLoadBalancerSubnet nor a plan with its range",
      "Give the subnet, or plan it: SubnetPlan.of({ …, publicLoadBalancers: true })",
    );
  }
  checkSubnetExposure(problems, "workerSubnet", props.workerSubnet);
  checkSubnetExposure(problems, "podSubnet", props.podSubnet);
  checkSubnetExposure(
    problems,
    "apiEndpointSubnet",
    props.apiEndpointSubnet,
    "apiEndpointExposure",
    apiEndpointExposure,
  );
  checkSubnetExposure(
    problems,
    "loadBalancerSubnet",
    props.loadBalancerSubnet,
    "loadBalancerExposure",
    loadBalancerExposure,
  );
}

function readDrg(
  problems: Problems,
  { drg }: Partial<ExistingVcnNetworkProps>,
  vcn: readonly Cidr[],
): KnownAttachment | undefined {
  if (drg === undefined) return undefined;
  if (typeof drg === "object" && drg !== null) return readAttachment(problems, drg, vcn);
  problems.add(
    "VALUE_INVALID",
    `drg is ${shown(drg)}`,
    'Write { drgId: "ocid1.drg…", onPremisesCidrs: ["10.200.0.0/16"] }',
  );
  return undefined;
}

function checkRest(problems: Problems, props: Partial<ExistingVcnNetworkProps>): void {
  const { regionServices, dnsLabels } = props;
  if (regionServices) {
    checkRegionServices(problems, "regionServices.", regionServices);
    checkAllServices(problems, "regionServices", regionServices);
  }
  if (!["undefined", "boolean"].includes(typeof dnsLabels)) {
    problems.add("VALUE_INVALID", `dnsLabels is ${shown(dnsLabels)}`, "Write true or false");
  }
  checkDisplayName(problems, "displayName", props.displayName, MAX_NETWORK_NAME_LENGTH);
  checkTags(problems, props);
}
