import { isOfKind } from "../../core/value-readers";
import { TerraformStack, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import {
  type INetworkPeer,
  type RuleEnd,
  checkRuleCount,
  countRules,
  type INetworkSecurityGroup,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
} from "./security-group";
import { readRule, ruleConfigOf, type RuleContent, SecurityRule } from "./private/security-rule";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { shown } from "../../core/display-value";
import { compareOcids } from "../../core/ocid";
import { type Port } from "../../core/port";
import {
  displayName,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
} from "../../core/readers";
import { type ReasonedChoice } from "../../core/reason";
import { idPartOf, shortHash } from "../../core/resource-name";
import { checkRegionWhenWritten } from "../../core/regions";
import { ResourceConstruct } from "../../core/resource-construct";
import { tagsOf } from "../../core/tagging";
import { literalText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { CoreNetworkSecurityGroup } from "../../oci/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule } from "../../oci/core-network-security-group-security-rule";

/** A group; its VCN is known only if it was created here. */
interface Group extends IConstruct {
  readonly _vcnId?: string;
}

/**
 * Adds a problem if a group is known to belong to another VCN.
 *
 * @param what the group, as named in the message
 * @param home the owner of the VCN that the group should belong to
 * @param vcnId the OCID of that VCN, undefined if it is not known
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/manage-nsg-security-rules.htm
 */
export function checkGroupVcn(
  problems: Problems,
  what: string,
  group: Group,
  home: IConstruct,
  vcnId: string | undefined,
): void {
  if (group._vcnId === undefined || vcnId === undefined) return;
  if (compareOcids({ scope: group, id: group._vcnId }, { scope: home, id: vcnId }) !== "different") return;
  problems.add(
    "NSG_OTHER_VCN",
    `${what} ${group.node.path} belongs to another VCN than ${home.node.path}`,
    "Use a group of the same VCN; for hosts in a peered VCN, use their address range: NetworkPeer.cidr(cidr)",
  );
}

/** The address ranges of a group's rules, whose total width is limited: splitting a range over many calls doesn't bypass the limit. */
class PeerWidths {
  private readonly cidrs = new Map<string, ReadonlySet<string>>();

  /** Adds a problem if a range, together with the ranges allowed for the same ports before, is as wide as the internet. */
  public check(problems: Problems, direction: string, port: Port, { type, value, reason }: RuleEnd): void {
    if (type !== "CIDR_BLOCK" || reason !== undefined || Token.isUnresolved(value)) return;
    const rules = `${direction.toLowerCase()} ${port.toString()}`;
    const all = new Set([...(this.cidrs.get(rules) ?? []), value]);
    if (!problems.any) readCidrs(problems, `With earlier rules, ${rules}`, [...all]);
    if (!problems.any) this.cidrs.set(rules, all);
  }
}

export {
  type INetworkSecurityGroup,
  type NetworkSecurityGroupAttributes,
  type NetworkSecurityGroupProps,
} from "./security-group";

abstract class GroupBase extends ResourceConstruct implements INetworkSecurityGroup {
  public abstract readonly networkSecurityGroupId: string;
  /**
   * The OCID of the VCN; undefined for an existing group whose VCN was not given.
   *
   * @internal
   */
  public readonly _vcnId?: string;
  private readonly rules = new Map<string, SecurityRule>();
  private readonly rulesOfOthers: RuleContent[] = [];
  private readonly firstEnds = new Map<string, string>();
  private readonly widths = new PeerWidths();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    countRules(this, { group: this, count: () => this.rules.size + this.rulesOfOthers.length });
    // At synthesis, after all rules have been added.
    this.node.addValidation({
      validate: () => {
        checkRuleCount(this, this);
        return [];
      },
    });
  }

  /**
   * Counts a rule of the group that another construct created.
   *
   * @internal
   */
  public _countRule(content: RuleContent): void {
    this.rulesOfOthers.push(content);
  }

  /**
   * The rules of the group that this program creates, including the rules of other constructs.
   *
   * @internal
   */
  public get _ruleContents(): RuleContent[] {
    return [...[...this.rules.values()].map(({ content }) => content), ...this.rulesOfOthers];
  }

  public allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("INGRESS", peer, port, choice);
  }

  public allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void {
    this.allow("EGRESS", peer, port, choice);
  }

  public toRuleEnd(): RuleEnd {
    // Ids must not change when other rules are added, and two groups of the same name must differ: hence a hash of the path.
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
    const group = groupOf(peer);
    if (group) checkGroupVcn(problems, "The group", group, this, this._vcnId);
    if (end && !problems.any) this.checkKey(problems, end);
    if (end && !problems.any) this.widths.check(problems, direction, port, end);
    problems.throwIfAny();
    if (!end) return;
    this.putRule(this, direction, end, port, choice.reason);
    if (group) {
      // In the stack of the caller: a rule in the stack of the peer would make the two stacks depend on each other.
      const scope = TerraformStack.of(group) === TerraformStack.of(this) ? group : this;
      const opposite = direction === "INGRESS" ? "EGRESS" : "INGRESS";
      group.putRule(scope, opposite, this.toRuleEnd(), port, choice.reason);
    }
  }

  /** Two ends with the same key would become one rule, and the second end would be lost. */
  private checkKey(problems: Problems, { key, value }: RuleEnd): void {
    if (Token.isUnresolved(value)) return;
    const part = idPartOf(this, key);
    const first = this.firstEnds.get(part) ?? value;
    this.firstEnds.set(part, first);
    if (first === value) return;
    problems.add(
      "PEER_INVALID",
      `The peer's rule end ${value} has the key ${shown(key)}, as the rule end ${first}`,
      "Give each rule end its own key",
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
      // Created here and not in a further call: the bindings take eight stack traces a rule, which grow with the call depth.
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

const GROUP_ID = ocid("networksecuritygroup");

const IMPORTED_GROUP = {
  networkSecurityGroupId: GROUP_ID,
  vcnId: ocid("vcn"),
} satisfies PropsSchema<NetworkSecurityGroupAttributes>;

const GROUP = {
  compartmentId: ocid("compartment", "tenancy"),
  vcnId: ocid("vcn"),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<NetworkSecurityGroupProps>;

/** The group that a peer is, also one of another copy of the library; undefined for other peers. */
function groupOf(peer: INetworkPeer): GroupBase | undefined {
  return isOfKind(peer, ["_vcnId", "putRule"]) ? (peer as unknown as GroupBase) : undefined;
}

/**
 * A network security group whose rules are separate resources.
 *
 * The id of a rule is derived from its content, so adding or reordering rules never renames another one.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/networksecuritygroups.htm
 */
@checked
export class NetworkSecurityGroup extends GroupBase {
  /** Imports an existing group; rules can be added to it. */
  public static fromNetworkSecurityGroupId(
    scope: Construct,
    id: string,
    networkSecurityGroupId: string,
  ): INetworkSecurityGroup {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    GROUP_ID(problems, "networkSecurityGroupId", networkSecurityGroupId);
    problems.throwIfAny();
    return new ImportedGroup(scope, id, networkSecurityGroupId);
  }

  /** Imports an existing group whose VCN is known, so that peers and members of another VCN are rejected. */
  public static fromNetworkSecurityGroupAttributes(
    scope: Construct,
    id: string,
    attributes: NetworkSecurityGroupAttributes,
  ): INetworkSecurityGroup {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const group = problems.resolved(readProps(problems, attributes, IMPORTED_GROUP));
    return new ImportedGroup(scope, id, group.networkSecurityGroupId, group.vcnId);
  }

  public readonly networkSecurityGroupId: string;
  /** The display name of the group. */
  public readonly displayName: string;
  /** @internal */
  public override readonly _vcnId: string;

  constructor(scope: Construct, id: string, props: NetworkSecurityGroupProps) {
    const { compartmentId, vcnId, displayName: name, ...tags } = readGroup(scope, id, props);
    super(scope, id);
    this.displayName = name ?? literalText(id);
    const group = new CoreNetworkSecurityGroup(this, "Resource", {
      compartmentId,
      vcnId,
      displayName: this.displayName,
      ...tagsOf(this, tags),
    });
    this.networkSecurityGroupId = group.id;
    this._vcnId = vcnId;
    checkRegionWhenWritten(this, "vcnId", vcnId);
  }
}

/** Reads the props before anything is created, so that nothing is left behind. */
function readGroup(scope: Construct, id: string, props: NetworkSecurityGroupProps): Resolved<typeof GROUP> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return problems.resolved(readProps(problems, props, GROUP));
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
