import { type IConstruct } from "constructs";
import { TerraformStack, Token } from "cdktf";
import {
  type Cidr,
  cidrAt,
  isInsidePrivate,
  overlaps,
  PRIVATE_RANGES,
  readIpv4CidrIfKnown,
} from "../../core/cidr";
import { checkedBy, cidr, withDefault } from "../../core/readers";
import { byPath } from "../../core/stable-order";
import { resolveReference } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { type DefaultReader } from "../../core/value-readers";
import { type Egress, EgressSource } from "../../network/egress/egress";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type ClusterSubnet } from "../../network/vcn/cluster-subnet";
import { baseOf, type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { DEFAULT_VCN } from "../../network/vcn/subnet-plan";
import { type ISecureOkeCluster } from "../cluster-base";
import { type EndpointAccess } from "../endpoint-access";

const SUBNETS = [
  ["workerSubnet", "nodes"],
  ["podSubnet", "pods"],
] as const;

/** Adds a problem for each nodes' or pods' subnet that may have public addresses; only an imported network can have one. */
export function checkPrivateSubnets(
  problems: Problems,
  network: IClusterNetwork,
  podNetworking?: PodNetworking,
): void {
  for (const [name, who] of SUBNETS) {
    if (name === "podSubnet" && isOverlay(podNetworking)) continue;
    const subnet = subnetIfGiven(network, name);
    if (!subnet?.isPublic) continue;
    problems.add(
      "SUBNET_PUBLIC",
      `network is ${network.node.path}, whose ${name} is public, so that ${who} could have public addresses`,
      `Set a private subnet as ${name} of that network: one that forbids public addresses, without isPublic`,
    );
  }
}

/** A subnet; undefined if an imported network lacks it: not every use of a network needs all subnets. */
export function subnetIfGiven(
  network: IClusterNetwork,
  name: "workerSubnet" | "podSubnet",
): ClusterSubnet | undefined {
  return new Problems(network).collect(() => network[name]);
}

// The API server takes at most 20 bits of an IPv4 range for Services.
const MIN_PREFIX = 12;
// Oracle documents no minimum. Every cluster has a few Services by default, and the range can't grow.
const MAX_PREFIX = 24;
// 10.96.0.0/16.
const DEFAULT_BLOCK = cidrAt(0x0a600000n, 16);

/**
 * Reads the range of Services: a private IPv4 block.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengcidrblocks.htm
 */
export function servicesCidr(): DefaultReader<Cidr> {
  return withDefault(checkedBy(cidr(), checkRange), DEFAULT_BLOCK);
}

/** An address range that is known inside of the cluster only. */
interface InnerRange {
  /** The prop, or its description if the prop belongs to another value. */
  readonly name: string;
  readonly cidr: Cidr;
}

/** Adds a problem for each overlap of the range of Services with addresses that are used outside of the cluster. */
export function checkServicesCidr(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  services: Cidr | undefined,
): void {
  checkOutside(problems, network, access, services && { name: "servicesCidr", cidr: services });
}

/** Adds a problem for each overlap of the range of an overlay's pods with Services and with addresses outside of the cluster. */
export function checkPodsCidr(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  pods: Cidr | undefined,
  services: Cidr | undefined,
): void {
  if (!pods) return;
  const inner = { name: "podCidr", cidr: pods };
  if (services && overlaps(services, pods))
    addOverlap(problems, inner, `servicesCidr ${services.text}`, "it");
  checkOutside(problems, network, access, inner);
}

/** The range of an overlay's pods. */
export function podsCidrOf({ podCidr }: PodNetworking): Cidr | undefined {
  // Problems of the range were reported by its factory.
  return podCidr === undefined ? undefined : readIpv4CidrIfKnown(new Problems(""), "podCidr", podCidr);
}

/** At synthesis, because a network can be attached to a DRG after the cluster has been created. */
export function checkBehindDrg(
  cluster: { readonly network: IClusterNetwork } & IConstruct,
  services: Cidr,
  pods: Cidr | undefined,
): void {
  const ranges: InnerRange[] = [
    { name: "servicesCidr", cidr: services },
    ...(pods ? [{ name: "podCidr", cidr: pods }] : []),
  ];
  const validate = () => {
    const problems = new Problems(cluster);
    const behind = baseOf(cluster.network)?._onPremises ?? [];
    for (const inner of ranges) {
      for (const range of behind.filter((each) => overlaps(each, inner.cidr))) {
        addOverlap(problems, inner, `${range.text}, which the network routes to ${range.what}`, "it");
      }
    }
    problems.throwIfAny();
    return [];
  };
  cluster.node.addValidation({ validate });
}

/** Adds a problem if an inner range overlaps addresses that are used outside. */
function checkOutside(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  inner: InnerRange | undefined,
): void {
  const ranges = problems.collect(() => vcnRanges(network)) ?? [];
  const vcn = ranges.map((range) => readIpv4CidrIfKnown(problems, "The network's vcnCidr", range));
  if (!inner) return;
  const hidden = vcn.filter((range) => range && overlaps(inner.cidr, range));
  for (const range of hidden) addOverlap(problems, inner, `the VCN's ${range?.text}`, "the VCN");
  if (hidden.length === 0 && network) checkSubnets(problems, inner, network);
  for (const clients of access.cidrs.map(blockOf).filter((range) => range && overlaps(inner.cidr, range))) {
    addOverlap(problems, inner, `${clients?.text}, from which clients connect to the API endpoint`, "it");
  }
}

function vcnRanges(network: IClusterNetwork | undefined): readonly string[] {
  if (!network) return [DEFAULT_VCN.text];
  return baseOf(network)?._vcnCidrs ?? [network.vcnCidr];
}

function checkRange(problems: Problems, name: string, services: Cidr): void {
  if (!isInsidePrivate(services)) {
    problems.add(
      "SERVICES_CIDR_INVALID",
      `${name} is ${services.text}, which is not part of a private range`,
      `Give a part of ${PRIVATE_RANGES}, for example "${DEFAULT_BLOCK.text}"`,
    );
  }
  if (services.prefix >= MIN_PREFIX && services.prefix <= MAX_PREFIX) return;
  problems.add(
    "SERVICES_CIDR_INVALID",
    `${name} is ${services.text}, a /${services.prefix}`,
    `Give a range from a /${MIN_PREFIX} to a /${MAX_PREFIX}, such as "${DEFAULT_BLOCK.text}"`,
  );
}

/** Checks the known subnets if the range of the VCN is not known. */
function checkSubnets(problems: Problems, inner: InnerRange, network: IClusterNetwork): void {
  for (const name of ["workerSubnet", "podSubnet"] as const) {
    const subnet = blockOf(subnetIfGiven(network, name)?.cidr);
    if (subnet && overlaps(inner.cidr, subnet))
      addOverlap(problems, inner, `the ${name} ${subnet.text}`, "it");
  }
}

/** The block of a text; problems of it were reported where it was given. */
function blockOf(text: string | undefined): Cidr | undefined {
  return text === undefined ? undefined : readIpv4CidrIfKnown(new Problems(""), "", text);
}

function addOverlap(problems: Problems, { name, cidr }: InnerRange, what: string, where: string): void {
  problems.add(
    "SUBNET_OVERLAP",
    `${name} ${cidr.text} overlaps ${what}`,
    `Give ${name} a private range outside of ${where}; it can't be changed once the cluster exists`,
  );
}

/** The limit of a VNIC. */
const MAX_GROUPS = 5;
const LISTS = [
  { name: "securityGroups", who: "nodes", own: "workerSecurityGroup" },
  { name: "podSecurityGroups", who: "pods", own: "podSecurityGroup" },
] as const;

/** The additional security groups of nodes and pods. */
export interface AdditionalGroups {
  readonly securityGroups?: readonly INetworkSecurityGroup[];
  readonly podSecurityGroups?: readonly INetworkSecurityGroup[];
  /** Whether the pool has a security group of its own for its egress. */
  readonly hasEgressGroup?: boolean;
}

/** The OCIDs of a cluster's security group and of additional ones, without duplicates and in a stable order. */
export function groupIds(
  own: INetworkSecurityGroup,
  additional: readonly INetworkSecurityGroup[] = [],
): string[] {
  return eachOnce(own, additional).map((group) => group.networkSecurityGroupId);
}

/** Adds a problem if the additional security groups of nodes or pods belong to another VCN, or are too many. */
export function checkGroups(
  problems: Problems,
  cluster: ISecureOkeCluster | undefined,
  { hasEgressGroup = false, ...lists }: AdditionalGroups,
): void {
  // Missing attributes of the cluster are reported elsewhere.
  const attribute = <T>(get: (from: ISecureOkeCluster) => T) =>
    cluster && new Problems(cluster).collect(() => get(cluster));
  const network = attribute((from) => from.network);
  const egressGroups = hasEgressGroup ? 1 : 0;
  for (const { name, who, own } of LISTS) {
    const groups = lists[name] ?? [];
    if (network) checkVcn(problems, name, groups, network);
    const ofCluster = attribute((from) => from[own]);
    const distinct = ofCluster ? eachOnce(ofCluster, groups).length : 1 + new Set(groups).size;
    const count = distinct + egressGroups;
    if (count <= MAX_GROUPS) continue;
    problems.add(
      "NSG_LIMIT",
      `${name} has too many groups: the ${who} would have ${count}`,
      `Give at most ${MAX_GROUPS - 1 - egressGroups} additional groups${hasEgressGroup ? "; egress takes one more" : ""}`,
    );
  }
}

/** Adds a problem if the additional security groups of the API endpoint belong to another VCN, or are too many. */
export function checkEndpointGroups(
  problems: Problems,
  network: IClusterNetwork | undefined,
  groups: readonly INetworkSecurityGroup[],
): void {
  const name = "apiEndpointSecurityGroups";
  if (network) checkVcn(problems, name, groups, network);
  const count = 1 + new Set(groups.map(keyOf)).size;
  if (count <= MAX_GROUPS) return;
  problems.add(
    "NSG_LIMIT",
    `${name} has too many groups: the API endpoint would have ${count}`,
    `Give at most ${MAX_GROUPS - 1} additional groups`,
  );
}

function checkVcn(
  problems: Problems,
  name: string,
  groups: readonly INetworkSecurityGroup[],
  network: IClusterNetwork,
): void {
  const vcnId = new Problems(network).collect(() => network.vcnId);
  groups.forEach((group, index) => {
    checkGroupVcn(problems, `${name}[${index}]`, group, network, vcnId);
  });
}

function eachOnce(
  own: INetworkSecurityGroup,
  additional: readonly INetworkSecurityGroup[],
): INetworkSecurityGroup[] {
  const groups = new Map<string, INetworkSecurityGroup>();
  for (const group of [own, ...[...additional].sort(byPath)]) {
    const key = keyOf(group);
    if (!groups.has(key)) groups.set(key, group);
  }
  return [...groups.values()];
}

/** Returns the same key for the same group, even if it was imported twice. */
function keyOf(group: INetworkSecurityGroup): string {
  const { networkSecurityGroupId: id } = group;
  if (!Token.isUnresolved(id)) return id;
  return `${TerraformStack.of(group).node.path} ${resolveReference(group, id)}`;
}

/**
 * Reads all attributes of the cluster that a pool uses, so that everything that an imported cluster lacks is reported; returns whether
 * its subnets are known.
 */
export function readPoolNetwork(problems: Problems, cluster: ISecureOkeCluster): boolean {
  for (const name of ["compartmentId", "workerSecurityGroup", "podSecurityGroup"] as const) {
    problems.collect(() => cluster[name]);
  }
  const network = problems.collect(() => cluster.network);
  if (!network) return false;
  checkPrivateSubnets(problems, network, cluster.podNetworking);
  const subnets = [problems.collect(() => network.workerSubnet)];
  if (!isOverlay(cluster.podNetworking)) subnets.push(problems.collect(() => network.podSubnet));
  return subnets.every(Boolean);
}

/** Allows the egress of the nodes and the pods; with an overlay, pods use the egress of their nodes. */
export function addClusterEgress(
  network: IClusterNetwork,
  podNetworking: PodNetworking | undefined,
  [nodes, pods]: readonly [INetworkSecurityGroup, INetworkSecurityGroup],
  egress: Egress,
): void {
  network.addEgress(EgressSource.workers(nodes), egress);
  if (!isOverlay(podNetworking)) network.addEgress(EgressSource.pods(pods), egress);
}
