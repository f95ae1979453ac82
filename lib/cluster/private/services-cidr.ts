import { baseOf } from "../../network/vcn/cluster-network-base";
import { type IConstruct } from "constructs";
import { type Cidr, cidrAt, contains, overlaps, readIpv4Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
import { Problems } from "../../core/validation-error";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { type ClusterSubnet } from "../../network/vcn/subnet-exposure";
import { SubnetPlan } from "../../network/vcn/subnet-plan";
import { type SecureOkeClusterProps } from "../cluster-props";
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

export const DEFAULT_SERVICES_CIDR = "10.96.0.0/16";

// The API server takes at most 20 bits of an IPv4 range for Services.
const LARGEST = 12;
// Oracle documents no minimum. Every cluster has a few Services by default, and the range can't grow.
const SMALLEST = 24;
// RFC 1918 and RFC 6598.
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

/** An address range that is known inside of the cluster only. */
interface InnerRange {
  /** The prop, or its description if the prop belongs to another value. */
  readonly name: string;
  readonly cidr: Cidr;
}

/**
 * Adds a problem for each reason why the range is not valid for Services.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengcidrblocks.htm
 */
export function checkServicesCidr(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  servicesCidr: string = DEFAULT_SERVICES_CIDR,
): void {
  const cidr = readIpv4Cidr(problems, "servicesCidr", servicesCidr);
  if (cidr) checkRange(problems, cidr);
  checkOutside(problems, network, access, cidr && { name: "servicesCidr", cidr });
}

/** Adds a problem for each reason why the range is not valid for the pods of an overlay. */
export function checkPodsCidr(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  { podCidr }: PodNetworking,
  servicesCidr: string = DEFAULT_SERVICES_CIDR,
): void {
  // Problems of either range were reported where it was given.
  const [cidr, services] = [known(podCidr), known(servicesCidr)];
  if (!cidr) return;
  const pods = { name: "podCidr", cidr };
  if (services && overlaps(services, cidr)) refuse(problems, pods, `servicesCidr ${services.text}`, "it");
  checkOutside(problems, network, access, pods);
}

/** At synthesis, because a network can be attached to a DRG after the cluster has been created. */
export function checkBehindDrg(
  cluster: { readonly network: IClusterNetwork } & IConstruct,
  {
    servicesCidr = DEFAULT_SERVICES_CIDR,
    podNetworking,
  }: Pick<SecureOkeClusterProps, "servicesCidr" | "podNetworking">,
): void {
  const ranges = [
    { name: "servicesCidr", cidr: known(servicesCidr) },
    { name: "podCidr", cidr: known(podNetworking?.podCidr) },
  ];
  const validate = () => {
    const problems = new Problems(cluster);
    const behind = baseOf(cluster.network)?._onPremises ?? [];
    for (const { name, cidr } of ranges) {
      for (const range of behind.filter((each) => cidr && overlaps(each, cidr))) {
        refuse(
          problems,
          { name, cidr: cidr as Cidr },
          `${range.text}, which the network routes to ${range.what}`,
          "it",
        );
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
  for (const range of hidden) refuse(problems, inner, `the VCN's ${range?.text}`, "the VCN");
  if (hidden.length === 0 && network) checkSubnets(problems, inner, network);
  for (const clients of access.cidrs.map(known).filter((cidr) => cidr && overlaps(inner.cidr, cidr))) {
    refuse(problems, inner, `${clients?.text}, from which clients connect to the API endpoint`, "it");
  }
}

function vcnRanges(network: IClusterNetwork | undefined): readonly string[] {
  if (!network) return [SubnetPlan.of().vcnCidr];
  return baseOf(network)?._vcnCidrs ?? [network.vcnCidr];
}

function checkRange(problems: Problems, services: Cidr): void {
  if (!PRIVATE.some((block) => contains(block, services))) {
    problems.add(
      "SERVICES_CIDR_INVALID",
      `servicesCidr is ${services.text}, which is not part of a private range`,
      "Give a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
    );
  }
  if (services.prefix >= LARGEST && services.prefix <= SMALLEST) return;
  problems.add(
    "SERVICES_CIDR_INVALID",
    `servicesCidr is ${services.text}, a /${services.prefix}`,
    `Give a range from a /${LARGEST} to a /${SMALLEST}, such as "${DEFAULT_SERVICES_CIDR}"`,
  );
}

/** Checks the known subnets if the range of the VCN is not known. */
function checkSubnets(problems: Problems, inner: InnerRange, network: IClusterNetwork): void {
  for (const name of ["workerSubnet", "podSubnet"] as const) {
    const subnet = known(subnetIfGiven(network, name)?.cidr);
    if (subnet && overlaps(inner.cidr, subnet)) refuse(problems, inner, `the ${name} ${subnet.text}`, "it");
  }
}

function known(text: string | undefined): Cidr | undefined {
  // Problems of the range were reported where it was given.
  return text === undefined ? undefined : readIpv4CidrIfKnown(new Problems(""), "", text);
}

function refuse(problems: Problems, { name, cidr }: InnerRange, what: string, where: string): void {
  problems.add(
    "SUBNET_OVERLAP",
    `${name} ${cidr.text} overlaps ${what}`,
    `Give ${name} a private range outside of ${where}; it can't be changed once the cluster exists`,
  );
}
