import { Chart } from "cdk8s";
import { type INetworkPolicyPeer } from "cdk8s-plus-27";
import { type IConstruct } from "constructs";
import { portManifests } from "./network-rules";
import { kind } from "./shapes";
import { type Port } from "../core/port";
import { Problems } from "../core/validation-error";
import { isSameCluster, scopeOf } from "../manifests/chart-scopes";

const PEER = kind(
  ["toNetworkPolicyPeerConfig"],
  'another workload, or a peer of cdk8s-plus, for example NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24")',
);
const PORT = kind(["protocol"], "a port, for example Port.tcp(443)");

/** Who may connect on which port, of one direction. */
export interface Rule {
  readonly peers: () => object[];
  readonly port: Port;
  /** The range of the peer, where it is one and narrow. */
  readonly range?: string;
}

/** Throws where two workloads run in two clusters; a chart that was added to none may go anywhere. */
export function checkHomes(workload: IConstruct, peer: IConstruct): void {
  const [own, other] = [scopeOf(Chart.of(workload)), scopeOf(Chart.of(peer))];
  if (!own || !other || isSameCluster(own, other)) return;
  const problems = new Problems(workload);
  problems.add(
    "PEER_ELSEWHERE",
    `The chart of ${workload.node.path} was added to ${own.node.path}, and that of its peer ${peer.node.path} to ${other.node.path}`,
    "Add both charts to one cluster; to another cluster, connect to the range of its load balancers or pods, " +
      'NetworkPolicyIpBlock.ipv4(chart, "peers", "10.1.0.0/16")',
  );
  problems.throwIfAny();
}

/** The narrow ranges that rules for the same ports name. */
export function rangesFor(rules: readonly Rule[], port: Port): string[] {
  return rules.filter((rule) => rule.port.toString() === port.toString()).flatMap((rule) => rule.range ?? []);
}

/** Adds a problem for what is no peer or no port. */
export function checkEnds(problems: Problems, peer: INetworkPolicyPeer, port: Port): void {
  PEER(problems, "The peer", peer);
  PORT(problems, "The port", port);
}

/** One manifest for each peer and port, each once and in an order that no later declaration changes. */
export function written(rules: readonly Rule[], side: "from" | "to"): object[] {
  const byText = new Map<string, object>();
  for (const { peers, port } of rules) {
    const ports = portManifests(port);
    for (const peer of peers()) {
      const rule = { [side]: [peer], ...(ports ? { ports } : {}) };
      byText.set(JSON.stringify(rule), rule);
    }
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}
