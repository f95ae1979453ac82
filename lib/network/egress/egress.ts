import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { checked } from "../../core/checked";
import { type Cidr, cidrAt, overlaps, readCidrs, readIpv4Cidr } from "../../core/cidr";
import { type Port } from "../../core/port";
import { checkedBy, choice, kind, listOf, readArgument, type Reader } from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/missing-values";
import { Problems } from "../../core/validation-error";
import {
  type INetworkPeer,
  NetworkPeer,
  type INetworkSecurityGroup,
} from "../security-groups/security-group";
import { readRule } from "../security-groups/private/security-rule";
import { SubnetRole } from "../vcn/cluster-subnet";
import { isOverlay, type PodNetworking } from "../vcn/pod-networking";

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

/** Parses a text that was validated before as an IPv4 block. */
export function blockOf(text: string): Cidr | undefined {
  return readIpv4Cidr(new Problems("The block"), "It", text);
}

/** Reads a block if its value is known: a missing attribute throws when it is read, and the value of a reference is not known yet. */
export function knownBlock(scope: IConstruct, read: () => string | undefined): Cidr | undefined {
  const text = new Problems(scope).collect(read);
  return text === undefined || Token.isUnresolved(text) ? undefined : blockOf(text);
}

/** Parses the blocks of a list that was validated before; references to Terraform values are rejected here. */
export function literalBlocks(problems: Problems, name: string, texts: readonly string[]): Cidr[] {
  for (const text of texts.filter((entry) => Token.isUnresolved(entry))) readIpv4Cidr(problems, name, text);
  return texts.map(blockOf).filter((cidr) => cidr !== undefined);
}

/** Whether a part of the block can't be the address of a host: loopback, link-local, multicast or reserved. */
export function isUnreachable(cidr: Cidr): boolean {
  return UNREACHABLE.some((range) => overlaps(range.cidr, cidr));
}

/** Adds a problem if no gateway can reach the block. */
export function checkReachable(problems: Problems, name: string, cidr: Cidr): void {
  // Wider blocks are rejected for their width.
  const range =
    cidr.prefix < 8 ? undefined : UNREACHABLE.find((unreachable) => overlaps(unreachable.cidr, cidr));
  if (range === undefined) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, whose addresses ${range.use}`,
    "Give the range of the destination hosts",
  );
}

/** Adds a problem if the destination overlaps the VCN itself. */
export function checkOutside(problems: Problems, name: string, cidr: Cidr, vcn: Cidr): void {
  if (!overlaps(cidr, vcn)) return;
  problems.add(
    "EGRESS_INVALID",
    `${name} is ${cidr.text}, which overlaps the VCN's own ${vcn.text}`,
    "Leave the addresses of the VCN out; inside the VCN, connect two groups with group.allowTo(other, port, { reason })",
  );
}

const ANYWHERE = "0.0.0.0/0";

const EGRESS =
  'Egress.to("203.0.113.0/24", Port.tcp(443), { reason }), or Egress.toAnywhere(port, { reason })';

/** An egress to addresses outside of the network: a destination, a port and a reason. */
@checked
export class Egress {
  /**
   * Allows egress to one address range.
   *
   * Public ranges are reached through the NAT gateway; private ranges need a DRG or a peering that routes to them.
   *
   * @param cidr an IPv4 block no wider than a /8 such as `203.0.113.0/24`, as a literal, because routes are created from it
   */
  public static to(cidr: string, port: Port, choice: ReasonedChoice): Egress {
    const problems = new Problems("Egress.to");
    const peer: INetworkPeer = { toRuleEnd: () => ({ type: "CIDR_BLOCK", value: cidr, key: String(cidr) }) };
    readRule(problems, peer, port, choice, { everyone: "Egress.toAnywhere(port, { reason })" });
    const [destination] = literalBlocks(problems, "The destination", [cidr]);
    if (destination) checkReachable(problems, "The destination", destination);
    problems.throwIfAny();
    return new Egress(cidr, port, choice.reason, NetworkPeer.cidr(cidr));
  }

  /**
   * Allows egress to every IPv4 address; the reason is recorded as an acknowledgement.
   *
   * Ranges behind a DRG of the network are reached through the DRG, all other addresses through the NAT gateway.
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
    /** The destination range, such as `203.0.113.0/24`. */
    public readonly cidr: string,
    /** The destination port. */
    public readonly port: Port,
    /** The reason for the egress. */
    public readonly reason: string,
    /** @internal */
    public readonly _peer: INetworkPeer,
  ) {}

  /** Whether the destination is every address. */
  public get isAnywhere(): boolean {
    return this.cidr === ANYWHERE;
  }
}

