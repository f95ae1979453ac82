import { Chart } from "cdk8s";
import { type Construct, type IConstruct } from "constructs";
import { ClusterAccess } from "../../cluster/access/private/cluster-access";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { asCluster } from "../../cluster/cluster-of-chart";
import { MarkOn } from "../../core/construct-state";
import { readProps } from "../../core/readers";
import { findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { Problems } from "../../core/validation-error";
import { POLICY_GRANT, type PolicyGrant } from "../../identity/policy-statement";
import { type Connections } from "../../network-policy/connections";
import { type IChartScope, scopeOf, whenAdded } from "../../synthesis/chart-scopes";
import { needCluster } from "../../synthesis/chart-guards";

/** A workload whose pods have a workload identity. */
interface Grantee extends Construct {
  readonly serviceAccountName: string;
  readonly namespace?: string;
  readonly connections: Connections;
}

/** The workloads whose connections are looked at when their cluster is written. */
const lookedAt = new MarkOn<Grantee>();

/** Grants the pods of a workload access to OCI, once their cluster is known. */
export function grantToWorkload(workload: Grantee, grant: PolicyGrant): void {
  const { namespace, serviceAccountName } = workload;
  const problems = new Problems(workload);
  const read = readProps(problems, grant, POLICY_GRANT);
  if (namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, which the IAM statement must contain",
      'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
    );
  }
  const resolved = problems.resolved<PolicyGrant>(read);
  const chart = Chart.of(workload);
  needCluster(chart, () => requireCluster(workload, scopeOf(chart)));
  whenAdded(chart, (scope) => {
    const cluster = requireCluster(workload, scope);
    ClusterAccess.of(cluster).grantWorkload({ namespace: namespace ?? "", serviceAccountName }, resolved);
    if (lookedAt.once(workload)) findWhenWritten(cluster, () => unreachableServices(workload, cluster));
  });
}

/** A right in OCI is of no use to a program whose NetworkPolicy denies the connection to the service. */
function unreachableServices(workload: Grantee, cluster: ISecureOkeCluster): ProgramFinding[] {
  if (workload.connections._allowsHttps()) return [];
  return [
    {
      id: "workload-grant",
      construct: cluster,
      what: `${workload.node.path} has a grant in OCI, and its NetworkPolicy denies the connection to Oracle's services`,
      why: "The program gets a token from the API endpoint, but every call of a service times out.",
      fix: 'Add workload.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.0.0/16"])) with the ranges of your region',
    },
  ];
}

function requireCluster(workload: IConstruct, scope: IChartScope | undefined): ISecureOkeCluster {
  const cluster = asCluster(scope);
  if (cluster) return cluster;
  const problems = new Problems(workload);
  problems.add(
    "CHART_NOT_ADDED",
    "The workload has a grant in OCI, whose IAM statement needs the OCID of the cluster, and its chart was added to no cluster",
    'Add the chart to its cluster: cluster.addCdk8sChart("shop", chart)',
  );
  return problems.throwAll();
}
