import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checked } from "../../core/checked";
import { type Cidr, cidrAt, contains, overlaps, readCidrs, readIpv4Cidr } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { type Port } from "../../core/port";
import { type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { type INetworkPeer, NetworkPeer } from "../security-groups/network-peer";
import { readRule } from "../security-groups/private/check-rule";
import { type INetworkSecurityGroup } from "../security-groups/security-group";
import { SubnetRole } from "../vcn/network-subnet";
import { isOverlay, type PodNetworking } from "../vcn/pod-networking";

// See https://www.rfc-editor.org/rfc/rfc1918 and https://www.rfc-editor.org/rfc/rfc6598
const PRIVATE = [
  cidrAt(0x0a000000n, 8),
  cidrAt(0xac100000n, 12),
  cidrAt(0xc0a80000n, 16),
  cidrAt(0x64400000n, 10),
];

const UNREACHABLE = [
  { cidr: cidrAt(0n, 8), use: 'mean "this" network' },
  { cidr: cidrAt(0x7f000000n, 8), use: "are for loopback" },
  {
    cidr: cidrAt(0xa9fe0000n, 16),
    use: "are link-local: OCI serves DNS and metadata there, without a route",
  },
  { cidr: cidrAt(0xe0000000n, 4), use: "are for multicast" },
  { cidr: cidrAt(0xf0000000n, 4), use: "are reserved" },
];

/** A block of which is known already whether it is one. */
export function blockOf(text: string): Cidr | undefined {
  return readIpv4Cidr(new Problems("The block"), "It", text);
}

/** The block that something says, where it is known: what was not given throws when it is read, and references say nothing yet. */
export function knownBlock(scope: IConstruct, read: () => string | undefined): Cidr | undefined {
  const text = new Problems(scope).collect(read);
  return text === undefined || Token.isUnresolved(text) ? undefined : blockOf(text);
}

/** The blocks of a list, of which what is wrong was said before; references to Terraform values are refused here. */
export function literalBlocks(problems: Problems, name: string, texts: readonly string[]): Cidr[] {
  for (const text of texts.filter((one) => Token.isUnresolved(one))) readIpv4Cidr(problems, name, text);
  return texts.map(blockOf).filter((cidr) => cidr !== undefined);
}

/** Whether a NAT gateway can't reach a part of the block, because it is not of the internet. */
export function isPrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => overlaps(range, cidr));
}

/** Whether all of the block is private. */
export function isInsidePrivate(cidr: Cidr): boolean {
  return PRIVATE.some((range) => contains(range, cidr));
}

/** Whether a part of the block is of no host: loopback, link-local, multicast or reserved. */
export function isUnreachable(cidr: Cidr): boolean {
  return UNREACHABLE.some((range) => overlaps(range.cidr, cidr));
}

/** Adds a problem where no gateway can reach a block. */
export function checkReachable(problems: Problems, name: string, cidr: Cidr): void {
  // What is wider is refused for that.
  const range = cidr.prefix < 8 ? undefined : UNREACHABLE.find((one) => overlaps(one.cidr, cidr));
  if (range === undefined) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, whose addresses ${range.use}`,
    "Give the range of the hosts that are to be reached",
  );
}

/** Adds a problem where a destination is of the VCN itself. */
export function checkOutside(problems: Problems, name: string, cidr: Cidr, vcn: Cidr): void {
  if (!overlaps(cidr, vcn)) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, which overlaps the VCN's own ${vcn.text}`,
    "Leave the VCN's addresses out: inside of it no route is needed, and two groups are connected by allowTo of one of them",
  );
}

const ANYWHERE = "0.0.0.0/0";

/** A way out of the network to addresses outside of it: a destination, a port and why. */
@checked
export class Egress {
  /**
   * A way out to one address range.
   *
   * A public range is reached through the NAT gateway; a private one needs a DRG that leads there.
   *
   * @param cidr an IPv4 block no wider than a /8 such as `203.0.113.0/24`, as a literal: the route is made of it
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, EGRESS_INVALID, REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE,
   * PORT_INVALID, TEXT_TEMPLATE
   */
  public static to(cidr: string, port: Port, choice: ReasonedChoice): Egress {
    const problems = new Problems("Egress.to");
    const peer: INetworkPeer = { toRuleEnd: () => ({ type: "CIDR_BLOCK", value: cidr, key: String(cidr) }) };
    readRule(problems, peer, port, choice, "Egress.toAnywhere(port, { reason })");
    const [destination] = literalBlocks(problems, "The destination", [cidr]);
    if (destination) checkReachable(problems, "The destination", destination);
    problems.throwIfAny();
    return new Egress(cidr, port, choice.reason, NetworkPeer.cidr(cidr));
  }

  /**
   * A way out to every IPv4 address; the reason is kept as an acknowledgement.
   *
   * What is behind a DRG of the network is reached through that, all else through the NAT gateway.
   *
   * @throws REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE, PORT_INVALID, TEXT_TEMPLATE
   */
  public static toAnywhere(port: Port, choice: ReasonedChoice): Egress {
    const problems = new Problems("Egress.toAnywhere");
    if (checkGiven(problems, { choice })) {
      const peer = problems.collect(() => NetworkPeer.anywhere(choice));
      if (peer) readRule(problems, peer, port, choice);
    }
    problems.throwIfAny();
    return new Egress(ANYWHERE, port, choice.reason, NetworkPeer.anywhere(choice));
  }