/** Reads an egress; again with its destination, because a program without types can pass any object. */
export function egress(): Reader<Egress> {
  return checkedBy(
    kind<Egress>(["cidr", "port", "reason", "_peer", "isAnywhere"], EGRESS),
    (problems, name, { cidr, port, reason, _peer, isAnywhere }) => {
      const end = readRule(problems, _peer, port, { reason }, { owner: name });
      if (!end || end.type !== "CIDR_BLOCK" || end.value !== cidr || (cidr === ANYWHERE) !== isAnywhere) {
        problems.add(
          "EGRESS_INVALID",
          `${name} was changed after a factory of Egress created it`,
          `Give ${EGRESS}`,
        );
      }
    },
  );
}

/** Reads a list of egress. */
export function egressList(): Reader<Egress[]> {
  const list = listOf(
    egress(),
    'a list, for example [Egress.to("203.0.113.0/24", Port.tcp(443), { reason })]',
  );
  return checkedBy(list, (problems, name, entries) => {
    const narrow = entries.filter(({ isAnywhere }) => !isAnywhere).map(({ cidr }) => cidr);
    // Many narrow blocks together can be as wide as the internet.
    if (narrow.length > 0)
      readCidrs(problems, name, narrow, { everyone: "Egress.toAnywhere(port, { reason })" });
  });
}

/** Adds a problem for each destination inside of the source VCN; the range of an imported one may not be known. */
export function checkOutsideVcn(
  problems: Problems,
  list: readonly Egress[],
  vcnCidr: string | undefined,
): void {
  const vcn = vcnCidr === undefined || Token.isUnresolved(vcnCidr) ? undefined : blockOf(vcnCidr);
  for (const { cidr, isAnywhere } of vcn ? list : []) {
    const destination = isAnywhere ? undefined : blockOf(cidr);
    if (vcn && destination) checkOutside(problems, "A destination of egress", destination, vcn);
  }
}

/** The source of an egress: the members of a security group, and their subnet. */
@checked
export class EgressSource {
  /**
   * The worker nodes: the route is added to the workers' subnet only.
   *
   * @param group the security group of the nodes, such as `cluster.workerSecurityGroup`
   */
  public static workers(group: INetworkSecurityGroup): EgressSource {
    return new EgressSource(SubnetRole.WORKERS, groupOf("EgressSource.workers", group));
  }

  /**
   * The pods: the route is added to the pods' subnet only.
   *
   * @param group the security group of the pods, such as `cluster.podSecurityGroup`
   */
  public static pods(group: INetworkSecurityGroup): EgressSource {
    return new EgressSource(SubnetRole.PODS, groupOf("EgressSource.pods", group));
  }

  /**
   * The API endpoint: the route is added to its subnet only. The managed API server uses egress for token issuers only.
   *
   * @param group the security group of the endpoint, such as `cluster.apiEndpointSecurityGroup`
   */
  public static apiEndpoint(group: INetworkSecurityGroup): EgressSource {
    return new EgressSource(SubnetRole.API_ENDPOINT, groupOf("EgressSource.apiEndpoint", group));
  }

  private constructor(
    /** The subnet that the route is added to. */
    public readonly subnet: SubnetRole,
    /** The security group that the rule is added to. */
    public readonly group: INetworkSecurityGroup,
  ) {}
}

function groupOf(factory: string, group: INetworkSecurityGroup): INetworkSecurityGroup {
  return readArgument(factory, "group", group, SOURCE_GROUP);
}

const SOURCE_GROUP = kind<INetworkSecurityGroup>(
  ["networkSecurityGroupId", "allowTo"],
  "the network security group of the nodes or pods that use the egress, such as cluster.podSecurityGroup",
);

/** Reads the source of an egress; again with its members, because a program without types can pass any object. */
function egressSource(): Reader<EgressSource> {
  const subnet = choice(SubnetRole, "one of SubnetRole");
  return checkedBy(
    kind<EgressSource>(["subnet", "group"], "EgressSource.pods(group) or EgressSource.workers(group)"),
    (problems, name, source) => {
      subnet(problems, `${name}.subnet`, source.subnet);
      SOURCE_GROUP(problems, `${name}.group`, source.group);
    },
  );
}

/** Throws if the arguments of `addEgress` are not a source and an egress. */
export function checkEgress(problems: Problems, source: unknown, destination: unknown): void {
  egressSource()(problems, "source", source);
  egress()(problems, "egress", destination);
  problems.throwIfAny();
}

/** The egress source of pods: with an overlay, their packets have the address of the node. */
export function sourceOfPods(
  group: INetworkSecurityGroup,
  podNetworking: PodNetworking | undefined,
): EgressSource {
  return isOverlay(podNetworking) ? EgressSource.workers(group) : EgressSource.pods(group);
}
