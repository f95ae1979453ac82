import { ApiObject, App, Chart } from "cdk8s";
import { type INetworkPolicyPeer, NetworkPolicy } from "cdk8s-plus-27";
import { type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { asCluster, clusterOfChart } from "../../cluster/private/cluster-charts";
import { type Cidr, contains, overlaps, readCidrs } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { hasPorts, type Port, IpProtocol, MAX_PORTS, portsOf } from "../../core/port";
import { checkRuleReason, checkReason } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { blockOf, knownBlock } from "../../network/egress/egress";
import { type IClusterNetwork } from "../../network/vcn/network";
import { isOverlay } from "../../network/vcn/pod-networking";
import { type IChartScope, scopeOf, whenAdded } from "../../synthesis/chart-scopes";
import { needCluster } from "../../synthesis/chart-guards";
import { computeOnce } from "../../synthesis/rendering";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";
import { type ExternalPeer } from "../external-peer";

/**
 * Creates the network resources that a workload needs: immediately if its chart was added to a cluster,
 * otherwise when it is added.
 *
 * A workload whose chart is never added would have the policy only, so that is refused at synthesis.
 *
 * @param what the feature that needs the network, for messages
 */
export function onNetwork(
  workload: IConstruct,
  what: string,
  make: (cluster: ISecureOkeCluster) => void,
): void {
  const chart = Chart.of(workload);
  checkAtSynthesis(workload, () => checkAdded(workload, what));
  needCluster(chart, () => checkAdded(workload, what));
  whenAdded(chart, (scope) => make(clusterOf(workload, scope)));
}

/** Adds the rules for a connection to the pods' group of the workload's cluster, and to the peer's own. */
export function openPeer(
  workload: IConstruct,
  side: "from" | "to",
  peer: ExternalPeer,
  port: Port,
  { reason }: { readonly reason?: string } = {},
): void {
  const problems = new Problems(workload);
  checkRuleReason(problems, `The connection ${side} ${peer.node.path}, ${port.toString()},`, reason);
  problems.throwIfAny();
  const choice = { reason: reason as string };
  onNetwork(workload, `The connection ${side} ${peer.node.path}`, (cluster) => {
    checkInside(workload, peer, cluster);
    const group = cluster.podSecurityGroup;
    if (side === "from") checkReached(workload, peer, cluster);
    if (side === "to") group.allowTo(peer._networkPeer, port, choice);
    else group.allowFrom(peer._networkPeer, port, choice);
  });
}

/** Throws if the pods use an overlay network: a rule would open the port on all nodes, and reach no pod. */
function checkReached(workload: IConstruct, peer: ExternalPeer, cluster: ISecureOkeCluster): void {
  if (!isOverlay(cluster.podNetworking)) return;
  const problems = new Problems(workload);
  problems.add(
    "EGRESS_INVALID",
    `The peer ${peer.node.path} can't reach the pods, which are in the flannel overlay of ${cluster.node.path}`,
    "Expose the workload: exposeViaLoadBalancer({ externalTrafficPolicy: ExternalTrafficPolicy.LOCAL, … }) with the peer's range in access",
  );
  problems.throwIfAny();
}

/** Throws if a peer is certainly outside of the VCN, where rules alone are not enough. */
function checkInside(workload: IConstruct, peer: ExternalPeer, { network }: ISecureOkeCluster): void {
  const problems = new Problems(workload);
  const vcn = knownBlock(network, () => network.vcnCidr);
  const cidr = blockOf(peer.cidr);
  if (vcn && cidr && !contains(vcn, cidr)) {
    problems.add(
      "EGRESS_INVALID",
      `The peer ${peer.node.path} is ${peer.cidr}, which is outside of the VCN range ${vcn.text} and has no route`,
      "Use connections.allowEgress(Egress.to(cidr, port, { reason })); for ingress, expose the workload",
    );
  }
  if (cidr) checkApart(problems, peer, cidr, network);
  problems.throwIfAny();
}

const OWN_SUBNETS = [
  "apiEndpointSubnet",
  "workerSubnet",
  "podSubnet",
  "loadBalancerSubnet",
  "publicLoadBalancerSubnet",
] as const;

/** Adds a problem if a peer's range overlaps the cluster: a rule for it would also apply to the cluster. */
function checkApart(problems: Problems, peer: ExternalPeer, cidr: Cidr, network: IClusterNetwork): void {
  for (const name of OWN_SUBNETS) {
    const block = knownBlock(network, () => network[name]?.cidr);
    if (!block || !overlaps(block, cidr)) continue;
    problems.add(
      "EGRESS_INVALID",
      `The peer ${peer.node.path} is ${peer.cidr}, which overlaps the cluster's own ${name}, ${block.text}`,
      "Give the subnet of the peer; to connect workloads, use connections.allowTo(other, port)",
    );
  }
}

/** The CIDR of the VCN of a workload's pods, if it is known. */
export function vcnCidrOf(scope: IConstruct): string | undefined {
  const chart = [...scope.node.scopes].reverse().find((outer): outer is Chart => Chart.isChart(outer));
  const cluster = chart && clusterOfChart(chart);
  // Reading an attribute that an imported network lacks throws.
  return cluster && new Problems(scope).collect(() => cluster.network.vcnCidr);
}

function clusterOf(workload: IConstruct, scope: IChartScope): ISecureOkeCluster {
  const cluster = asCluster(scope);
  if (cluster) return cluster;
  const problems = new Problems(workload);
  problems.add(
    "VALUE_INVALID",
    `The chart was added to ${scope.node.path}, which is not a cluster`,
    "Add it by addCdk8sChart of a SecureOkeCluster, made here or by fromClusterAttributes",
  );
  return problems.throwAll();
}

function checkAdded(workload: IConstruct, what: string): void {
  const chart = Chart.of(workload);
  if (scopeOf(chart)) return;
  const problems = new Problems(workload);
  problems.add(
    "EGRESS_INVALID",
    `${what} needs rules in the network of a cluster, but the chart ${chart.node.path || chart.node.id} was not added to one`,
    `Call cluster.addCdk8sChart("${chart.node.id}", chart); if the rule and the route exist already, allow the policy ` +
      'only: connections.allowTo(NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24"), port)',
  );
  problems.throwIfAny();
}

/** The range of the pods of a chart's cluster, if it is known. */
export function podsRangeOf(chart: Chart): Cidr | undefined {
  const cluster = clusterOfChart(chart);
  return knownBlock(chart, () => cluster?.podNetworking.podCidr ?? cluster?.network.podSubnet.cidr);
}

/** The label that Kubernetes sets to the name of every namespace. */
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/**
 * The egress rule for the cluster's DNS; over TCP too, for long answers.
 *
 * It selects the pods and their port: policies match the pods behind a Service, not its address.
 */
export function dnsEgress(): object {
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { port: 53, protocol: "TCP" },
      { port: 53, protocol: "UDP" },
    ],
  };
}

