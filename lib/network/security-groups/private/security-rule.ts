import { readCidrs } from "../../../core/cidr";
import { shown } from "../../../core/display-value";
import { checkOcid } from "../../../core/ocid";
import { hasPorts, MAX_PORTS, type Port, portsOf, IpProtocol } from "../../../core/port";
import { checkReason, checkRuleReason, type ReasonedChoice } from "../../../core/reason";
import { checkGiven } from "../../../core/missing-values";
import { type Problems } from "../../../core/validation-error";
import { checkCidrLabel } from "../../vcn/region-services";
import { type INetworkPeer, type RuleEnd } from "../security-group";
import {
  type CoreNetworkSecurityGroupSecurityRule,
  type CoreNetworkSecurityGroupSecurityRuleConfig,
} from "../../../oci/core-network-security-group-security-rule";

interface RuleOptions {
  /** How a program writes a rule for every address. */
  readonly everyone?: string;
  /** The prop with the value that the rule is part of, such as `egress[0]`. */
  readonly owner?: string;
}

/** Reads the remote end of a rule and adds all problems of the rule. */
export function readRule(
  problems: Problems,
  peer: INetworkPeer,
  port: Port,
  choice: ReasonedChoice,
  { everyone = "NetworkPeer.anywhere({ reason })", owner }: RuleOptions = {},
): RuleEnd | undefined {
  const property = owner === undefined ? "reason" : `${owner}.reason`;
  checkGiven(problems, { peer, port, choice });
  const isValidPort = port && isPort(problems, port);
  if (choice) {
    const rule = port ? `The rule for ${port.toString()}` : "The rule";
    checkRuleReason(problems, rule, choice.reason, property);
  }
  const end = peer && readEnd(problems, peer, everyone, property);
  if (end && isValidPort && end.type !== "NETWORK_SECURITY_GROUP") checkWidth(problems, port);
  return end;
}

/** Whether the value is a port; JavaScript can pass any object instead. */
function isPort(problems: Problems, port: Port): boolean {
  if (hasPorts(port)) return true;
  problems.add("PORT_INVALID", `The port is ${shown(port)}`, "Give a Port, for example Port.tcp(443)");
  return false;
}

function checkWidth(problems: Problems, port: Port): void {
  const { protocol } = port;
  const count = portsOf(port);
  if (count <= MAX_PORTS) return;
  const what =
    protocol === IpProtocol.ALL ? "Every protocol and port" : `${count} of the 65535 ${protocol} ports`;
  problems.add(
    "RULE_TOO_WIDE",
    `${what} would be opened to a peer that is not an NSG`,
    "Give the protocol and the ports, for example Port.tcp(443) or Port.tcpRange(8000, 8100), with a rule for each; " +
      `a rule opens at most ${MAX_PORTS} ports`,
  );
}

function readEnd(
  problems: Problems,
  peer: INetworkPeer,
  everyone: string,
  property: string,
): RuleEnd | undefined {
  const end = typeof peer.toRuleEnd === "function" ? peer.toRuleEnd() : undefined;
  if (!end) {
    problems.add(
      "PEER_INVALID",
      `The peer is ${typeof peer === "object" ? "an object without a rule end" : shown(peer)}`,
      'Give NetworkPeer.cidr("10.0.0.0/16"), a network security group, or the region\'s services',
    );
    return undefined;
  }
  checkGiven(problems, { "The key of the peer's rule end": end.key });
  if (checkGiven(problems, { "The value of the peer's rule end": end.value }))
    checkEnd(problems, end, everyone, property);
  return end;
}

function checkEnd(problems: Problems, end: RuleEnd, everyone: string, property: string): void {
  if (end.type === "NETWORK_SECURITY_GROUP") {
    checkOcid(problems, "The peer", end.value, "networksecuritygroup");
  } else if (end.type === "SERVICE_CIDR_BLOCK") {
    checkCidrLabel(problems, "The peer", end.value);
  } else if (end.type === "CIDR_BLOCK") {
    const wide = end.reason !== undefined;
    if (wide) checkReason(problems, "A rule for every address", end.reason, property);
    readCidrs(problems, "The peer", [end.value], { wide, everyone });
  } else {
    problems.add(
      "PEER_INVALID",
      `The type of the peer's rule end is ${shown(end.type)}`,
      "Use CIDR_BLOCK, NETWORK_SECURITY_GROUP or SERVICE_CIDR_BLOCK",
    );
  }
}

const MAX_DESCRIPTION_LENGTH = 255;

/** The reasons that fit into a description of OCI, sorted, so that their order does not matter. */
export function describe(reasons: ReadonlySet<string>): string {
  const [first = "", ...rest] = [...reasons].sort();
  return rest.reduce((text, reason) => {
    const longer = `${text}; ${reason}`;
    return longer.length <= MAX_DESCRIPTION_LENGTH ? longer : text;
  }, first);
}

interface SecurityRuleProps {
  readonly groupId: string;
  readonly direction: "INGRESS" | "EGRESS";
  readonly end: RuleEnd;
  readonly port: Port;
  readonly reason: string;
}

// Numbers of the protocols, as the API names them.
// See https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml
const PROTOCOLS = {
  [IpProtocol.TCP]: "6",
  [IpProtocol.UDP]: "17",
  [IpProtocol.ICMP]: "1",
  [IpProtocol.ALL]: "all",
};

/** The configuration of a rule's resource. */
export function ruleConfigOf(props: SecurityRuleProps): CoreNetworkSecurityGroupSecurityRuleConfig {
  const { groupId, direction, end, port, reason } = props;
  const ends =
    direction === "INGRESS"
      ? { source: end.value, sourceType: end.type }
      : { destination: end.value, destinationType: end.type };
  return {
    networkSecurityGroupId: groupId,
    direction,
    protocol: PROTOCOLS[port.protocol],
    stateless: false,
    description: describe(new Set([reason])),
    ...ends,
    ...optionsOf(port),
  };
}

/** The content of a rule. */
export type RuleContent = Pick<SecurityRuleProps, "direction" | "end" | "port">;

/** A rule of a group, with its reasons as the description. */
export class SecurityRule {
  private readonly reasons: Set<string>;
  private readonly widths = new Set<string>();

  constructor(
    public readonly resource: CoreNetworkSecurityGroupSecurityRule,
    public readonly content: RuleContent,
    reason: string,
  ) {
    this.reasons = new Set([reason]);
  }

  /** Adds a reason to a rule that was declared again. */
  public addReason(reason: string): void {
    this.reasons.add(reason);
    this.resource.description = describe(this.reasons);
  }

  /** Whether a reason for the width of the rule's remote end is new. */
  public isNewWidth(reason: string): boolean {
    const { size } = this.widths;
    return this.widths.add(reason).size > size;
  }
}

type Options = Pick<CoreNetworkSecurityGroupSecurityRuleConfig, "tcpOptions" | "udpOptions" | "icmpOptions">;

function optionsOf(port: Port): Options {
  const { protocol, from, to, icmpType, icmpCode } = port;
  if (protocol === IpProtocol.ICMP && icmpType !== undefined) {
    return { icmpOptions: { type: icmpType, code: icmpCode } };
  }
  if (from === undefined || to === undefined) return {};
  const destinationPortRange = { min: from, max: to };
  if (protocol === IpProtocol.TCP) return { tcpOptions: { destinationPortRange } };
  return { udpOptions: { destinationPortRange } };
}
