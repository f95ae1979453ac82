import { baseOf } from "../vcn/cluster-network-base";
import { Fn, type ITerraformDependable, TerraformOutput, TerraformStack, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { BastionClients } from "./bastion-clients";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readIpv4CidrIfKnown, usableAddresses } from "../../core/cidr";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { checkOcid, compareOcids } from "../../core/ocid";
import { Port } from "../../core/port";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { checkTags, type TaggingProps, tagsOf } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { BastionBastion } from "../../oci/bastion-bastion";
import { CoreNetworkSecurityGroupSecurityRule } from "../../oci/core-network-security-group-security-rule";
import { checkGroupVcn, type NetworkSecurityGroup } from "../security-groups/network-security-group";
import { ruleConfigOf } from "../security-groups/private/security-rule";
import { type INetworkSecurityGroup } from "../security-groups/security-group";
import { type IClusterNetwork } from "../vcn/network";

/** The target of a bastion: a cluster, reduced to what concerns its API endpoint. */
export interface IBastionTarget extends IConstruct, ITerraformDependable {
  /** The VCN and the subnets of the cluster. */
  readonly network: IClusterNetwork;
  /** The security group of the API endpoint. */
  readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  /** The private address and the port of the Kubernetes API, such as `10.0.0.5:6443`, or a reference to it. */
  readonly privateEndpoint: string;
}

