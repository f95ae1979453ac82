import { checked } from "./checked";
import { portNumber, readArgument, readArguments, readProps, wholeNumber } from "./readers";
import { Problems } from "./validation-error";

/** Protocols that a rule can name. */
export enum IpProtocol {
  /** TCP. */
  TCP = "TCP",
  /** UDP. */
  UDP = "UDP",
  /** ICMP for IPv4. */
  ICMP = "ICMP",
  /** Every protocol. */
  ALL = "ALL",
}

// The id of a rule contains its ports, so references to Terraform values are rejected: their numbers are not stable.
const PORT = portNumber("Give a whole number from 1 to 65535, for example 443");
const ICMP_NUMBER = wholeNumber({
  least: 0,
  most: 255,
  code: "PORT_INVALID",
  fix: "Give a whole number from 0 to 255",
});

/** Reads the ends of a range of ports. */
function readRange(factory: string, from: number, to: number): void {
  const problems = new Problems(factory);
  readProps(problems, { from, to }, { from: PORT, to: PORT });
  if (!problems.any && from > to)
    problems.add("PORT_INVALID", `from is ${from}, above to, ${to}`, `Write ${factory}(${to}, ${from})`);
  problems.throwIfAny();
}

/** The traffic that a network rule allows: a protocol with a port, a range of ports, or an ICMP type. */
@checked
export class Port {
  /**
   * One TCP port.
   *
   * @param port the port, 1 to 65535
   */
  public static tcp(port: number): Port {
    readArgument("Port.tcp", "port", port, PORT);
    return new Port(IpProtocol.TCP, port, port);
  }

  /**
   * A range of TCP ports, including both ends.
   *
   * More than 32,767 ports are allowed between two security groups only.
   */
  public static tcpRange(from: number, to: number): Port {
    readRange("Port.tcpRange", from, to);
    return new Port(IpProtocol.TCP, from, to);
  }

  /**
   * One UDP port.
   *
   * @param port the port, 1 to 65535
   */
  public static udp(port: number): Port {
    readArgument("Port.udp", "port", port, PORT);
    return new Port(IpProtocol.UDP, port, port);
  }

  /**
   * A range of UDP ports, including both ends.
   *
   * More than 32,767 ports are allowed between two security groups only.
   */
  public static udpRange(from: number, to: number): Port {
    readRange("Port.udpRange", from, to);
    return new Port(IpProtocol.UDP, from, to);
  }

  /**
   * One ICMP type and code.
   *
   * @param type the type, 0 to 255
   * @param code the code, 0 to 255
   * @see https://www.iana.org/assignments/icmp-parameters/icmp-parameters.xhtml
   */
  public static icmp(type: number, code: number): Port {
    readArguments("Port.icmp", { type, code }, { type: ICMP_NUMBER, code: ICMP_NUMBER });
    return new Port(IpProtocol.ICMP, undefined, undefined, type, code);
  }

  /**
   * Path MTU discovery: ICMP type 3 code 4.
   *
   * Without it, connections hang if a link on the path has a smaller packet size.
   */
  public static pathMtuDiscovery(): Port {
    return Port.icmp(3, 4);
  }

  /** Every protocol and port; only for traffic between two security groups, never to or from an address range. */
  public static allTraffic(): Port {
    return new Port(IpProtocol.ALL);
  }

  private constructor(
    /** The protocol. */
    public readonly protocol: IpProtocol,
    /** The first TCP or UDP port. */
    public readonly from?: number,
    /** The last TCP or UDP port. */
    public readonly to?: number,
    /** The ICMP type. */
    public readonly icmpType?: number,
    /** The ICMP code. */
    public readonly icmpCode?: number,
  ) {}

  /** A short form for ids, such as `tcp-443` or `icmp-3-4`. */
  public toString(): string {
    if (this.protocol === IpProtocol.ALL) return "all";
    if (this.protocol === IpProtocol.ICMP) return `icmp-${this.icmpType}-${this.icmpCode}`;
    const name = this.protocol.toLowerCase();
    return this.from === this.to ? `${name}-${this.from}` : `${name}-${this.from}-${this.to}`;
  }
}

/** Half of all ports. The node ports, 30000 to 32767, and the ranges for media and file transfer are far smaller. */
export const MAX_PORTS = 32_767;

/** The number of ports in a rule; all of them if it names no port. */
export function portsOf({ protocol, from = 1, to = from }: Port): number {
  return protocol === IpProtocol.ALL ? 65_535 : to - from + 1;
}

/** Whether the ports of a rule are valid; JavaScript can pass any object instead of a Port. */
export function hasPorts({ protocol, from, to, icmpType, icmpCode }: Port): boolean {
  const within = (value: number | undefined, least: number, most: number) =>
    value !== undefined && Number.isInteger(value) && value >= least && value <= most;
  if (protocol === IpProtocol.ALL) return true;
  if (protocol === IpProtocol.ICMP) return within(icmpType, 0, 255) && within(icmpCode, 0, 255);
  const isRanged = protocol === IpProtocol.TCP || protocol === IpProtocol.UDP;
  return isRanged && within(from, 1, 65_535) && within(to, from ?? 1, 65_535);
}
