import { readChoice, checkReason, type ReasonedChoice } from "../core/reason";
import {
  type INetworkPolicyPeer,
  type IPodSelector,
  NetworkPolicyIpBlock,
  type NetworkPolicyPeerConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { checked } from "../core/checked";
import { readCidrs, isPrivate } from "../core/cidr";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import {
  optional,
  passing,
  type PropsSchema,
  readProps,
  valueOf,
  checkedBy,
  type Reader,
} from "../core/readers";
import { checkGiven } from "../core/missing-values";
import { Problems } from "../core/validation-error";
import { literalBlocks, checkReachable } from "../network/egress/egress";
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

// Ranges that no Oracle service uses, but which pods could reach.
const NOT_PUBLIC = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

const EVERY_PUBLIC_ADDRESS = "A policy for every public address";

/**
 * The address ranges of Oracle services, for NetworkPolicies.
 *
 * Security rules and routes refer to services by a label, which Oracle keeps up to date. Policies support
 * addresses only; those of a region's services are public, and they change: no built-in list would stay
 * correct.
 *
 * @see https://docs.oracle.com/iaas/Content/General/Concepts/addressranges.htm
 */
@checked
export class OracleServiceRanges {
  /**
   * The ranges that Oracle publishes for the services and the region.
   *
   * `public_ip_ranges.json` lists them by region, with the tags `OSN` for all services and `OBJECT_STORAGE`;
   * check it from time to time: ranges that are added later are denied until they are listed here.
   *
   * @param cidrs public IPv4 blocks such as `["134.70.24.0/21"]`, as literals
   */
  public static of(cidrs: string[]): OracleServiceRanges {
    const problems = new Problems("OracleServiceRanges.of");
    const texts = readBlocks(problems, "cidrs", cidrs);
    problems.throwIfAny();
    return new OracleServiceRanges(texts);
  }

  /**
   * Every public address; the reason is recorded as an acknowledgement of the workload.
   *
   * The policy then does not restrict access to the internet: that is left to the network, where pods reach
   * the region's services only and have no other route, until an egress of the cluster opens TCP 443 to more.
   */
  public static everyPublicAddress(choice: ReasonedChoice): OracleServiceRanges {
    const reason = readChoice("OracleServiceRanges.everyPublicAddress", EVERY_PUBLIC_ADDRESS, choice);
    return new OracleServiceRanges(["0.0.0.0/0"], reason);
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for all public addresses, if the ranges are those. */
    public readonly reason?: string,
  ) {}

  /**
   * The parts of a range that are excluded.
   *
   * @internal
   */
  public get _except(): string[] | undefined {
    return this.reason === undefined ? undefined : NOT_PUBLIC;
  }
}

/** Reads ranges, and checks them again, as a program without types can give any object. */
export function oracleServiceRanges(): Reader<OracleServiceRanges> {
  return checkedBy(valueOf(OracleServiceRanges), (problems, name, { cidrs, reason }) => {
    if (reason === undefined) readBlocks(problems, `${name}.cidrs`, cidrs);
    else checkReason(problems, EVERY_PUBLIC_ADDRESS, reason, `${name}.reason`);
  });
}

function readBlocks(problems: Problems, name: string, cidrs: string[]): string[] {
  const texts = readCidrs(problems, name, cidrs);
  for (const block of literalBlocks(problems, name, texts)) {
    checkReachable(problems, name, block);
    // Wider ranges are rejected for their width.
    if (block.prefix < 8 || !isPrivate(block)) continue;
    problems.add(
      "EGRESS_INVALID",
      `${name} contains ${block.text}, which is private, but Oracle services have public addresses`,
      "Give ranges that public_ip_ranges.json lists for the region, for example 134.70.24.0/21",
    );
  }
  return texts;
}
