import { type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { EXCEPT_MOVING_GROUPS } from "./cluster-policies";
import { compareOcids } from "../../core/ocid";
import { idPartOf } from "../../core/reference";
import { policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { addWarning } from "../../core/warnings";
import { IdentityPolicy } from "../../oci/identity-policy";
import { type ISecureOkeCluster } from "../cluster-base";

/** A right that a cluster needs because of something in a chart, in one compartment. */
export interface FurtherRight {
  /** What it is for, as a part of a construct id and of the name of a policy. */
  readonly purpose: string;
  /** What else than the compartment tells it from other rights for the same purpose. */
  readonly key?: string;
  /** What it lets the cluster do, after "Lets the cluster". */
  readonly description: string;
  /** What happens without it, for a warning. */
  readonly without: string;
  statements(clusterId: string, compartmentId: string): string[];
}

/** A cluster that is made here and has policies of its own. */
export interface GrantingCluster {
  /** @internal */
  _grant(right: FurtherRight, compartmentId: string): IdentityPolicy;
}

interface FurtherPoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

/** The id of the warning, in the style of the others. */
const UNGRANTED = "cluster-rights";

/** Says who a cluster is in the condition of a statement. */
export function clusterPrincipal(clusterId: string): string {
  return `request.principal.type = 'cluster', request.principal.id = '${clusterId}'`;
}

/** What a cluster needs to make load balancers, and the groups of its controller, in a further compartment. */
export function balancerRight(isPublic: boolean): FurtherRight {
  return {
    purpose: "balancers",
    key: isPublic ? "public" : undefined,
    description: "keep load balancers in a compartment of their own",
    without:
      "The cloud controller can't make the load balancer, and says so in an event of the Service only.",
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
 * What a cluster, and the service of block volumes, need to encrypt volumes with a key of OCI Vault.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 */
export function volumeKeyRight(kmsKeyId: string): FurtherRight {
  return {
    purpose: "volume-key",
    key: kmsKeyId,
    description: "encrypt block volumes with one key",
    without: "No volume of the class can be made, and the pods that claim one stay pending.",
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
 * Gives a cluster a right; one that was imported may have it already, so that a warning names the statements.
 *
 * @param compartmentId by default that of the cluster
 * @returns the policy, where one was made
 */
export function grantRight(
  cluster: ISecureOkeCluster,
  right: FurtherRight,
  compartmentId?: string,
): IdentityPolicy | undefined {
  const { _grant: grant } = cluster as Partial<GrantingCluster>;
  if (grant) return grant.call(cluster, right, compartmentId ?? cluster.compartmentId);
  warnOfRight(cluster, right, compartmentId);
  return undefined;
}

/** The same where it is for another compartment than that of the cluster. */
export function grantRightElsewhere(
  cluster: ISecureOkeCluster,
  right: FurtherRight,
  compartmentId: string,
): void {
  // An imported cluster has no compartment to ask for where none was given.
  if (!("_grant" in cluster) || !isOwnCompartment(cluster, compartmentId)) {
    grantRight(cluster, right, compartmentId);
  }
}

function warnOfRight(
  cluster: ISecureOkeCluster,
  right: FurtherRight,
  compartmentId: string | undefined,
): void {
  const what = `an imported cluster may lack the right to ${right.description}`;
  const text = `[${UNGRANTED}] ${cluster.node.path}: ${warningOf(right, what, cluster.clusterId, compartmentId)}`;
  if (!cluster.node.metadata.some(({ data }) => data === text)) addWarning(cluster, text);
}

/** A warning that names the statements of a right. */
export function warningOf(
  right: FurtherRight,
  what: string,
  clusterId?: string,
  compartmentId?: string,
): string {
  const known = (id: string | undefined, otherwise: string) =>
    id === undefined || Token.isUnresolved(id) ? otherwise : id;
  const statements = right
    .statements(known(clusterId, "<OCID of the cluster>"), known(compartmentId, "<OCID of the compartment>"))
    // What the statements name may be known to Terraform only.
    .map((text) => text.replace(/\$\{TfToken\[[^\]]*\]\}/g, "<OCID of the key>"));
  return `${what}\n  Why: ${right.without}\n  Instead: See that policies have the statements ${statements.join("; ")}`;
}

/** One policy for each right of a cluster and each compartment that it is in. */
export class FurtherPolicies extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FurtherPoliciesProps,
  ) {
    super(scope, id);
  }

  /** Gives a right in a compartment, once. */
  public allow(right: FurtherRight, compartmentId: string): IdentityPolicy {
    const parts = [compartmentId, ...(right.key === undefined ? [] : [right.key])];
    const key = parts.map((part) => idPartOf(this, part)).join("-");
    const id = `${right.purpose}-${key}`;
    const known = this.node.tryFindChild(id);
    if (known) return known as IdentityPolicy;
    const { clusterId, displayName, homeRegionProvider } = this.props;
    return new IdentityPolicy(this, id, {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${displayName}-${right.purpose}-${key.slice(-8)}`),
      // IAM renames no policy, and to replace one takes its rights away for a while.
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
