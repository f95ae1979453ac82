import { type TerraformProvider } from "cdktf";
import { type Construct } from "constructs";
import { type ClusterRight, warningOf } from "./cluster-rights";
import { compareOcids } from "../../core/ocid";
import { nameOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { addWarning } from "../../core/warnings";
import { IdentityPolicy } from "../../oci/identity-policy";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";

/** A program in a cluster that authenticates to OCI by workload identity. */
export interface WorkloadIdentity {
  readonly clusterId: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The condition that identifies a program in a statement. */
export function workloadPrincipal({ clusterId, namespace, serviceAccount }: WorkloadIdentity): string {
  return [
    "request.principal.type = 'workload'",
    `request.principal.namespace = '${namespace}'`,
    `request.principal.service_account = '${serviceAccount}'`,
    `request.principal.cluster_id = '${clusterId}'`,
  ].join(", ");
}

/** The statements that grant a program rights in a compartment. */
export function workloadStatements(
  program: WorkloadIdentity,
  compartmentId: string,
  rights: readonly string[],
): string[] {
  return rights.map((right) => workloadStatement(program, compartmentId, right));
}

/**
 * The statement that grants a program a right in a compartment.
 *
 * @param condition a further condition, after a comma
 */
export function workloadStatement(
  program: WorkloadIdentity,
  compartmentId: string,
  right: string,
  condition = "",
): string {
  return `Allow any-user to ${right} in compartment id ${compartmentId} where all {${workloadPrincipal(program)}${condition}}`;
}

/** The content of a policy of a program. */
export interface WorkloadPolicyProps extends TaggingProps {
  readonly compartmentId: string;
  readonly description: string;
  readonly statements: string[];
  readonly homeRegionProvider?: TerraformProvider;
}

/**
 * Creates a policy of a program.
 *
 * A policy may refer to the compartment that it is attached to; so each compartment has its own policy.
 *
 * @param id `Policy`, or the purpose and `Policy`, such as `NetworkPolicy`
 */
export function addWorkloadPolicy(
  scope: Construct,
  id: string,
  { compartmentId, description, statements, homeRegionProvider, ...tags }: WorkloadPolicyProps,
): IdentityPolicy {
  const suffix = id === "Policy" ? "" : `-${id.replace("Policy", "").toLowerCase()}`;
  return new IdentityPolicy(scope, id, {
    provider: homeRegionProvider,
    compartmentId,
    name: policyNameOf(scope, `${nameOf(scope)}${suffix}`),
    // IAM can't rename a policy, and replacing it would remove its rights for a while.
    lifecycle: { ignoreChanges: ["name"] },
    description,
    statements,
    ...tagsOf(scope, tags),
  });
}

/** The id of the warning. */
const UNGRANTED = "cluster-rights";

/**
 * Grants a right to a cluster; an imported one may have it already, so a warning shows the statements.
 *
 * @param compartmentId the compartment, by default that of the cluster
 * @returns the policy, if one was created
 */
export function grantRight(
  cluster: ISecureOkeCluster,
  right: ClusterRight,
  compartmentId?: string,
): IdentityPolicy | undefined {
  const created = createdClusterOf(cluster);
  if (created) return created._grant(right, compartmentId ?? cluster.compartmentId);
  warnOfRight(cluster, right, compartmentId);
  return undefined;
}

/** Grants the right only if it is for another compartment than that of the cluster. */
export function grantRightElsewhere(
  cluster: ISecureOkeCluster,
  right: ClusterRight,
  compartmentId: string,
): void {
  // An imported cluster without a given compartment can't be asked for it.
  if (!createdClusterOf(cluster) || !isOwnCompartment(cluster, compartmentId)) {
    grantRight(cluster, right, compartmentId);
  }
}

function warnOfRight(
  cluster: ISecureOkeCluster,
  right: ClusterRight,
  compartmentId: string | undefined,
): void {
  const what = `an imported cluster may lack the right to ${right.description}`;
  const text = `[${UNGRANTED}] ${cluster.node.path}: ${warningOf(right, what, cluster.clusterId, compartmentId)}`;
  if (!cluster.node.metadata.some(({ data }) => data === text)) addWarning(cluster, text);
}

/** Whether a compartment is certainly that of the cluster, which has its rights there already. */
function isOwnCompartment(cluster: ISecureOkeCluster, compartmentId: string): boolean {
  const own = cluster.compartmentId;
  return compareOcids({ scope: cluster, id: own }, { scope: cluster, id: compartmentId }) === "same";
}
