import { TerraformStack, Token } from "cdktf";
import { type Construct } from "constructs";
import { readRule } from "./check-rule";
import { checkRuleCount, countRules } from "./group-rules";
import { checkGroupVcn } from "./group-vcn";
import { type INetworkPeer, type RuleEnd } from "./network-peer";
import {
  type INetworkSecurityGroup,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
} from "./security-group";
import { PeerWidths } from "./peer-width";
import { ruleConfigOf, SecurityRule, type Said } from "./security-rule";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkDisplayName } from "../core/display-name";
import { checkRegionWhenWritten } from "../core/region-of-ocid";
import { checkOcid } from "../core/ocid";
import { type Port } from "../core/port";
import { type ReasonedChoice } from "../core/reason";
import { idPartOf } from "../core/reference";
import { ResourceConstruct } from "../core/resource-construct";
import { shortHash } from "../core/short-hash";
import { shown } from "../core/shown";
import { checkTags, tagsOf } from "../core/tagging";
import { literalText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";
import { CoreNetworkSecurityGroup } from "../oci/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule } from "../oci/core-network-security-group-security-rule";

export {
  type INetworkSecurityGroup,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
} from "./security-group";

abstract class GroupBase extends ResourceConstruct implements INetworkSecurityGroup {
  public abstract readonly networkSecurityGroupId: string;
  /**
   * The OCID of the VCN; undefined where the group exists already and nobody said.
   *
   * @internal
   */
  public readonly _vcnId?: string;
  private readonly rules = new Map<string, SecurityRule>();
  private readonly rulesOfOthers: Said[] = [];
  private readonly ends = new Map<string, string>();
  private readonly widths = new PeerWidths();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    countRules(this, { group: this, count: () => this.rules.size + this.rulesOfOthers.length });
    // At synthesis, when all that let anybody in or out have done so.
    this.node.addValidation({
      validate: () => {
        checkRuleCount(this, this);
        return [];
      },
    });
  }

  /**
   * Counts a rule of the group that something else made.
   *
   * @internal
   */
  public _countRule(said: Said): void {
    this.rulesOfOthers.push(said);
  }

  /**
   * What the rules of the group say, as far as this program makes them; those of others in their words.
   *
   * @internal
   */
  public get _said(): Said[] {
    return [...[...this.rules.values()].map(({ said }) => said), ...this.rulesOfOthers];
  }

  public allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("INGRESS", peer, port, choice);
  }

  public allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("EGRESS", peer, port, choice);
  }

  public toRuleEnd(): RuleEnd {
    // Ids must not move when something else is added, and two groups of one name must differ: so a hash of the path.
    const hash = shortHash(this.node.path);
    const value = this.networkSecurityGroupId;
    return { type: "NETWORK_SECURITY_GROUP", value, key: `${this.node.id}-${hash}` };
  }

  private allow(
    direction: "INGRESS" | "EGRESS",
    peer: INetworkPeer,
    port: Port,
    choice: ReasonedChoice,
  ): void {
    const problems = new Problems(this);
    const end = readRule(problems, peer, port, choice);
    if (peer instanceof GroupBase) checkGroupVcn(problems, "The group", peer, this, this._vcnId);
    if (end && !problems.any) this.checkKey(problems, end);
    if (end && !problems.any) this.widths.check(problems, direction, port, end);
    problems.throwIfAny();
    if (!end) return;
    this.putRule(this, direction, end, port, choice.reason);
    if (peer instanceof GroupBase) {
      // Made in the stack of the caller: a rule in the peer's own stack would make the two stacks depend on each other.
      const scope = TerraformStack.of(peer) === TerraformStack.of(this) ? peer : this;
      const opposite = direction === "INGRESS" ? "EGRESS" : "INGRESS";
      peer.putRule(scope, opposite, this.toRuleEnd(), port, choice.reason);
    }
  }

  /** Two ends of one key would be one rule, and the second end would be left out. */
  private checkKey(problems: Problems, { key, value }: RuleEnd): void {
    if (Token.isUnresolved(value)) return;
    const part = idPartOf(this, key);
    const known = this.ends.get(part) ?? value;
    this.ends.set(part, known);
    if (known === value) return;
    problems.add(
      "PEER_INVALID",
      `The key ${shown(key)} of the peer's rule end ${value} is that of ${known}`,
      "Give each end a key of its own",
    );
  }

  private putRule(
    scope: GroupBase,
    direction: "INGRESS" | "EGRESS",
    end: RuleEnd,
    port: Port,
    reason: string,
  ): void {
    const key = `${direction.toLowerCase()}-${idPartOf(this, end.key)}-${port.toString()}`;
    let rule = this.rules.get(key);
    rule?.addReason(reason);
    if (!rule) {
      const id = scope === this ? key : `${this.toRuleEnd().key}-${key}`;
      const config = ruleConfigOf({ groupId: this.networkSecurityGroupId, direction, end, port, reason });
      // Made here, not in a call below: the bindings take eight stack traces a rule, each as long as the stack is deep.
      const resource = new CoreNetworkSecurityGroupSecurityRule(scope, id, config);
      rule = new SecurityRule(resource, { direction, end, port }, reason);
      this.rules.set(key, rule);
    }
    if (end.reason === undefined || !rule.isNewWidth(end.reason)) return;
    const who = end.value === "0.0.0.0/0" ? "every address" : end.value;
    const what = `${direction.toLowerCase()} ${port.toString()} for ${who}`;
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
@checked
export class NetworkSecurityGroup extends GroupBase {
  /**
   * A group that exists already; rules can be added to it.
   *
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static fromNetworkSecurityGroupId(
    scope: Construct,
    id: string,
    networkSecurityGroupId: string,
  ): INetworkSecurityGroup {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    checkOcid(problems, "networkSecurityGroupId", networkSecurityGroupId, "networksecuritygroup");
    problems.throwIfAny();
    return new ImportedGroup(scope, id, networkSecurityGroupId);
  }

  /**
   * A group that exists already and whose VCN is known, so that a peer or a member of another VCN is refused.
   *
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static fromNetworkSecurityGroupAttributes(
    scope: Construct,
    id: string,
    attributes: NetworkSecurityGroupAttributes,
  ): INetworkSecurityGroup {
    const { networkSecurityGroupId, vcnId }: Partial<NetworkSecurityGroupAttributes> = attributes ?? {};
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    checkOcid(problems, "networkSecurityGroupId", networkSecurityGroupId, "networksecuritygroup");
    checkOcid(problems, "vcnId", vcnId, "vcn");
    problems.throwIfAny();
    return new ImportedGroup(scope, id, networkSecurityGroupId as string, vcnId);
  }

  public readonly networkSecurityGroupId: string;
  /** @internal */
  public override readonly _vcnId: string;

  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, VALUE_INVALID, ATTRIBUTE_MISSING */
  constructor(scope: Construct, id: string, props: NetworkSecurityGroupProps) {
    check(scope, id, props);
    super(scope, id);
    const group = new CoreNetworkSecurityGroup(this, "Resource", {
      compartmentId: props.compartmentId,
      vcnId: props.vcnId,
      displayName: props.displayName ?? literalText(id),
      ...tagsOf(this, props),
    });
    this.networkSecurityGroupId = group.id;
    this._vcnId = props.vcnId;
    checkRegionWhenWritten(this, "vcnId", props.vcnId);
  }
}

/** Checks what a group is made of before it is made, so that nothing is left behind. */
function check(scope: Construct, id: string, given: NetworkSecurityGroupProps): void {
  const props: Partial<NetworkSecurityGroupProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkOcid(problems, "vcnId", props.vcnId, "vcn");
  checkDisplayName(problems, "displayName", props.displayName);
  checkTags(problems, props);
  problems.throwIfAny();
}

class ImportedGroup extends GroupBase {
  constructor(
    scope: Construct,
    id: string,
    public readonly networkSecurityGroupId: string,
    public override readonly _vcnId?: string,
  ) {
    super(scope, id);
    checkRegionWhenWritten(this, "networkSecurityGroupId", networkSecurityGroupId);
    checkRegionWhenWritten(this, "vcnId", _vcnId);
  }
}
