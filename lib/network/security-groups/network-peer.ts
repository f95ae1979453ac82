import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { readArgument, reasonFor } from "../../core/readers";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/missing-values";
import { Problems } from "../../core/validation-error";

/** The remote end of a rule in terms of the provider, validated by the group that gets the rule. */
export interface RuleEnd {
  /** The type: `CIDR_BLOCK`, `NETWORK_SECURITY_GROUP` or `SERVICE_CIDR_BLOCK`. */
  readonly type: string;
  /** The IPv4 block, the OCID of the group, or the label of the services, or a reference to a Terraform value. */
  readonly value: string;
  /** The key of this end in the ids of rules, a text or a reference; the same end always has the same key. */
  readonly key: string;
  /**
   * The reason for allowing a range as wide as the internet.
   *
   * Required for a block wider than a /8.
   *
   * @default - the range is not that wide
   */
  readonly reason?: string;
}

/** The remote end of a network rule. */
export interface INetworkPeer {
  /** Returns the end as rules refer to it. */
  toRuleEnd(): RuleEnd;
}

/** Factories for peers that are address ranges. */
@checked
export class NetworkPeer {
  /**
   * An IPv4 address range, no wider than a /8.
   *
   * @param cidr the range such as `10.0.0.0/16`, or `192.0.2.10/32` for one address; or a reference to a Terraform value
   */
  public static cidr(cidr: string): INetworkPeer {
    const problems = new Problems("NetworkPeer.cidr");
    if (checkGiven(problems, { cidr }))
      readCidrs(problems, "The block", [cidr], { everyone: "NetworkPeer.anywhere({ reason })" });
    problems.throwIfAny();
    return new CidrPeer(cidr);
  }

  /** Every IPv4 address; the reason is recorded as an acknowledgement of each rule that uses this peer. */
  public static anywhere(choice: ReasonedChoice): INetworkPeer {
    const { reason } = readArgument("NetworkPeer.anywhere", "choice", choice, EVERY_ADDRESS);
    return new CidrPeer("0.0.0.0/0", reason);
  }

  private constructor() {}
}

const EVERY_ADDRESS = choiceOf(reasonFor("A rule for every address"));

class CidrPeer implements INetworkPeer {
  constructor(
    private readonly cidr: string,
    private readonly reason?: string,
  ) {}

  public toRuleEnd(): RuleEnd {
    return { type: "CIDR_BLOCK", value: this.cidr, key: this.cidr, reason: this.reason };
  }
}
