import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";

/** What the other end of a rule is, in the words of the provider, checked by the group that gets the rule. */
export interface RuleEnd {
  /** `CIDR_BLOCK`, `NETWORK_SECURITY_GROUP` or `SERVICE_CIDR_BLOCK`, nothing else. */
  readonly type: string;
  /** The IPv4 block, the OCID of the group, or the label of the services, or a reference to a Terraform value. */
  readonly value: string;
  /** A text or a reference that names this end in the ids of rules: the same end always has the same key. */
  readonly key: string;
  /**
   * Why this end is as wide as the internet.
   *
   * A block wider than a /8 needs it.
   *
   * @default - it is not as wide
   */
  readonly reason?: string;
}

/** The other end of a network rule. */
export interface INetworkPeer {
  /** How a rule names this peer. */
  toRuleEnd(): RuleEnd;
}

/** Peers that are address ranges. */
@checked
export class NetworkPeer {
  /**
   * An IPv4 address range, no wider than a /8.
   *
   * @param cidr such as `10.0.0.0/16`, or `192.0.2.10/32` for one address; or a reference to a Terraform value
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE
   */
  public static cidr(cidr: string): INetworkPeer {
    const problems = new Problems("NetworkPeer.cidr");
    if (checkGiven(problems, { cidr }))
      readCidrs(problems, "The block", [cidr], { everyone: "NetworkPeer.anywhere({ reason })" });
    problems.throwIfAny();
    return new CidrPeer(cidr);
  }

  /**
   * Every IPv4 address; the reason is kept as an acknowledgement of each rule that names it.
   *
   * @throws REASON_MISSING
   */
  public static anywhere(choice: ReasonedChoice): INetworkPeer {
    const problems = new Problems("NetworkPeer.anywhere");
    if (checkGiven(problems, { choice })) checkReason(problems, "A rule for every address", choice.reason);
    problems.throwIfAny();
    return new CidrPeer("0.0.0.0/0", choice.reason);
  }

  private constructor() {}
}

class CidrPeer implements INetworkPeer {
  constructor(
    private readonly cidr: string,
    private readonly reason?: string,
  ) {}

  public toRuleEnd(): RuleEnd {
    return { type: "CIDR_BLOCK", value: this.cidr, key: this.cidr, reason: this.reason };
  }
}