/** The peers of a rule; cached, as many policies may have the same ones. */
export function peerManifests(peer: INetworkPolicyPeer): object[] {
  return computeOnce(peer, peersOf);
}

/** A peer with known pod labels, such as a workload of this library. */
interface LabelledPeer extends INetworkPolicyPeer {
  /** @internal */
  readonly _labelledPods: {
    readonly labels: { readonly [key: string]: string };
    readonly namespace?: string;
  };
}

const isLabelled = (peer: INetworkPolicyPeer): peer is LabelledPeer => "_labelledPods" in peer;

function peersOf(peer: INetworkPolicyPeer): object[] {
  return isLabelled(peer) ? [labelledPeer(peer)] : renderedPeers(peer);
}

/** The peer that a policy of cdk8s-plus would render, without the cost of a policy for each workload. */
function labelledPeer({ _labelledPods: { labels, namespace } }: LabelledPeer): object {
  const keys = Object.keys(labels).sort();
  const podSelector = { matchLabels: Object.fromEntries(keys.map((key) => [key, labels[key]])) };
  if (namespace === undefined) return { podSelector };
  return { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } }, podSelector };
}

/** The peers as a policy of cdk8s-plus renders them, the only public way to read their selectors. */
export function renderedPeers(peer: INetworkPolicyPeer): object[] {
  const policy = new NetworkPolicy(new Chart(new App(), "peer"), "policy", { egress: { rules: [{ peer }] } });
  const { spec } = ApiObject.of(policy).toJson() as { spec: { egress: { to: object[] }[] } };
  return spec.egress.flatMap((rule) => rule.to);
}

