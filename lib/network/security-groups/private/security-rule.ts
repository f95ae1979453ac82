import { type Port, IpProtocol } from "../../../core/port";
import {
  type CoreNetworkSecurityGroupSecurityRule,
  type CoreNetworkSecurityGroupSecurityRuleConfig,
} from "../../../oci/core-network-security-group-security-rule";
import { type RuleEnd } from "../network-peer";

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
