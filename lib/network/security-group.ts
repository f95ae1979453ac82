import { type ITerraformDependable } from "cdktf";
import { type IConstruct } from "constructs";
import { type INetworkPeer } from "./network-peer";
import { type Port } from "../core/port";
import { type ReasonedChoice } from "../core/reason";
import { type TaggingProps } from "../core/tagging";

/** A network security group: VNICs with rules of their own. */
export interface INetworkSecurityGroup extends IConstruct, ITerraformDependable, INetworkPeer {
  /** The OCID of the group. */
  readonly networkSecurityGroupId: string;

  /**
   * Lets a peer connect to the members of this group.
   *
   * Where the peer is a group, it also gets the rule that lets it out. The same rule twice is one rule.
   * To what is not a group, a rule opens at most 32,767 ports: half of them, enough for all node ports. The ranges that are
   * named for the same ports, in however many calls, cover at most 67,108,864 addresses together: four /8.
   * A group has at most 120 rules in both directions together; more are refused at synthesis, by COUNT_INVALID.
   *
   * @throws REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE, PEER_INVALID, NSG_OTHER_VCN, PORT_INVALID, TEXT_TEMPLATE, and what NetworkPeer.cidr refuses
   */
  allowFrom(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;

  /**
   * Lets the members of this group connect to a peer.
   *
   * Where the peer is a group, it also gets the rule that lets them in. The same rule twice is one rule.
   * To what is not a group, a rule opens at most 32,767 ports: half of them, enough for all node ports. The ranges that are
   * named for the same ports, in however many calls, cover at most 67,108,864 addresses together: four /8.
   * A group has at most 120 rules in both directions together; more are refused at synthesis, by COUNT_INVALID.
   *
   * @throws REASON_MISSING, RULE_REASON_LENGTH, RULE_TOO_WIDE, PEER_INVALID, NSG_OTHER_VCN, PORT_INVALID, TEXT_TEMPLATE, and what NetworkPeer.cidr refuses
   */
  allowTo(peer: INetworkPeer, port: Port, choice: ReasonedChoice): void;
}

/** A network security group that exists already. */
export interface NetworkSecurityGroupAttributes {
  /** The OCID of the group. */
  readonly networkSecurityGroupId: string;
  /** The OCID of the VCN of the group. */
  readonly vcnId: string;
}

/** What a network security group is made of. */
export interface NetworkSecurityGroupProps extends TaggingProps {
  /** The OCID of the compartment of the group. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /**
   * The name shown in the console, 1 to 255 characters.
   *
   * @default - the id of the construct
   */
  readonly displayName?: string;
}
