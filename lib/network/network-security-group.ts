import { createHash } from "node:crypto";
import { TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { type INetworkPeer, type RuleEnd } from "./network-peer";
import { SecurityRule } from "./security-rule";
import { Acknowledgements } from "../core/acknowledgement";
import { checkOcid } from "../core/ocid";
import { Protocol, type Port } from "../core/port";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { idPartOf } from "../core/reference";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { CoreNetworkSecurityGroup } from "../oci/core-network-security-group";

/** A network security group: VNICs with rules of their own. */
export interface INetworkSecurityGroup extends IConstruct, INetworkPeer {
  /** The OCID of the group. */
  readonly networkSecurityGroupId: string;

  /**
   * Lets a peer connect to the members of this group.
   *
   * Where the peer is a group, it also gets the rule that lets it out. The same rule twice is one rule.
   *
   * @throws REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE
   */
  allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;

  /**
   * Lets the members of this group connect to a peer.
   *
   * Where the peer is a group, it also gets the rule that lets them in. The same rule twice is one rule.
   *
   * @throws REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE
   */
  allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;
}

/** What a network security group is made of. */
export interface NetworkSecurityGroupProps extends TaggingProps {
  /** The OCID of the compartment of the group. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /**
   * The name shown in the console.
   *
   * @default - the id of the construct
   */
  readonly displayName?: string;
}

const LONGEST_REASON = 255;

abstract class GroupBase extends Construct implements INetworkSecurityGroup {
  public abstract readonly networkSecurityGroupId: string;
  private readonly rules = new Map<string, SecurityRule>();

  public allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("INGRESS", peer, port, choice);
  }

  public allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("EGRESS", peer, port, choice);
  }

  public toRuleEnd(): RuleEnd {
    // Ids must not move when something else is added, and two groups of one name must differ: so a hash of the path.
    const hash = createHash("sha256").update(this.node.path).digest("hex").slice(0, 8);
    const value = this.networkSecurityGroupId;
    return { type: "NETWORK_SECURITY_GROUP", value, key: `${this.node.id}-${hash}` };
  }

  private allow(
    direction: "INGRESS" | "EGRESS",
    peer: INetworkPeer,
    port: Port,
    choice: ReasonedChoice,
  ): void {
    const end = peer.toRuleEnd();
    this.checkRule(end, port, choice);
    this.putRule(this, direction, end, port, choice.reason);
    if (peer instanceof GroupBase) {
      // Made in the stack of the caller: a rule in the peer's own stack would make the two stacks depend on each other.
      const scope = TerraformStack.of(peer) === TerraformStack.of(this) ? peer : this;
      const opposite = direction === "INGRESS" ? "EGRESS" : "INGRESS";
      peer.putRule(scope, opposite, this.toRuleEnd(), port, choice.reason);
    }
  }

  private checkRule(end: RuleEnd, port: Port, choice: ReasonedChoice): void {
    const problems = new Problems(this);
    checkReason(problems, `The rule for ${port.toString()}`, choice.reason);
    const length = String(choice.reason).length;
    if (length > LONGEST_REASON) {
      problems.add(
        "RULE_REASON_LENGTH",
        `The reason has ${length} characters`,
        `Say it in at most ${LONGEST_REASON}`,
      );
    }
    if (port.protocol === Protocol.ALL && end.type !== "NETWORK_SECURITY_GROUP") {
      problems.add(
        "RULE_TOO_WIDE",
        "Every protocol and port would be open to what is not a group",
        "Name the protocol and the ports, for example Port.tcp(443) or Port.tcpRange(8000, 8100), once for each",
      );
    }
    problems.throwIfAny();
  }

  private putRule(
    scope: GroupBase,
    direction: "INGRESS" | "EGRESS",
    end: RuleEnd,
    port: Port,
    reason: string,
  ): void {
    const key = `${direction.toLowerCase()}-${idPartOf(this, end.key)}-${port.toString()}`;
    const known = this.rules.get(key);
    if (known) {
      known.addReason(reason);
      return;
    }
    const id = scope === this ? key : `${this.toRuleEnd().key}-${key}`;
    const groupId = this.networkSecurityGroupId;
    const rule = new SecurityRule(scope, id, { groupId, direction, end, port, reason });
    this.rules.set(key, rule);
    if (end.reason === undefined) return;
    const what = `${direction.toLowerCase()} ${port.toString()} for every address`;
    Acknowledgements._record(rule.resource, "exposure", what, end.reason);
  }
}

/**
 * A network security group whose rules are resources of their own.
 *
 * A rule's id is made of what it says, so adding or reordering one never renames another.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/networksecuritygroups.htm
 */
export class NetworkSecurityGroup extends GroupBase {
  /**
   * A group that exists already; rules can be added to it.
   *
   * @throws OCID_INVALID
   */
  public static fromNetworkSecurityGroupId(
    scope: Construct,
    id: string,
    networkSecurityGroupId: string,
  ): INetworkSecurityGroup {
    const problems = new Problems(`${scope.node.path}/${id}`);
    checkOcid(problems, "networkSecurityGroupId", networkSecurityGroupId, "networksecuritygroup");
    problems.throwIfAny();
    return new ImportedGroup(scope, id, networkSecurityGroupId);
  }

  public readonly networkSecurityGroupId: string;

  /** @throws OCID_INVALID, TAG_INVALID */
  constructor(scope: Construct, id: string, props: NetworkSecurityGroupProps) {
    super(scope, id);
    const problems = new Problems(this);
    checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
    checkOcid(problems, "vcnId", props.vcnId, "vcn");
    checkTags(problems, props);
    problems.throwIfAny();

    const group = new CoreNetworkSecurityGroup(this, "Resource", {
      compartmentId: props.compartmentId,
      vcnId: props.vcnId,
      displayName: props.displayName ?? id,
      ...tagsOf(this, props),
    });
    this.networkSecurityGroupId = group.id;
  }
}

class ImportedGroup extends GroupBase {
  constructor(
    scope: Construct,
    id: string,
    public readonly networkSecurityGroupId: string,
  ) {
    super(scope, id);
  }
}
