import { type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { EXCEPT_MOVING_GROUPS } from "./cluster-policies";
import { type ClusterRight } from "./cluster-right";
import { compareOcids } from "../../core/ocid";
import { idPartOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { addWarning } from "../../core/warnings";
import { IdentityPolicy } from "../../oci/identity-policy";
import { createdClusterOf, type ISecureOkeCluster } from "../cluster-base";

interface AdditionalPoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/** The id of the warning. */
const UNGRANTED = "cluster-rights";

/** The condition that identifies a cluster in a statement. */
export function clusterPrincipal(clusterId: string): string {
  return `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
}

/** The right to create load balancers, and the security groups of the controller, in another compartment. */
export function balancerRight(isPublic: boolean): ClusterRight {
  return {
    purpose: "balancers",
    key: isPublic ? "public" : undefined,
    description: "manage load balancers in a separate compartment",
    without:
      "The cloud controller can't create the load balancer, and reports it in an event of the Service only.",
    statements: (clusterId, compartmentId) =>
      [
        ...["manage load-balancers", "manage network-load-balancers"],
        ...(isPublic ? ["use public-ips"] : []),
        "manage network-security-groups",
      ].map((right) => {
        const further = right.endsWith("groups") ? EXCEPT_MOVING_GROUPS : "";
        return `Allow any-user to ${right} in compartment id ${compartmentId} where all {${clusterPrincipal(clusterId)}${further}}`;
      }),
  };
}

/**
 * The right of a cluster, and of the block volume service, to encrypt volumes with an OCI Vault key.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 */
export function volumeKeyRight(kmsKeyId: string): ClusterRight {
  return {
    purpose: "volume-key",
    key: kmsKeyId,
    description: "encrypt block volumes with one key",
    without: "No volume of the class can be created, and pods that claim one stay pending.",
    statements: (clusterId, compartmentId) => {
      const target = `target.key.id = '${kmsKeyId}'`;
      return [
        `Allow any-user to use key-delegates in compartment id ${compartmentId} where all {${clusterPrincipal(clusterId)}, ${target}}`,
        `Allow service blockstorage to use keys in compartment id ${compartmentId} where ${target}`,
      ];
    },
  };
}

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

/** The warning that shows the statements of a right. */
export function warningOf(
  right: ClusterRight,
  what: string,
  clusterId?: string,
  compartmentId?: string,
): string {
  const readable = (id: string | undefined, placeholder: string) =>
    id === undefined || Token.isUnresolved(id) ? placeholder : id;
  const statements = right
    .statements(
      readable(clusterId, "<OCID of the cluster>"),
      readable(compartmentId, "<OCID of the compartment>"),
    )
    // References to Terraform values are not readable.
    .map((text) => text.replace(/\$\{TfToken\[[^\]]*\]\}/g, "<OCID of the key>"));
  return `${what}\n  Why: ${right.without}\n  Instead: Make sure that policies contain the statements ${statements.join("; ")}`;
}

/** One policy for each right of a cluster and each compartment. */
export class AdditionalPolicies extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AdditionalPoliciesProps,
  ) {
    super(scope, id);
  }

  /** Grants a right in a compartment, once. */
  public allow(right: ClusterRight, compartmentId: string): IdentityPolicy {
    const parts = [compartmentId, ...(right.key === undefined ? [] : [right.key])];
    const key = parts.map((part) => idPartOf(this, part)).join("-");
    const id = `${right.purpose}-${key}`;
    const existing = this.node.tryFindChild(id) as IdentityPolicy | undefined;
    if (existing) return existing;
    const { clusterId, displayName, homeRegionProvider } = this.props;
    return new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${displayName}-${right.purpose}-${key.slice(-8)}`),
      // IAM can't rename a policy, and replacing it would remove its rights for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: `Lets the cluster ${right.description}`,
      statements: right.statements(clusterId, compartmentId),
      ...tagsOf(this, this.props),
    });
  }
}

/** Whether a compartment is certainly that of the cluster, which has its rights there already. */
function isOwnCompartment(cluster: ISecureOkeCluster, compartmentId: string): boolean {
  const own = cluster.compartmentId;
  return compareOcids({ scope: cluster, id: own }, { scope: cluster, id: compartmentId }) === "same";
}
