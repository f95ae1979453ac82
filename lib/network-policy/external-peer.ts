import {
  type INetworkPolicyPeer,
  type IPodSelector,
  NetworkPolicyIpBlock,
  type NetworkPolicyPeerConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { checked } from "../core/checked";
import { readCidrs } from "../core/cidr";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkGiven, checkMembers } from "../core/required";
import { Problems } from "../core/validation-error";
import { literalBlocks } from "../network/egress/egress";
import { type INetworkPeer, NetworkPeer } from "../network/security-groups/network-peer";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";

/** Where something outside of the cluster, but in its VCN, is found. */
export interface ExternalPeerProps {
  /**
   * Its address range, such as that of its subnet: a literal IPv4 block of the VCN, no wider than a /8.
   *
   * NetworkPolicies know addresses only.
   */
  readonly cidr: string;
  /**
   * The group of its VNICs, which then gets rules too.
   *
   * @default - the rule of the pods' group names the range; what lets them in there is its owner's
   */
  readonly securityGroup?: INetworkSecurityGroup;
}

/**
 * Something in the VCN that is not of the cluster, such as a database in a subnet of its own, as a peer of connections.
 *
 * With it, one declaration such as `web.connections.allowTo(db, Port.tcp(5432), { reason })` opens both layers: the policy of
 * the workload, and the rules of the pods' group and of the peer's own. What is outside of the VCN is an `Egress`.
 */
@checked
export class ExternalPeer extends Construct implements INetworkPolicyPeer {
  /** The address range. */
  public readonly cidr: string;
  /** The group of its VNICs. */
  public readonly securityGroup?: INetworkSecurityGroup;
  private readonly block: NetworkPolicyIpBlock;

  /** @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: ExternalPeerProps) {
    check(scope, id, props);
    super(scope, id);
    this.cidr = props.cidr;
    this.securityGroup = props.securityGroup;
    this.block = NetworkPolicyIpBlock.ipv4(this, "Range", props.cidr);
  }

  /** What a policy of cdk8s-plus writes for it. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { ipBlock: this.block };
  }

  /** Nothing: it is no pod. */
  public toPodSelector(): IPodSelector | undefined {
    return undefined;
  }

  /**
   * How rules of a group name it.
   *
   * @internal
   */
  public get _networkPeer(): INetworkPeer {
    return this.securityGroup ?? NetworkPeer.cidr(this.cidr);
  }
}

function check(scope: Construct, id: string, given: ExternalPeerProps): void {
  const { cidr, securityGroup }: Partial<ExternalPeerProps> = given ?? {};
  const problems = new Problems(pathOf(scope, id));
  checkPlace(problems, scope, id);
  if (checkGiven(problems, { cidr })) {
    literalBlocks(problems, "cidr", readCidrs(problems, "cidr", [cidr as string]));
  }
  const instead =
    "a NetworkSecurityGroup, or NetworkSecurityGroup.fromNetworkSecurityGroupId(scope, id, networkSecurityGroupId)";
  checkMembers(
    problems,
    "securityGroup",
    securityGroup,
    ["node", "networkSecurityGroupId", "toRuleEnd"],
    instead,
  );
  problems.throwIfAny();
}

/** It makes nothing of itself, so it may stand in either tree. */
function checkPlace(problems: Problems, scope: Construct, id: string): void {
  if (!checkGiven(problems, { scope, id })) problems.throwIfAny();
  if (typeof id !== "string" || !Construct.isConstruct(scope)) {
    problems.add("VALUE_INVALID", "scope or id is none", 'Give a chart or a stack, and a text such as "db"');
    problems.throwIfAny();
  }
  if (!scope.node.tryFindChild(id)) return;
  problems.add(
    "NAME_DUPLICATE",
    `The id ${shown(id)} is that of another construct of the scope`,
    "Give each construct of a scope an id of its own",
  );
}
