import { Token } from "cdktf";
import { BastionClients } from "./bastion-clients";
import { type IBastionTarget } from "./bastion-target";
import { checkGroupVcn } from "./group-vcn";
import { type IClusterNetwork } from "./network";
import { type INetworkSecurityGroup } from "./network-security-group";
import { readIpv4CidrIfKnown, usableAddresses } from "../core/cidr";
import { checkOcid, compareOcids } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/shown";
import { checkTags, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";

/** What a bastion is made of. */
export interface BastionProps extends TaggingProps {
  /** The OCID of the compartment of the bastion. */
  readonly compartmentId: string;
  /**
   * The cluster that the bastion leads to; the bastion is put into the subnet of its API endpoint.
   *
   * @default - network, apiEndpointSecurityGroup and apiEndpoint say where it leads, and each overrides the cluster's
   */
  readonly cluster?: IBastionTarget;
  /**
   * The network of the cluster.
   *
   * @default - that of the cluster
   */
  readonly network?: IClusterNetwork;
  /**
   * The group of the API endpoint, such as `cluster.apiEndpointSecurityGroup`.
   *
   * @default - that of the cluster
   */
  readonly apiEndpointSecurityGroup?: INetworkSecurityGroup;
  /**
   * The private endpoint of the Kubernetes API as OKE says it, such as `10.0.0.5:6443`, or a reference to it.
   *
   * The rules don't need it; the printed command does.
   *
   * @default - that of the cluster
   */
  readonly apiEndpoint?: string;
  /** Who may connect. */
  readonly clients: BastionClients;
  /**
   * How long a session lasts at most, 1,800 to 10,800 seconds.
   *
   * @default 3600
   */
  readonly maxSessionTtlInSeconds?: number;
  /**
   * Whether sessions may forward dynamically (SOCKS5) and resolve names in the VCN.
   *
   * Where they go is limited to the API endpoint all the same.
   *
   * @default false
   */
  readonly dnsProxy?: boolean;
  /**
   * The name of the bastion: 1 to 255 letters, digits, `_` and `-`; another name replaces it.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly bastionName?: string;
}

const SHORTEST_TTL = 1800;
const LONGEST_TTL = 10_800;
export const DEFAULT_TTL = 3600;
// The API endpoint has one, and the bastion's private endpoint; OKE takes another while it replaces its own.
const NEEDED_ADDRESSES = 3;

/** Where a bastion leads, of what was given apart and of the cluster. */
export interface BastionPlace {
  readonly network: IClusterNetwork;
  readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  readonly apiEndpoint: string;
}

/** Reads where a bastion leads; what an imported cluster lacks goes into the problems. */
function readPlace(problems: Problems, props: BastionProps): Partial<BastionPlace> {
  const isCluster = checkMembers(
    problems,
    "cluster",
    props.cluster,
    ["node", "network", "apiEndpointSecurityGroup", "privateEndpoint"],
    "a SecureOkeCluster, or SecureOkeCluster.fromClusterAttributes(scope, id, { clusterId, … })",
  );
  const of = <T>(own: T | undefined, get: (cluster: IBastionTarget) => T) =>
    own ?? (isCluster ? problems.collect(() => get(props.cluster as IBastionTarget)) : undefined);
  return {
    network: of(props.network, ({ network }) => network),
    apiEndpointSecurityGroup: of(
      props.apiEndpointSecurityGroup,
      ({ apiEndpointSecurityGroup }) => apiEndpointSecurityGroup,
    ),
    apiEndpoint: of(props.apiEndpoint, ({ privateEndpoint }) => privateEndpoint),
  };
}

/** Reads what a bastion is made of before it is made, so that nothing is left behind; throws with all that is wrong. */
export function readBastion(problems: Problems, props: BastionProps): BastionPlace {
  const place = readPlace(problems, props);
  // What the cluster lacks was said.
  if (!problems.any) {
    checkBastion(problems, { ...props, ...place });
    checkVcns(problems, place, props.cluster);
  }
  problems.throwIfAny();
  return place as BastionPlace;
}

function checkBastion(problems: Problems, props: BastionProps): void {
  const { network, apiEndpointSecurityGroup, apiEndpoint, clients, bastionName } = props;
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkGiven(problems, { apiEndpointSecurityGroup });
  if (checkGiven(problems, { network })) checkSubnet(problems, network as IClusterNetwork);
  if (checkGiven(problems, { clients })) checkClients(problems, clients);
  if (checkGiven(problems, { apiEndpoint })) checkApiEndpoint(problems, "apiEndpoint", apiEndpoint as string);
  checkTtl(problems, props.maxSessionTtlInSeconds);
  checkName(problems, bastionName);
  checkTags(problems, props);
}

/** The endpoint's group, and the cluster itself, must be of the VCN that the bastion is put into. */
function checkVcns(
  problems: Problems,
  { network, apiEndpointSecurityGroup: group }: Partial<BastionPlace>,
  cluster: IBastionTarget | undefined,
): void {
  const idOf = (of: IClusterNetwork) => new Problems("network").collect(() => of.vcnId);
  const vcnId = network && idOf(network);
  if (!network || vcnId === undefined) return;
  if (group) checkGroupVcn(problems, "The group of the API endpoint", group, network, vcnId);
  const home = cluster && new Problems("cluster").collect(() => cluster.network);
  const homeId = home && idOf(home);
  if (problems.any || !home || homeId === undefined) return;
  if (compareOcids({ scope: network, id: vcnId }, { scope: home, id: homeId }) !== "different") return;
  problems.add(
    "NSG_OTHER_VCN",
    `network is ${network.node.path}, of another VCN than ${home.node.path}, that of the cluster`,
    "Leave network out: a bastion lies in the VCN of the endpoint that it leads to",
  );
}

function checkSubnet(problems: Problems, network: IClusterNetwork): void {
  const subnet = problems.collect(() => network.apiEndpointSubnet);
  const cidr = subnet && readIpv4CidrIfKnown(problems, "The subnet of the API endpoint", subnet.cidr);
  if (!cidr || usableAddresses(cidr) >= NEEDED_ADDRESSES) return;
  problems.add(
    "SUBNET_EXHAUSTED",
    `The subnet of the API endpoint, ${cidr.text}, has ${usableAddresses(cidr)} usable addresses`,
    "Give the network a plan whose apiEndpointCidr is a /29 or larger: SubnetPlan.of({ apiEndpointCidr })",
  );
}

function checkClients(problems: Problems, clients: BastionClients): void {
  if (clients instanceof BastionClients) return;
  problems.add(
    "PEER_INVALID",
    `clients is ${shown(clients)}, which no factory made`,
    'Give BastionClients.from(["192.0.2.0/24"])',
  );
}

/** Adds a problem where a text is no address and port; references to Terraform values pass. */
export function checkApiEndpoint(problems: Problems, name: string, endpoint: string): void {
  if (Token.isUnresolved(endpoint) || /^\d{1,3}(\.\d{1,3}){3}:\d+$/.test(endpoint)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(endpoint)}, not an address and a port`,
    "Give it as OKE says it, for example 10.0.0.5:6443, or a reference to the cluster's private endpoint",
  );
}

function checkTtl(problems: Problems, ttl = DEFAULT_TTL): void {
  if (Number.isInteger(ttl) && ttl >= SHORTEST_TTL && ttl <= LONGEST_TTL) return;
  problems.add(
    "COUNT_INVALID",
    `maxSessionTtlInSeconds is ${shown(ttl)}`,
    `Give a whole number from ${SHORTEST_TTL} to ${LONGEST_TTL}`,
  );
}

function checkName(problems: Problems, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[A-Za-z0-9_-]{1,255}$/.test(name)) return;
  problems.add("NAME_INVALID", `bastionName is ${shown(name)}`, "Use 1 to 255 letters, digits, _ and -");
}
