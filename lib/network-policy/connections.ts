import { Chart } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { type IConstruct } from "constructs";
import { type ExternalPeer, type OracleServiceRanges, oracleServiceRanges } from "./external-peer";
import { checkListens } from "./private/listening-ports";
import {
  checkPolicyPort,
  dnsEgress,
  onNetwork,
  openPeer,
  outside,
  peerManifests,
  portManifests,
  checkReach,
  checkWidth,
  rangeOf,
} from "./private/network-rules";
import { clusterOfChart } from "../cluster/private/cluster-charts";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { type Cidr, contains } from "../core/cidr";
import { Port } from "../core/port";
import { readReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";
import { isOfKind, kind } from "../core/value-readers";
import { blockOf, type Egress, egress as egressReader, sourceOfPods } from "../network/egress/egress";
import { isSameCluster, scopeOf } from "../synthesis/chart-scopes";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { byKey } from "../core/stable-order";

const PEER = kind(
  ["toNetworkPolicyPeerConfig"],
  'another workload, or a peer of cdk8s-plus, for example NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24")',
);
const PORT = kind(["protocol"], "a port, for example Port.tcp(443)");

/** Whether a peer is outside of the cluster; by its members, as it may come from another copy of the library. */
function isExternalPeer(peer: INetworkPolicyPeer): peer is ExternalPeer {
  return isOfKind(peer, ["cidr", "_networkPeer"]);
}

/** A peer and its ports, in one direction. */
interface Rule {
  readonly peers: () => object[];
  readonly port: Port;
  /** The range of the peer, if it is a narrow one. */
  readonly range?: string;
}

/** Throws if two workloads run in different clusters; a chart without a cluster may go anywhere. */
function checkHomes(workload: IConstruct, peer: IConstruct): void {
  const [own, other] = [scopeOf(Chart.of(workload)), scopeOf(Chart.of(peer))];
  if (!own || !other || isSameCluster(own, other)) return;
  const problems = new Problems(workload);
  problems.add(
    "PEER_ELSEWHERE",
    `The chart of ${workload.node.path} was added to ${own.node.path}, but that of its peer ${peer.node.path} to ${other.node.path}`,
    "Add both charts to one cluster; for another cluster, connect to the range of its load balancers or pods: " +
      'NetworkPolicyIpBlock.ipv4(chart, "peers", "10.1.0.0/16")',
  );
  problems.throwIfAny();
}

/** The narrow ranges of the rules for the same ports. */
function rangesFor(rules: readonly Rule[], port: Port): string[] {
  return rules.filter((rule) => rule.port.toString() === port.toString()).flatMap((rule) => rule.range ?? []);
}

/** Adds a problem for an invalid peer or port. */
function checkPeerAndPort(problems: Problems, peer: INetworkPolicyPeer, port: Port): void {
  PEER(problems, "peer", peer);
  PORT(problems, "port", port);
}

/**
 * One manifest for each peer and port, without duplicates and in an order that later declarations do not
 * change.
 */
function manifestsOf(rules: readonly Rule[], side: "from" | "to"): object[] {
  const byText = new Map<string, object>();
  for (const { peers, port } of rules) {
    const ports = portManifests(port);
    for (const peer of peers()) {
      const rule = { [side]: [peer], ...(ports ? { ports } : {}) };
      byText.set(JSON.stringify(rule), rule);
    }
  }
  return [...byText].sort(byKey).map(([, rule]) => rule);
}

/** A workload with declared connections. */
export interface IConnectable extends INetworkPolicyPeer {
  /** The allowed ingress and egress connections of the workload. */
  readonly connections: Connections;
}

/** Options of a connection. */
export interface ConnectionOptions {
  /**
   * The reason why the peer must be a range wider than a /8, or why more than half of all ports must be open
   * to a range or to all pods of all namespaces; recorded as an acknowledgement of the workload.
   *
   * An ExternalPeer always needs it: it is the description of the security group rules.
   *
   * @default - none; such a connection is refused
   */
  readonly reason?: string;
}

const HTTPS = Port.tcp(443);
const CONTROL_PLANE = Port.tcp(12250);
const METADATA = "169.254.169.254/32";

/**
 * The allowed ingress and egress connections of a workload; everything else is denied, except DNS.
 *
 * A peer is an address range, pods or namespaces of cdk8s-plus, another workload of this library, or an
 * ExternalPeer. With the last two, one declaration opens both sides: across namespaces, and including the
 * rules of security groups. Probes of the kubelet need no declaration: traffic from a pod's own node is
 * always allowed. NodeLocal DNSCache, if you run it, does: 169.254.20.10/32, port 53 of UDP and TCP.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
@checked
export class Connections {
  /** @internal */
  public static _of(workload: INetworkPolicyPeer, namespace?: string): Connections {
    return new Connections(workload, namespace);
  }

  private readonly ingress: Rule[] = [];
  private readonly egress: Rule[] = [];
  private isToControlPlane = false;

  private constructor(
    private readonly workload: INetworkPolicyPeer,
    private readonly namespace?: string,
  ) {}

  /**
   * Allows the workload to connect to a peer.
   *
   * @param peer such as `NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24")` of cdk8s-plus, or another workload
   * @param port the port of the peer's pods, which may differ from the port of its Service
   */
  public allowTo(peer: INetworkPolicyPeer, port: Port, options: ConnectionOptions = {}): void {
    const range = this.check(this.egress, "to", peer, port, options);
    if (isExternalPeer(peer)) openPeer(this.workload, "to", peer, port, options);
    this.egress.push({ peers: () => peerManifests(peer), port, range });
    connectionsOf(peer)?.ingress.push({ peers: () => peerManifests(this.workload), port });
    if (connectionsOf(peer)) checkAtSynthesis(this.workload, () => checkListens(this.workload, peer, port));
  }

  /**
   * Allows a peer to connect to the workload.
   *
   * @param peer such as `Pods.select(chart, "clients", { labels: { app: "client" } })` of cdk8s-plus, or another workload
   * @param port the port of this workload's pods
   */
  public allowFrom(peer: INetworkPolicyPeer, port: Port, options: ConnectionOptions = {}): void {
    const range = this.check(this.ingress, "from", peer, port, options);
    if (isExternalPeer(peer)) openPeer(this.workload, "from", peer, port, options);
    this.ingress.push({ peers: () => peerManifests(peer), port, range });
    connectionsOf(peer)?.egress.push({ peers: () => peerManifests(this.workload), port });
    checkAtSynthesis(this.workload, () => checkListens(this.workload, this.workload, port));
  }

  /**
   * Allows egress of the workload from the network: in its policy, and in the cluster that its chart is added
   * to, the rule of the pods' group, the route of the pods' subnet and, if needed, the NAT gateway.
   *
   * All pods of the cluster share the group and the subnet; NetworkPolicies keep other pods from using the
   * egress. "Every address" means all addresses outside of the VCN; link-local ones, such as the metadata
   * service, are excluded.
   *
   * @param egress such as `Egress.to("203.0.113.0/24", Port.tcp(443), { reason: "The bank's payment API" })`
   */
  public allowEgress(egress: Egress): void {
    const problems = new Problems(this.workload);
    if (!egressReader()(problems, "egress", egress)) problems.throwIfAny();
    const { cidr, port, isAnywhere, reason } = egress;
    checkPolicyPort(problems, port);
    const range = isAnywhere ? undefined : cidr;
    if (range !== undefined) checkWidth(problems, range, rangesFor(this.egress, port), undefined);
    problems.throwIfAny();
    onNetwork(
      this.workload,
      `The egress to ${cidr}, ${port.toString()},`,
      ({ network, podSecurityGroup, podNetworking }) =>
        network.addEgress(sourceOfPods(podSecurityGroup, podNetworking), egress),
    );
    this.egress.push({ peers: () => [outside(cidr, isAnywhere, this.workload)], port, range });
    if (!isAnywhere) return;
    const what = `connections to every address outside of the VCN, ${port.toString()}`;
    Acknowledgements._record(this.workload, "network-layers", what, reason);
  }

  /**
   * Allows the workload to connect to the Oracle services of the region on TCP 443.
   *
   * This adds the policy rule only: the network of a cluster already allows all pods to reach these services
   * through the service gateway.
   *
   * @param ranges such as `OracleServiceRanges.of(["134.70.24.0/21"])`
   */
  public allowToOracleServices(ranges: OracleServiceRanges): void {
    const problems = new Problems(this.workload);
    oracleServiceRanges()(problems, "ranges", ranges);
    problems.throwIfAny();
    const { cidrs, reason, _except: except } = ranges;
    const others = rangesFor(this.egress, HTTPS);
    for (const cidr of reason === undefined ? cidrs : []) {
      checkWidth(problems, cidr, [...others, ...cidrs], undefined);
    }
    problems.throwIfAny();
    for (const cidr of cidrs) {
      const ipBlock = { cidr, ...(except ? { except } : {}) };
      this.egress.push({
        peers: () => [{ ipBlock }],
        port: HTTPS,
        range: reason === undefined ? cidr : undefined,
      });
    }
    if (reason === undefined) return;
    const what = "connections to every public address, tcp-443, for Oracle's services";
    Acknowledgements._record(this.workload, "network-layers", what, reason);
  }

  /**
   * Allows the workload to use the metadata service of its node, 169.254.169.254 on TCP 80; the reason is
   * recorded as an acknowledgement.
   *
   * Pods then have the permissions of the node: its identity, and its user data. No security rule restricts
   * this.
   *
   * @see https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm
   */
  public allowToMetadataService(choice: ReasonedChoice): void {
    const problems = new Problems(this.workload);
    const reason = readReason(problems, "Access to the metadata service", choice);
    problems.throwIfAny();
    this.egress.push({ peers: () => [{ ipBlock: { cidr: METADATA } }], port: Port.tcp(80) });
    Acknowledgements._record(this.workload, "network-layers", "connections to the metadata service", reason);
  }

  /**
   * Allows the workload to reach the OKE control plane of the cluster that its chart is added to, which
   * exchanges tokens.
   *
   * @internal
   */
  public _allowToControlPlane(): void {
    if (this.isToControlPlane) return;
    this.isToControlPlane = true;
    const peers = () => {
      const cidr = clusterOfChart(Chart.of(this.workload))?.network.apiEndpointSubnet.cidr;
      return cidr === undefined ? [] : [{ ipBlock: { cidr } }];
    };
    this.egress.push({ peers, port: CONTROL_PLANE });
  }

  /** @internal */
  public _allowFromBlock(cidr: string, port: Port): void {
    this.ingress.push({ peers: () => [{ ipBlock: { cidr } }], port });
  }

  /** @internal */
  public _allowToBlock(cidr: string, port: Port): void {
    this.egress.push({ peers: () => [{ ipBlock: { cidr } }], port });
  }

  /**
   * Whether the NetworkPolicy allows HTTPS to any addresses, such as those of Oracle's services.
   *
   * @internal
   */
  public _allowsHttps(): boolean {
    const isHttps = ({ from, to = from, protocol }: Port) =>
      protocol === HTTPS.protocol && (from ?? 0) <= 443 && (to ?? 0) >= 443;
    return this.egress.some(({ peers, port }) => isHttps(port) && peers().some((peer) => "ipBlock" in peer));
  }

  /** @internal */
  public _policyRules(): object {
    return {
      policyTypes: ["Egress", "Ingress"],
      ingress: manifestsOf(this.ingress, "from"),
      egress: [dnsEgress(), ...manifestsOf(this.egress, "to")],
    };
  }

  /** Throws the problems of a rule; returns the range that counts towards the width of other rules. */
  private check(
    rules: readonly Rule[],
    side: "from" | "to",
    peer: INetworkPolicyPeer,
    port: Port,
    options: ConnectionOptions,
  ): string | undefined {
    const problems = new Problems(this.workload);
    checkPeerAndPort(problems, peer, port);
    problems.throwIfAny();
    checkPolicyPort(problems, port);
    const other = connectionsOf(peer);
    if (other && (other.namespace === undefined) !== (this.namespace === undefined)) {
      const withoutNamespace = other.namespace === undefined ? peer : this.workload;
      problems.add(
        "NAME_INVALID",
        `${withoutNamespace.node.path} has no namespace, so policies in other namespaces can't select it`,
        'Give its chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
      );
    }
    const range = rangeOf(peer);
    // Most rules are between workloads and have no range.
    const isWide =
      range !== undefined && checkWidth(problems, range, rangesFor(rules, port), options?.reason);
    if (range !== undefined && side === "to" && !isWide) checkMetadata(problems, range);
    const isOpen = checkReach(problems, peer, port, options?.reason);
    problems.throwIfAny();
    if (other) checkAtSynthesis(this.workload, () => checkHomes(this.workload, peer));
    if (isWide || isOpen) {
      const what = `connections ${side} ${range ?? peer.node.path}, ${port.toString()}`;
      Acknowledgements._record(this.workload, "network-layers", what, options?.reason ?? "");
    }
    return isWide ? undefined : range;
  }
}

/**
 * Adds a problem for a narrow range that contains the metadata service: use allowToMetadataService, or a
 * narrower range.
 */
function checkMetadata(problems: Problems, range: string): void {
  const block = blockOf(range);
  // Wider ranges are rejected for their width.
  if (!block || block.prefix < 8 || !contains(block, blockOf(METADATA) as Cidr)) return;
  problems.add(
    "RULE_TOO_WIDE",
    `peer is ${range}, which contains the metadata service ${METADATA}`,
    "Use connections.allowToMetadataService({ reason }), or give the other addresses only, for example 169.254.20.10/32",
  );
}

function connectionsOf(peer: IConstruct & Partial<IConnectable>): Connections | undefined {
  const { connections }: Partial<IConnectable> = peer;
  return isOfKind(connections, ["_policyRules", "_allowFromBlock"]) ? connections : undefined;
}
