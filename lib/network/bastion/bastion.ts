import { checked } from "../../core/checked";
import { sizeOf, readIpv4CidrIfKnown, usableAddresses } from "../../core/cidr";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import {
  checkedBy,
  literalCidrs,
  readArgument,
  readArguments,
  type Reader,
  reasonFor,
  valueOf,
  boolean,
  duration,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../../core/readers";
import { Duration } from "cdk8s";
import { Fn, type ITerraformDependable, TerraformOutput, TerraformStack, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { compareOcids } from "../../core/ocid";
import { Port } from "../../core/port";
import { checkGiven } from "../../core/missing-values";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { Problems } from "../../core/validation-error";
import { BastionBastion } from "../../oci/bastion-bastion";
import { CoreNetworkSecurityGroupSecurityRule } from "../../oci/core-network-security-group-security-rule";
import { checkGroupVcn, type NetworkSecurityGroup } from "../security-groups/network-security-group";
import { ruleConfigOf } from "../security-groups/private/security-rule";
import { type INetworkSecurityGroup } from "../security-groups/security-group";
import { baseOf, type IClusterNetwork } from "../vcn/network";

const MAX_BLOCKS = 20;
const WIDE_PREFIX = 16;

/** The clients that may connect to the sessions of a bastion, identified by their public addresses. */
@checked
export class BastionClients {
  /**
   * Allows clients from narrow ranges: up to 20 IPv4 blocks that together hold fewer addresses than a /16.
   *
   * @param cidrs the IPv4 blocks such as `["192.0.2.0/24"]`, as literals and not as references
   */
  public static from(cidrs: string[]): BastionClients {
    const blocks = readArgument("BastionClients.from", "cidrs", cidrs, narrowRanges);
    return new BastionClients(blocks.map(({ text }) => text));
  }

  /** Allows clients from wide ranges, none of the blocks wider than a /8; the reason is recorded as an acknowledgement. */
  public static fromWide(cidrs: string[], choice: ReasonedChoice): BastionClients {
    const read = readArguments("BastionClients.fromWide", { cidrs, choice }, WIDE_RANGES);
    return new BastionClients(
      read.cidrs.map(({ text }) => text),
      read.choice.reason,
    );
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for wide ranges, if the ranges are wide. */
    public readonly reason?: string,
  ) {}
}

const ranges = checkedBy(literalCidrs(), (problems, name, { length }) => {
  if (length <= MAX_BLOCKS) return;
  problems.add(
    "COUNT_INVALID",
    `${name} has ${length} blocks`,
    `Give at most ${MAX_BLOCKS}; neighbors can be written as one block`,
  );
});

const narrowRanges = checkedBy(ranges, (problems, name, blocks) => {
  if (blocks.reduce((sum, block) => sum + sizeOf(block), 0) < 2 ** (32 - WIDE_PREFIX)) return;
  problems.add(
    "CIDR_TOO_WIDE",
    `${name} is ${blocks.map(({ text }) => text).join(", ")}, as many addresses as a /${WIDE_PREFIX} or more`,
    'Give the addresses that administrators connect from, or use BastionClients.fromWide(["192.0.0.0/16"], { reason: "…" })',
  );
});

const WIDE_RANGES_REASON = reasonFor("A bastion for wide client ranges");
const WIDE_RANGES = {
  cidrs: ranges,
  choice: choiceOf(WIDE_RANGES_REASON),
};

/** Reads clients; again with their ranges, because a program without types can pass any object. */
function bastionClients(): Reader<BastionClients> {
  return checkedBy(valueOf(BastionClients), (problems, name, { cidrs, reason }) => {
    (reason === undefined ? narrowRanges : ranges)(problems, `${name}.cidrs`, cidrs);
    if (reason !== undefined) WIDE_RANGES_REASON(problems, `${name}.reason`, reason);
  });
}

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
   * The maximum duration of a session, from 30 minutes to 3 hours.
   *
   * @default Duration.hours(1)
   */
  readonly maxSessionTtl?: Duration;
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

const MIN_SESSION_TTL = 1800;
const MAX_SESSION_TTL = 10_800;
// The API endpoint and the bastion's private endpoint take one each; OKE takes a third while it replaces its endpoint.
const NEEDED_ADDRESSES = 3;

/** Reads the private endpoint of a cluster: an address and a port, or a reference to a Terraform value. */
export function apiEndpoint(): Reader<string> {
  return matching(
    /^\d{1,3}(\.\d{1,3}){3}:\d+$/,
    'Give the private endpoint that OKE reports, for example "10.0.0.5:6443", or a reference to it',
    { references: true },
  );
}

const BASTION = {
  compartmentId: ocid("compartment", "tenancy"),
  cluster: optional(valueOf<IBastionTarget>("IBastionTarget")),
  network: optional(valueOf<IClusterNetwork>("IClusterNetwork")),
  apiEndpointSecurityGroup: optional(valueOf<INetworkSecurityGroup>("INetworkSecurityGroup")),
  apiEndpoint: optional(apiEndpoint()),
  clients: bastionClients(),
  maxSessionTtl: withDefault(
    duration("seconds", { least: MIN_SESSION_TTL, most: MAX_SESSION_TTL, example: "Duration.hours(1)" }),
    Duration.hours(1),
  ),
  dnsProxy: withDefault(boolean(), false),
  bastionName: optional(
    matching(/^[A-Za-z0-9_-]{1,255}$/, "Use 1 to 255 letters, digits, _ and -", { references: true }),
  ),
  ...taggingReaders(),
} satisfies PropsSchema<BastionProps>;

/** The props of a bastion, with a target that is complete. */
type ResolvedBastion = Resolved<typeof BASTION> & BastionTarget;

/** The target of a bastion, resolved from the individual props and from the cluster. */
interface BastionTarget {
  readonly network: IClusterNetwork;
  readonly apiEndpointSecurityGroup: INetworkSecurityGroup;
  readonly apiEndpoint: string;
}

/** Reads the props before anything is created, so that nothing is left behind; throws all problems together. */
function readBastion(scope: Construct, id: string, props: BastionProps): ResolvedBastion {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, BASTION);
  const target = readTarget(problems, props, read);
  if (target.network) checkSubnet(problems, target.network);
  if (!problems.any) checkVcns(problems, target, read.cluster);
  return problems.resolved<ResolvedBastion>({ ...read, ...target });
}

/** Completes the target with the values of the cluster; attributes that an imported cluster lacks are added to the problems. */
function readTarget(
  problems: Problems,
  given: BastionProps | undefined,
  { cluster, ...read }: Partial<Resolved<typeof BASTION>>,
): Partial<BastionTarget> {
  const complete = <T>(
    name: keyof BastionTarget,
    own: T | undefined,
    ofCluster: (target: IBastionTarget) => T,
  ): T | undefined => {
    if (given?.[name] !== undefined) return own;
    if (given?.cluster === undefined) checkGiven(problems, { [name]: undefined });
    return cluster && problems.collect(() => ofCluster(cluster));
  };
  return {
    apiEndpointSecurityGroup: complete(
      "apiEndpointSecurityGroup",
      read.apiEndpointSecurityGroup,
      (target) => target.apiEndpointSecurityGroup,
    ),
    network: complete("network", read.network, ({ network }) => network),
    apiEndpoint: complete("apiEndpoint", read.apiEndpoint, ({ privateEndpoint }) => privateEndpoint),
  };
}

/** Checks that the endpoint's group and the cluster belong to the VCN in which the bastion is placed. */
function checkVcns(
  problems: Problems,
  { network, apiEndpointSecurityGroup: group }: Partial<BastionTarget>,
  cluster: IBastionTarget | undefined,
): void {
  const vcnIdOf = (owner: IClusterNetwork) => new Problems("network").collect(() => owner.vcnId);
  const vcnId = network && vcnIdOf(network);
  if (!network || vcnId === undefined) return;
  if (group) checkGroupVcn(problems, "The group of the API endpoint", group, network, vcnId);
  const home = cluster && new Problems("cluster").collect(() => cluster.network);
  const homeId = home && vcnIdOf(home);
  if (problems.any || !home || homeId === undefined) return;
  if (compareOcids({ scope: network, id: vcnId }, { scope: home, id: homeId }) !== "different") return;
  problems.add(
    "NSG_OTHER_VCN",
    `network is ${network.node.path}, in another VCN than ${home.node.path}, the network of the cluster`,
    "Leave network out: a bastion must be in the VCN of the API endpoint",
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
  /** The name of the bastion. */
  public readonly bastionName: string;
  /** The OCID of the compartment of the bastion. */
  public readonly compartmentId: string;
  /** The clients that may connect to sessions. */
  public readonly clients: BastionClients;
  /** The maximum duration of a session. */
  public readonly maxSessionTtl: Duration;
  /** The address in the VCN that the bastion connects from. */
  public readonly privateEndpointAddress: string;

  constructor(scope: Construct, id: string, props: BastionProps) {
    const bastion = readBastion(scope, id, props);
    const { network, clients, maxSessionTtl, compartmentId } = bastion;
    super(scope, id);
    this.bastionName = bastion.bastionName ?? nameOf(this).replace(/[^A-Za-z0-9_-]+/g, "-");
    this.compartmentId = compartmentId;
    this.clients = clients;
    this.maxSessionTtl = maxSessionTtl;
    const resource = new BastionBastion(this, "Resource", {
      bastionType: "STANDARD",
      compartmentId,
      targetSubnetId: network.apiEndpointSubnet.subnetId,
      name: this.bastionName,
      clientCidrBlockAllowList: clients.cidrs,
      maxSessionTtlInSeconds: maxSessionTtl.toSeconds(),
      dnsProxyStatus: bastion.dnsProxy ? "ENABLED" : "DISABLED",
      ...tagsOf(this, bastion),
    });
    if (clients.reason !== undefined) {
      const what = `a bastion for ${clients.cidrs.join(", ")}`;
      Acknowledgements._record(resource, "exposure", what, clients.reason);
    }
    this.bastionId = resource.id;
    this.privateEndpointAddress = resource.privateEndpointIpAddress;
    this.allowIngress(bastion.apiEndpointSecurityGroup, network.apiEndpointSubnet.cidr);
    baseOf(network)?._allowBastionEgress();
    this.printCommand(bastion.apiEndpoint);
  }

  /** Creates the rules here and not in the group, whose stack may be another one: the two stacks would depend on each other. */
  private allowIngress(group: INetworkSecurityGroup, subnetCidr: string): void {
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
    const content = { direction, end: { ...end, value: subnetCidr }, port: API_SERVER } as const;
    (group as Partial<NetworkSecurityGroup>)._countRule?.(content);
  }

  private printCommand(endpoint: string): void {
    const address = Token.isUnresolved(endpoint)
      ? Token.asString(Fn.element(Fn.split(":", endpoint), 0))
      : endpoint.replace(/:.*/, "");
    const output = new TerraformOutput(this, "SessionCommand", {
      description: "Opens a session to the API endpoint; put the path of your public key into it",
      value: [
        "oci bastion session create-port-forwarding",
        `--bastion-id ${this.bastionId}`,
        `--target-private-ip ${address} --target-port ${API_SERVER.from} --session-ttl ${this.maxSessionTtl.toSeconds()}`,
        "--ssh-public-key-file ~/.ssh/id_rsa.pub --wait-for-state SUCCEEDED",
      ].join(" "),
    });
    const inStack = this.node.scopes.slice(TerraformStack.of(this).node.scopes.length);
    const path = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
    output.overrideLogicalId(`${path}_session_command`);
  }
}