// Excludes addresses local to the node: the metadata service must be allowed explicitly.
const LINK_LOCAL = "169.254.0.0/16";

/** The peer of an egress rule to addresses outside of the VCN of a workload's pods. */
export function outside(cidr: string, isAnywhere: boolean, workload: IConstruct): object {
  if (!isAnywhere) return { ipBlock: { cidr } };
  const vcn = vcnCidrOf(workload);
  return { ipBlock: { cidr, except: [...(vcn === undefined ? [] : [vcn]), LINK_LOCAL] } };
}

/** Adds a problem for a port that is invalid, or whose protocol policies do not support. */
export function checkPolicyPort(problems: Problems, port: Port, name = "port"): void {
  if (!hasPorts(port)) {
    problems.add("PORT_INVALID", `${name} is ${shown(port)}`, "Give a Port, for example Port.tcp(443)");
  }
  if (port.protocol !== IpProtocol.ICMP) return;
  problems.add(
    "PORT_INVALID",
    `${name} is ${port.toString()}, but network policies do not apply to ICMP`,
    "Give a TCP or UDP port, for example Port.tcp(5432)",
  );
}

/** The ports of a rule; undefined for every port. */
export function portManifests(port: Port): object[] | undefined {
  if (port.protocol === IpProtocol.ALL) return undefined;
  const end = port.to === port.from ? {} : { endPort: port.to };
  return [{ port: port.from, ...end, protocol: port.protocol }];
}

/** The address range of a peer, if it is one. */
export function rangeOf(peer: INetworkPolicyPeer): string | undefined {
  const { ipBlock } = peer.toNetworkPolicyPeerConfig();
  return (ipBlock as { cidr?: string } | undefined)?.cidr;
}

/**
 * Adds a problem if a range is as wide as the internet without a reason, also together with other ranges of
 * its rule.
 *
 * @returns whether it is wide and allowed
 */
export function checkWidth(
  problems: Problems,
  range: string,
  others: readonly string[],
  reason: string | undefined,
): boolean {
  const read = (into: Problems, wide: boolean, ranges: readonly string[]) =>
    readCidrs(into, "peer", ranges, { wide });
  if (reason === undefined) {
    read(problems, false, [range, ...others]);
    return false;
  }
  const narrow = new Problems("the ranges without a reason");
  read(narrow, false, [range, ...others]);
  read(problems, true, [range]);
  if (narrow.any) checkReason(problems, `The wide peer ${range}`, reason);
  return narrow.any;
}

interface Peer {
  readonly ipBlock?: object;
  readonly namespaceSelector?: object;
  readonly podSelector?: object;
}

/** Whether a peer is unspecific: a range of addresses, or all pods of all namespaces. */
function isUnspecific(peer: INetworkPolicyPeer): boolean {
  const isAll = (selector: object | undefined) =>
    selector !== undefined && Object.keys(selector).length === 0;
  return peerManifests(peer).some(
    ({ ipBlock, namespaceSelector, podSelector = {} }: Peer) =>
      ipBlock !== undefined || (isAll(namespaceSelector) && isAll(podSelector)),
  );
}

/**
 * Adds a problem if more than half of all ports are open to an unspecific peer without a reason.
 *
 * @returns whether they are open and allowed
 */
export function checkReach(
  problems: Problems,
  peer: INetworkPolicyPeer,
  port: Port,
  reason: string | undefined,
): boolean {
  const count = portsOf(port);
  if (problems.any || count <= MAX_PORTS || !isUnspecific(peer)) return false;
  const what =
    port.protocol === IpProtocol.ALL
      ? "Every protocol and port"
      : `${count} of the 65535 ${port.protocol} ports`;
  if (reason !== undefined) {
    checkReason(problems, `${what} for an unspecific peer`, reason);
    return true;
  }
  problems.add(
    "RULE_TOO_WIDE",
    `${what} would be open to the unspecific peer ${rangeOf(peer) ?? peer.node.path}`,
    'Give the protocol and the ports, for example Port.tcp(443), or a workload as peer; if all must be open, give a reason: { reason: "..." }',
  );
  return false;
}