/** Props for Bastion. */
export interface BastionProps extends TaggingProps {
  /** The OCID of the compartment of the bastion. */
  readonly compartmentId: string;
  /**
   * The cluster that the bastion connects to; the bastion is placed in the subnet of its API endpoint.
   *
   * @default - network, apiEndpointSecurityGroup and apiEndpoint define the target; each of them overrides the cluster's value
   */
  readonly cluster?: IBastionTarget;
  /**
   * The network of the cluster.
   *
   * @default - the network of the cluster
   */
  readonly network?: IClusterNetwork;
  /**
   * The security group of the API endpoint, such as `cluster.apiEndpointSecurityGroup`.
   *
   * @default - the group of the cluster
   */
  readonly apiEndpointSecurityGroup?: INetworkSecurityGroup;
  /**
   * The private endpoint of the Kubernetes API as OKE reports it, such as `10.0.0.5:6443`, or a reference to it.
   *
   * The security rules don't need it; the printed command does.
   *
   * @default - the endpoint of the cluster
   */
  readonly apiEndpoint?: string;
  /** The clients that may connect to sessions. */
  readonly clients: BastionClients;
  /**
   * The maximum duration of a session, 1,800 to 10,800 seconds.
   *
   * @default 3600
   */
  readonly maxSessionTtlInSeconds?: number;
  /**
   * Whether sessions may use dynamic port forwarding (SOCKS5) and resolve names in the VCN.
   *
   * Connections are still limited to the API endpoint.
   *
   * @default false
   */
  readonly dnsProxy?: boolean;
  /**
   * The name of the bastion: 1 to 255 letters, digits, `_` and `-`; a change replaces the bastion.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly bastionName?: string;
}

const SHORTEST_TTL = 1800;
const MAX_TTL_LENGTH = 10_800;
const DEFAULT_TTL = 3600;
// The API endpoint takes one and the bastion's private endpoint takes one; OKE takes a third while it replaces its endpoint.
const NEEDED_ADDRESSES = 3;

/** The target of a bastion, resolved from the individual props and from the cluster. */
interface BastionPlace {
  readonly network: IClusterNetwork;
  readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  readonly apiEndpoint: string;
}

/** Resolves the target of a bastion; attributes that an imported cluster lacks are added to the problems. */
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

/** Validates the props before anything is created, so that nothing is left behind; throws all problems together. */
function readBastion(problems: Problems, props: BastionProps): BastionPlace {
  const place = readPlace(problems, props);
  // Problems with the cluster were reported already.
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

/** Checks that the endpoint's group and the cluster belong to the VCN in which the bastion is placed. */
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

/** Adds a problem if a text is not an address with a port; references to Terraform values pass. */
export function checkApiEndpoint(problems: Problems, name: string, endpoint: string): void {
  if (Token.isUnresolved(endpoint) || /^\d{1,3}(\.\d{1,3}){3}:\d+$/.test(endpoint)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(endpoint)}, not an address and a port`,
    "Give it as OKE says it, for example 10.0.0.5:6443, or a reference to the cluster's private endpoint",
  );
}

function checkTtl(problems: Problems, ttl = DEFAULT_TTL): void {
  if (Number.isInteger(ttl) && ttl >= SHORTEST_TTL && ttl <= MAX_TTL_LENGTH) return;
  problems.add(
    "COUNT_INVALID",
    `maxSessionTtlInSeconds is ${shown(ttl)}`,
    `Give a whole number from ${SHORTEST_TTL} to ${MAX_TTL_LENGTH}`,
  );
}

function checkName(problems: Problems, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[A-Za-z0-9_-]{1,255}$/.test(name)) return;
  problems.add("NAME_INVALID", `bastionName is ${shown(name)}`, "Use 1 to 255 letters, digits, _ and -");
}

const API_SERVER = Port.tcp(6443);

/**
 * Access to a private API endpoint through the OCI Bastion service: no jump host, no public address, and sessions that expire.
 *
 * The bastion's private endpoint is in the subnet of the API endpoint and may connect to the API endpoint on TCP 6443 only. The output
 * `<path>_session_command` is the command that creates a session; `oci bastion session get --session-id <id> --query
 * 'data."ssh-metadata".command'` then prints the ssh command. IAM policies decide who may create a session.
 *
 * A bastion can't be a member of a security group, so its subnet gets a security list that allows its egress. An imported network is not
 * changed: its owner must allow TCP 6443 egress from the subnet.
 *
 * @see https://docs.oracle.com/iaas/Content/Bastion/Concepts/bastionoverview.htm
 */
@checked
export class Bastion extends ResourceConstruct {
  /** The OCID of the bastion. */
  public readonly bastionId: string;
  /** The OCID of the compartment of the bastion. */
  public readonly compartmentId: string;
  /** The address in the VCN that the bastion connects from. */
  public readonly privateEndpointAddress: string;

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, SUBNET_EXHAUSTED, PEER_INVALID, COUNT_INVALID, NAME_INVALID, TAG_INVALID, NSG_OTHER_VCN
   */
  constructor(scope: Construct, id: string, props: BastionProps) {
    const { network, apiEndpointSecurityGroup, apiEndpoint } = read(scope, id, props);
    super(scope, id);
    const { clients, maxSessionTtlInSeconds = DEFAULT_TTL } = props;
    const bastion = new BastionBastion(this, "Resource", {
      bastionType: "STANDARD",
      compartmentId: props.compartmentId,
      targetSubnetId: network.apiEndpointSubnet.subnetId,
      name: props.bastionName ?? nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-"),
      clientCidrBlockAllowList: clients.cidrs,
      maxSessionTtlInSeconds,
      dnsProxyStatus: props.dnsProxy === true ? "ENABLED" : "DISABLED",
      ...tagsOf(this, props),
    });
    if (clients.reason !== undefined) {
      const what = `a bastion for ${clients.cidrs.join(", ")}`;
      Acknowledgements._record(bastion, "exposure", what, clients.reason);
    }
    this.bastionId = bastion.id;
    this.compartmentId = props.compartmentId;
    this.privateEndpointAddress = bastion.privateEndpointIpAddress;
    this.letIn(apiEndpointSecurityGroup, network.apiEndpointSubnet.cidr);
    baseOf(network)?._letBastionOut();
    this.printCommand(apiEndpoint, maxSessionTtlInSeconds);
  }

  /** Creates the rules here and not in the group, whose stack may be another one: the two stacks would depend on each other. */
  private letIn(group: INetworkSecurityGroup, subnetCidr: string): void {
    const direction = "INGRESS";
    const end = { type: "CIDR_BLOCK", value: `${this.privateEndpointAddress}/32`, key: this.node.path };
    const config = ruleConfigOf({
      groupId: group.networkSecurityGroupId,
      direction,
      end,
      port: API_SERVER,
      reason: "Administrators reach the API endpoint through sessions of the bastion",
    });
    new CoreNetworkSecurityGroupSecurityRule(this, "ApiEndpointRule", config);
    // By the range of the subnet: the rules in the group's stack must not wait for the address.
    const said = { direction, end: { ...end, value: subnetCidr }, port: API_SERVER } as const;
    (group as Partial<NetworkSecurityGroup>)._countRule?.(said);
  }

  private printCommand(endpoint: string, ttl: number): void {
    const address = Token.isUnresolved(endpoint)
      ? Token.asString(Fn.element(Fn.split(":", endpoint), 0))
      : endpoint.replace(/:.*/, "");
    const output = new TerraformOutput(this, "SessionCommand", {
      description: "Opens a session to the API endpoint; put the path of your public key into it",
      value: [
        "oci bastion session create-port-forwarding",
        `--bastion-id ${this.bastionId}`,
        `--target-private-ip ${address} --target-port ${API_SERVER.from} --session-ttl ${ttl}`,
        "--ssh-public-key-file ~/.ssh/id_rsa.pub --wait-for-state SUCCEEDED",
      ].join(" "),
    });
    const inStack = this.node.scopes.slice(TerraformStack.of(this).node.scopes.length);
    const path = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
    output.overrideLogicalId(`${path}_session_command`);
  }
}

function read(scope: Construct, id: string, props: BastionProps): BastionPlace {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (!checkGiven(problems, { props })) problems.throwIfAny();
  return readBastion(problems, props);
}
