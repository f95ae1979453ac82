import { type EndpointAccess } from "./endpoint-access";
import { subnetIfGiven } from "./private-subnets";
import { cidrAt, contains, overlaps, readIpv4Cidr, readIpv4CidrIfKnown, type Cidr } from "../core/cidr";
import { Problems } from "../core/validation-error";
import { type IClusterNetwork } from "../network/cluster-network";
import { SubnetPlan } from "../network/subnet-plan";

export const DEFAULT_SERVICES_CIDR = "10.96.0.0/16";

// The API server takes at most 20 bits of an IPv4 range for Services.
const LARGEST = 12;
// Oracle names no smallest range. Every cluster has a few Services of its own, and the range never grows.
const SMALLEST = 24;
// RFC 1918 and RFC 6598.
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

/**
 * Adds a problem for each reason why Services can't have their addresses.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengcidrblocks.htm
 */
export function checkServicesCidr(
  problems: Problems,
  network: IClusterNetwork | undefined,
  access: EndpointAccess,
  servicesCidr: string = DEFAULT_SERVICES_CIDR,
): void {
  const services = readIpv4Cidr(problems, "servicesCidr", servicesCidr);
  const range = problems.collect(() => (network ?? SubnetPlan.of()).vcnCidr);
  const vcn = range === undefined ? undefined : readIpv4CidrIfKnown(problems, "The network's vcnCidr", range);
  if (!services) return;
  checkRange(problems, services);
  if (vcn && overlaps(services, vcn)) refuse(problems, services, `the VCN's ${vcn.text}`, "the VCN");
  else if (network) checkSubnets(problems, services, network);
  for (const admins of access.cidrs.map(known).filter((cidr) => cidr && overlaps(services, cidr))) {
    refuse(problems, services, `${admins?.text}, from which administrators reach the endpoint`, "it");
  }
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

/** What is known of the subnets where the range of the VCN isn't. */
function checkSubnets(problems: Problems, services: Cidr, network: IClusterNetwork): void {
  for (const name of ["workersSubnet", "podsSubnet"] as const) {
    const subnet = known(subnetIfGiven(network, name)?.cidr);
    if (subnet && overlaps(services, subnet)) refuse(problems, services, `the ${name} ${subnet.text}`, "it");
  }
}

function known(text: string | undefined): Cidr | undefined {
  // What is wrong with it is said where it was given.
  return text === undefined ? undefined : readIpv4CidrIfKnown(new Problems(""), "", text);
}

function refuse(problems: Problems, services: Cidr, what: string, where: string): void {
  problems.add(
    "SUBNET_OVERLAP",
    `servicesCidr ${services.text} overlaps ${what}`,
    `Give servicesCidr a private range outside of ${where}; it can't be changed once the cluster exists`,
  );
}
