import { readRule } from "./check-rule";
import { checkReachable, literalBlocks } from "./egress-destination";
import { NetworkPeer, type INetworkPeer } from "./network-peer";
import { checked } from "../core/checked";
import { type Port } from "../core/port";
import { type ReasonedChoice } from "../core/reason";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

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