  private constructor(
    /** The address range that is reached, such as `203.0.113.0/24`. */
    public readonly cidr: string,
    /** The port that is reached. */
    public readonly port: Port,
    /** Why. */
    public readonly reason: string,
    /** @internal */
    public readonly _peer: INetworkPeer,
  ) {}

  /** Whether it leads to every address. */
  public get isAnywhere(): boolean {
    return this.cidr === ANYWHERE;
  }
}

/** Whether a value is what a factory of Egress made; an object that looks like one was never checked. */
export function checkIsEgress(problems: Problems, name: string, value: unknown): value is Egress {
  if (value instanceof Egress) return true;
  const isMissing = value === undefined || value === null;
  problems.add(
    isMissing ? "ATTRIBUTE_MISSING" : "EGRESS_INVALID",
    isMissing ? `${name} was not given` : `${name} is ${shown(value)}, which no factory of Egress made`,
    'Give Egress.to("203.0.113.0/24", Port.tcp(443), { reason }), or Egress.toAnywhere(port, { reason })',
  );
  return false;
}

/**
 * Reads a list of ways out before anything is made of it; what is wrong with it goes into the problems.
 *
 * @param vcnCidr the range of the VCN that they lead out of, where it is known
 */
export function readEgress(problems: Problems, value: unknown, vcnCidr?: string): Egress[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.add(
      "VALUE_INVALID",
      `egress is ${shown(value)}, not a list`,
      'Write a list, for example [Egress.to("203.0.113.0/24", Port.tcp(443), { reason })]',
    );
    return [];
  }
  const list = value.filter((one: unknown, index) => checkIsEgress(problems, `egress[${index}]`, one));
  const narrow = list.filter(({ isAnywhere }) => !isAnywhere).map(({ cidr }) => cidr);
  // Many blocks that are narrow one by one can be as good as every address.
  if (narrow.length > 0)
    readCidrs(problems, "The egress", narrow, { everyone: "Egress.toAnywhere(port, { reason })" });
  const vcn = vcnCidr === undefined || Token.isUnresolved(vcnCidr) ? undefined : blockOf(vcnCidr);
  for (const cidr of vcn ? narrow.map(blockOf) : []) {
    if (vcn && cidr) checkOutside(problems, "A destination of egress", cidr, vcn);
  }
  return list as Egress[];
}

/** Who takes a way out: the members of a group, and the subnet that they live in. */
@checked
export class EgressSource {
  /**
   * Nodes: the route is put into the workers' subnet only.
   *
   * @param group the group of the nodes, such as `cluster.workerSecurityGroup`
   * @throws ATTRIBUTE_MISSING, PEER_INVALID
   */
  public static workers(group: INetworkSecurityGroup): EgressSource {
    check("EgressSource.workers", group);
    return new EgressSource(SubnetRole.WORKERS, group);
  }

  /**
   * Pods: the route is put into the pods' subnet only.
   *
   * @param group the group of the pods, such as `cluster.podSecurityGroup`
   * @throws ATTRIBUTE_MISSING, PEER_INVALID
   */
  public static pods(group: INetworkSecurityGroup): EgressSource {
    check("EgressSource.pods", group);
    return new EgressSource(SubnetRole.PODS, group);
  }

  /**
   * The API endpoint: the route is put into its subnet only. A managed API server uses it for token issuers alone.
   *
   * @param group the group of the endpoint, such as `cluster.apiEndpointSecurityGroup`
   * @throws ATTRIBUTE_MISSING, PEER_INVALID
   */
  public static apiEndpoint(group: INetworkSecurityGroup): EgressSource {
    check("EgressSource.apiEndpoint", group);
    return new EgressSource(SubnetRole.API_ENDPOINT, group);
  }

  private constructor(
    /** The subnet that gets the route. */
    public readonly subnet: SubnetRole,
    /** The group that gets the rule. */
    public readonly group: INetworkSecurityGroup,
  ) {}
}

function check(factory: string, group: INetworkSecurityGroup): void {
  const problems = new Problems(factory);
  if (checkGiven(problems, { group }) && typeof group.allowTo !== "function") {
    problems.add(
      "PEER_INVALID",
      "What was given is no network security group",
      "Give the group of those who take the way out, such as cluster.podSecurityGroup",
    );
  }
  problems.throwIfAny();
}

/** Whether both are what their factories make; an object that looks like one was never checked. */
export function checkEgress(problems: Problems, source: EgressSource, egress: Egress): boolean {
  if (!checkGiven(problems, { source, egress })) return false;
  if (source instanceof EgressSource && egress instanceof Egress) return true;
  problems.add(
    "EGRESS_INVALID",
    "What was given is not a source and an egress",
    "Give EgressSource.pods(group) or .workers(group), then Egress.to(...) or Egress.toAnywhere(...)",
  );
  return false;
}

/** Where the packets of pods leave: with an overlay they have the address of their node. */
export function sourceOfPods(
  group: INetworkSecurityGroup,
  podNetworking: PodNetworking | undefined,
): EgressSource {
  return isOverlay(podNetworking) ? EgressSource.workers(group) : EgressSource.pods(group);
}
