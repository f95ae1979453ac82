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
import { optional, passing, type PropsSchema, readProps, valueOf } from "../core/readers";
import { checkGiven } from "../core/missing-values";
import { Problems } from "../core/validation-error";
import { literalBlocks } from "../network/egress/egress";
import {
  type INetworkPeer,
  NetworkPeer,
  type INetworkSecurityGroup,
} from "../network/security-groups/security-group";

/** Props for ExternalPeer. */
export interface ExternalPeerProps {
  /**
   * Its address range, such as that of its subnet: a literal IPv4 block of the VCN, no wider than a /8.
   *
   * NetworkPolicies support addresses only.
   */
  readonly cidr: string;
  /**
   * The network security group of its VNICs, which then gets rules too.
   *
   * @default - the rule of the pods' group names the range; the ingress rules on the peer's side are up to
   * its owner
   */
  readonly securityGroup?: INetworkSecurityGroup;
}

/**
 * A connection peer in the VCN outside of the cluster, such as a database in its own subnet.
 *
 * With it, one declaration such as `web.connections.allowTo(db, Port.tcp(5432), { reason })` opens both
 * layers: the policy of the workload, and the rules of the pods' group and of the peer's own. For
 * destinations outside of the VCN, use `Egress`.
 */
@checked
export class ExternalPeer extends Construct implements INetworkPolicyPeer {
  /** The address range. */
  public readonly cidr: string;
  /** The network security group of its VNICs. */
  public readonly securityGroup?: INetworkSecurityGroup;
  private readonly block: NetworkPolicyIpBlock;

  constructor(scope: Construct, id: string, props: ExternalPeerProps) {
    const { cidr, securityGroup } = readPeer(scope, id, props);
    super(scope, id);
    this.cidr = cidr;
    this.securityGroup = securityGroup;
    this.block = NetworkPolicyIpBlock.ipv4(this, "Range", cidr);
  }

  /** The NetworkPolicy peer, as cdk8s-plus expects it. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { ipBlock: this.block };
  }

  /** Undefined: the peer is not a pod. */
  public toPodSelector(): IPodSelector | undefined {
    return undefined;
  }

  /**
   * The peer of security group rules.
   *
   * @internal
   */
  public get _networkPeer(): INetworkPeer {
    return this.securityGroup ?? NetworkPeer.cidr(this.cidr);
  }
}

const EXTERNAL_PEER = {
  cidr: passing<string>((problems, name, cidr) => {
    if (!checkGiven(problems, { [name]: cidr })) return;
    literalBlocks(problems, name, readCidrs(problems, name, [cidr]));
  }),
  securityGroup: optional(valueOf<INetworkSecurityGroup>("INetworkSecurityGroup")),
} satisfies PropsSchema<ExternalPeerProps>;

/** Reads the props; throws an error that lists every problem. */
function readPeer(scope: Construct, id: string, props: ExternalPeerProps): ExternalPeerProps {
  const problems = new Problems(pathOf(scope, id));
  checkPlace(problems, scope, id);
  return problems.resolved<ExternalPeerProps>(readProps(problems, props, EXTERNAL_PEER));
}

/** Checks the scope; the peer creates no objects, so it may be in either construct tree. */
function checkPlace(problems: Problems, scope: Construct, id: string): void {
  if (!checkGiven(problems, { scope, id })) problems.throwIfAny();
  if (!Construct.isConstruct(scope)) {
    problems.add("VALUE_INVALID", `scope is ${shown(scope)}`, "Give a chart or a stack");
    problems.throwIfAny();
  }
  if (typeof id !== "string") {
    problems.add("VALUE_INVALID", `id is ${shown(id)}`, 'Give a string, for example "db"');
    problems.throwIfAny();
  }
  if (!scope.node.tryFindChild(id)) return;
  problems.add(
    "NAME_DUPLICATE",
    `id is ${shown(id)}, which another construct of the scope has`,
    "Give each construct of a scope its own id",
  );
}
