import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { Problems } from "../core/validation-error";
import { scopeOf, whenAdded } from "../manifests/chart-scopes";
import { checkAtSynthesis } from "../manifests/synthesis-checks";

/**
 * Makes the network's part of what a workload needs: at once where its chart was added to a cluster, and else when it is added.
 *
 * A workload whose chart is never added would have the policy alone, so that is refused at synthesis.
 *
 * @param what what needs the network, as the message names it
 */
export function onNetwork(
  workload: IConstruct,
  what: string,
  make: (cluster: ISecureOkeCluster) => void,
): void {
  const chart = Chart.of(workload);
  checkAtSynthesis(workload, () => checkAdded(workload, what));
  whenAdded(chart, (scope) => make(clusterOf(workload, scope)));
}

/** The range of the VCN that a workload's pods live in, where it is known. */
export function vcnCidrOf(scope: IConstruct): string | undefined {
  const chart = [...scope.node.scopes].reverse().find((one): one is Chart => Chart.isChart(one));
  const cluster = chart && (scopeOf(chart) as Partial<ISecureOkeCluster> | undefined);
  // What an imported network was not given throws when it is touched.
  return cluster && new Problems(scope).collect(() => cluster.network?.vcnCidr);
}

function clusterOf(workload: IConstruct, scope: IConstruct): ISecureOkeCluster {
  if ("podsSecurityGroup" in scope) return scope as ISecureOkeCluster;
  const problems = new Problems(workload);
  problems.add(
    "VALUE_INVALID",
    `The chart was added to ${scope.node.path}, which is no cluster`,
    "Add it by addCdk8sChart of a SecureOkeCluster, made here or by fromClusterAttributes",
  );
  problems.throwIfAny();
  throw new Error("unreachable");
}

function checkAdded(workload: IConstruct, what: string): void {
  const chart = Chart.of(workload);
  if (scopeOf(chart)) return;
  const problems = new Problems(workload);
  problems.add(
    "EGRESS_INVALID",
    `${what} needs a rule of a cluster's network, and the chart ${chart.node.path || chart.node.id} was added to no cluster`,
    `Call cluster.addCdk8sChart("${chart.node.id}", chart); where somebody else makes the rule and the route, let only the policy ` +
      'through: connections.allowTo(NetworkPolicyIpBlock.ipv4(chart, "db", "10.0.9.0/24"), port)',
  );
  problems.throwIfAny();
}
