import { type IConstruct } from "constructs";
import {
  type Cidr,
  cidrAt,
  isInsidePrivate,
  overlaps,
  PRIVATE_RANGES,
  readIpv4CidrIfKnown,
} from "../../core/cidr";
import { checkedBy, cidr, withDefault } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { type DefaultReader } from "../../core/value-readers";
import { baseOf, type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { type ClusterSubnet } from "../../network/vcn/cluster-subnet";
import { DEFAULT_VCN } from "../../network/vcn/subnet-plan";
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
