import { type Chart } from "cdk8s";
import { type ISynthesisSession, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { StateOf } from "../../../core/construct-state";
import { type GuardrailText } from "../../../core/guardrail-catalogue";
import { findWhenWritten, addWarning } from "../../../core/warnings";
import { apiObjectsIn } from "../../../synthesis/chart-objects";
import { ChartOutput } from "../../../synthesis/chart-output";
import { isSameCluster } from "../../../synthesis/chart-scopes";
import { type ISecureOkeCluster } from "../../cluster-base";
import { findingsOf } from "../../private/chart-findings";
import { countIncludedBalancers } from "../../private/included-load-balancers";
import { warnOfChart } from "../../private/pull-warnings";
import { tagObjectsOf } from "../../private/run-time-tags";

/** The id of the finding, in the style of the catalogue. */
export const UNENFORCED_POLICIES = "network-policy-engine";

const FINDING: GuardrailText = {
  title: "NetworkPolicies that nothing enforces",
  why: "OKE has no policy engine of its own: without one, the API server stores NetworkPolicies, but they have no effect.",
  fix: "Set networkPolicyEngine of the cluster: NetworkPolicyEngine.calico(), .cilium(), or .existing({ reason }) for an engine that is installed already",
  practice: "network-layers",
};

const charts = new StateOf<ISecureOkeCluster, Chart[]>((cluster) => {
  warnAtSynthesis(cluster);
  countIncludedBalancers(cluster);
  return [];
});

/** Adds a chart to a cluster, with a warning at synthesis if no engine enforces its NetworkPolicies. */
export function addChart(cluster: ISecureOkeCluster, id: string, chart: Chart): void {
  const output = new ChartOutput(cluster, id, chart);
  outputs.of(cluster).push(output);
  warnOfChart(cluster, chart);
  tagObjectsOf(cluster, chart);
  charts.of(cluster).push(chart);
}

const outputs = new StateOf<ISecureOkeCluster, ChartOutput[]>((cluster) => {
  const own: ChartOutput[] = [];
  findWhenWritten(cluster, () => findingsOf(cluster, own));
  return own;
});

/** Warns before the stack is written, so that the warning is in the manifest of the app, which the cdktf command shows. */
function warnAtSynthesis(cluster: ISecureOkeCluster): void {
  const stack = TerraformStack.of(cluster);
  const inner = stack.synthesizer;
  let isWarned = false;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      const warning = isWarned ? undefined : warningOf(cluster);
      if (warning !== undefined) {
        isWarned = true;
        addWarning(cluster, `[${UNENFORCED_POLICIES}] ${warning}`);
      }
      inner.synthesize(session);
    },
  };
}

function warningOf(cluster: ISecureOkeCluster): string | undefined {
  const own = charts.of(cluster).filter(holdsPolicies);
  if (own.length === 0 || hasEngine(cluster)) return undefined;
  const names = own.map(({ node }) => node.path).sort();
  const what = `${cluster.node.path}: NetworkPolicies of ${names.join(", ")} have no effect, because the cluster has no policy engine`;
  return [what, `  Why: ${FINDING.why}`, `  Instead: ${FINDING.fix}`].join("\n");
}

function holdsPolicies(chart: Chart): boolean {
  return apiObjectsIn(chart).some(
    ({ kind, apiGroup }) => kind === "NetworkPolicy" && apiGroup === "networking.k8s.io",
  );
}

/** Whether the cluster has an engine, here or in another construct for the same cluster. */
function hasEngine(cluster: ISecureOkeCluster): boolean {
  if (cluster.networkPolicyEngine) return true;
  return cluster.node.root.node
    .findAll()
    .some((other) => isCluster(other) && other.networkPolicyEngine && isSameCluster(other, cluster));
}

function isCluster(construct: IConstruct): construct is ISecureOkeCluster {
  return "addCdk8sChart" in construct && "networkPolicyEngine" in construct;
}
