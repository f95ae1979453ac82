import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { readArgument, reasonFor } from "../../core/readers";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/missing-values";
import { Problems } from "../../core/validation-error";
import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { NoteOn, StateOfTree } from "../../core/construct-state";
import { type Port } from "../../core/port";
import { identityOf } from "../../core/terraform-text";
import { type TaggingProps } from "../../core/tagging";
import { byText } from "../../core/stable-order";

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

/** A network security group: a set of VNICs with the same rules. */
export interface INetworkSecurityGroup extends IConstruct, ITerraformDependable, INetworkPeer {
  /** The OCID of the group. */
  readonly networkSecurityGroupId: string;

  /**
   * Allows a peer to connect to the members of this group.
   *
   * If the peer is a group, its egress rule is added too. Adding the same rule twice adds it once. For a peer that is not a group, a rule
   * opens at most 32,767 ports: half of all ports, enough for all node ports. The address ranges that are allowed for the same ports,
   * over all calls, cover at most 67,108,864 addresses: four /8. A group has at most 120 rules in both directions together; more fail at
   * synthesis with COUNT_INVALID.
   */
  allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;

  /**
   * Allows the members of this group to connect to a peer.
   *
   * If the peer is a group, its ingress rule is added too. Adding the same rule twice adds it once. For a peer that is not a group, a
   * rule opens at most 32,767 ports: half of all ports, enough for all node ports. The address ranges that are allowed for the same
   * ports, over all calls, cover at most 67,108,864 addresses: four /8. A group has at most 120 rules in both directions together; more
   * fail at synthesis with COUNT_INVALID.
   */
  allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;
}

/** The attributes of an existing network security group. */
export interface NetworkSecurityGroupAttributes {
  /** The OCID of the group. */
  readonly networkSecurityGroupId: string;
  /** The OCID of the VCN of the group. */
  readonly vcnId: string;
}

/** Props for NetworkSecurityGroup. */
export interface NetworkSecurityGroupProps extends TaggingProps {
  /** The OCID of the compartment of the group. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /**
   * The display name of the group, 1 to 255 characters.
   *
   * @default - the id of the construct
   */
  readonly displayName?: string;
}

interface GroupRange {
  readonly group: INetworkSecurityGroup;
  readonly cidr: string;
}

const ranges = new StateOfTree((): GroupRange[] => []);

/** Records the address range of a group's members, for uses that can identify them by address only. */
export function recordRange(group: INetworkSecurityGroup, cidr: string): void {
  ranges.of(group).push({ group, cidr });
}

/** The recorded address ranges of an app, by the keys of their groups. */
export function recordedRanges(origin: IConstruct): Map<string, string> {
  const entries = ranges.of(origin);
  return new Map(entries.map(({ group, cidr }) => [identityOf(origin, group.networkSecurityGroupId), cidr]));
}

/** The limit for both directions together. See https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm */
export const MAX_RULES = 120;

const MAX_NAMED = 10;

/** Rules that one source adds to a group. */
interface Share {
  readonly group: INetworkSecurityGroup;
  /** Called at synthesis, after all rules have been added. */
  readonly count: () => number;
  /** The Service for which the cloud controller writes the rules; undefined for rules of Terraform. */
  readonly service?: string;
}

const shares = new StateOfTree((): Share[] => []);
const identities = new NoteOn<INetworkSecurityGroup, string>();

/** Counts rules of a group across the app: several constructs, in one stack or several, may represent the same group. */
export function countRules(construct: IConstruct, share: Share): void {
  shares.of(construct).push(share);
}

/** The Services whose rules have been counted, by name. */
export function servicesCounted(construct: IConstruct): ReadonlySet<string> {
  return new Set(
    shares
      .of(construct)
      .map(({ service }) => service)
      .filter((service) => service !== undefined),
  );
}

/** Throws if a group would have more rules than OCI allows, counting those of Terraform and of the cloud controller together. */
export function checkRuleCount(origin: IConstruct, group: INetworkSecurityGroup): void {
  const identity = identified(origin, group);
  const all = shares.of(origin).filter((share) => identified(origin, share.group) === identity);
  const sum = (parts: readonly Share[]) => parts.reduce((count, share) => count + share.count(), 0);
  const count = sum(all);
  if (count <= MAX_RULES) return;
  const ofServices = all.filter(({ service }) => service !== undefined);
  const problems = new Problems(origin);
  if (ofServices.length === 0) {
    problems.add(
      "COUNT_INVALID",
      `The group would have ${count} rules`,
      `Merge ranges and ports, or spread the rules over several groups: OCI allows ${MAX_RULES} rules in a group, and five groups for a VNIC`,
    );
  } else {
    const written = sum(ofServices);
    problems.add(
      "COUNT_INVALID",
      `The group of the worker nodes would have ${count} rules: ${count - written} of Terraform, and ${written} that the ` +
        `cloud controller writes for the Services ${named(ofServices)}`,
      `Let one load balancer serve many workloads, exposeViaIngress({ gateway, host, tls }), as OCI allows ${MAX_RULES} rules in a group; ` +
        "with preserveSource, each range is a rule: merge ranges, or leave it out",
    );
  }
  problems.throwIfAny();
}

/** Names the Services, those with the most rules first. */
function named(ofServices: readonly Share[]): string {
  const texts = ofServices
    .map(({ service = "", count }) => ({ service, rules: count() }))
    .sort((share, other) => other.rules - share.rules || byText(share.service, other.service))
    .map(({ service, rules }) => `${service} (${rules})`);
  const more = texts.length - MAX_NAMED;
  return texts.slice(0, MAX_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function identified(origin: IConstruct, group: INetworkSecurityGroup): string {
  const identity = identities.get(group) ?? identityOf(origin, group.networkSecurityGroupId);
  identities.set(group, identity);
  return identity;
}
