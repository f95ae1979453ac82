import { type TerraformProvider, Token } from "cdktf";
import { Construct } from "constructs";
import { EXCEPT_MOVING_GROUPS, nodePoolPrincipal } from "./cluster-policies";
import { idPartOf, policyNameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { IdentityPolicy } from "../../oci/identity-policy";

/** An additional right of a cluster for something in a chart, in one compartment. */
export interface ClusterRight {
  /** The purpose of the right, as a part of a construct id and of the name of a policy. */
  readonly purpose: string;
  /** The part that, besides the compartment, distinguishes it from other rights for the same purpose. */
  readonly key?: string;
  /** The allowed actions, after "Lets the cluster". */
  readonly description: string;
  /** The effect of a missing right, for a warning. */
  readonly without: string;
  statements(clusterId: string, compartmentId: string): string[];
}

interface AdditionalPoliciesProps extends TaggingProps {
  readonly clusterId: string;
  readonly homeRegionProvider?: TerraformProvider;
  readonly displayName: string;
}

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

/**
 * The right of the node pools of a compartment, and of the block volume service, to encrypt boot volumes with one key.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengpolicyconfig.htm
 */
export function bootVolumeKeyRight(keyId: string, poolCompartmentId: string): ClusterRight {
  return {
    purpose: "boot-volume-key",
    key: keyId,
    description: "encrypt the boot volumes of its nodes with one key",
    without: "OKE can't launch nodes of the pool, and reports it in the work request of the pool only.",
    statements: (_, compartmentId) => {
      const target = `target.key.id = '${keyId}'`;
      return [
        `Allow any-user to use key-delegates in compartment id ${compartmentId} where all {${nodePoolPrincipal(poolCompartmentId)}, ${target}}`,
        `Allow service blockstorage to use keys in compartment id ${compartmentId} where ${target}`,
      ];
    },
  };
}

/**
 * The right of node pools to launch nodes in reserved capacity; OCI has no variable for a single reservation.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmakingcapacityreservations.htm
 */
export function capacityReservationRight(poolCompartmentId: string): ClusterRight {
  return {
    purpose: "capacity-reservations",
    description: "launch nodes in reserved capacity",
    without: "OKE can't launch nodes of the pool, and reports it in the work request of the pool only.",
    statements: (_, compartmentId) => [
      `Allow any-user to use compute-capacity-reservations in compartment id ${compartmentId} where all {${nodePoolPrincipal(poolCompartmentId)}}`,
      `Allow service oke to use compute-capacity-reservations in compartment id ${compartmentId}`,
    ],
  };
}
