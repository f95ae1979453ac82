import {
  dependable,
  Fn,
  type ITerraformDependable,
  type Precondition,
  TerraformResource,
  type TerraformResourceLifecycle,
  TerraformSelf,
} from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { firstApply, OFFERED_WHEN_TAKEN } from "../../core/first-apply";
import { DataOciContainerengineClusterOption } from "../../oci/data-oci-containerengine-cluster-option";
import { DataOciContainerengineNodePoolOption } from "../../oci/data-oci-containerengine-node-pool-option";
import { type KubernetesVersion } from "../kubernetes-version";

/** What compares a version with those that OKE offers. */
export interface VersionComparison {
  /** For the lifecycle of what is made of the version. */
  readonly precondition: Precondition;
  /** What must exist before what is expensive is made: it fails where OKE does not offer the version. */
  readonly gate: ITerraformDependable;
}

/** Compares the version of a control plane with those that OKE offers for clusters. */
export function compareClusterVersion(
  scope: Construct,
  compartmentId: string,
  version: KubernetesVersion,
): VersionComparison {
  const offered = new DataOciContainerengineClusterOption(scope, "OfferedVersions", {
    clusterOptionId: "all",
    compartmentId,
    shouldListAllPatchVersions: true,
    dependsOn: [firstApply(scope)],
  });
  return compare(scope, "clusters", offered.kubernetesVersions, version);
}

/**
 * Compares the version of nodes with those that OKE offers for node pools.
 *
 * Not with those for this very cluster: while it is upgraded in the same apply, OKE still answers for its old version.
 */
export function compareNodePoolVersion(
  scope: Construct,
  compartmentId: string,
  version: KubernetesVersion,
  dependsOn: ITerraformDependable,
): VersionComparison {
  const offered = new DataOciContainerengineNodePoolOption(scope, "OfferedVersions", {
    nodePoolOptionId: "all",
    compartmentId,
    shouldListAllPatchVersions: true,
    dependsOn: [dependsOn],
  });
  return compare(scope, "node pools", offered.kubernetesVersions, version);
}

/**
 * A cluster goes on running a version that OKE retires later, and its plans must not fail for that. So the list that OKE answered
 * when the version was taken is kept in the state, where `ignore_changes` leaves it until the version changes; a version
 * passes that is in that list or in today's.
 */
function compare(
  scope: Construct,
  what: string,
  offered: string[],
  { version }: KubernetesVersion,
): VersionComparison {
  const kept = new TerraformResource(scope, OFFERED_WHEN_TAKEN, {
    terraformResourceType: "terraform_data",
    lifecycle: {
      ignoreChanges: ["input"],
      postcondition: [condition(TerraformSelf.getAny("input"))],
    },
  });
  kept.addOverride("input", offered);
  kept.addOverride("triggers_replace", [version]);
  return { precondition: condition(kept.interpolationForAttribute("input")), gate: kept };

  function condition(before: unknown): Precondition {
    const list = Fn.join(", ", offered);
    return {
      condition: Fn.contains(Fn.concat([before as string[], offered]), version),
      errorMessage:
        `OKE does not offer ${version} for ${what} in this region; it offers ${list}. ` +
        "Give kubernetesVersion one of these, for example by KubernetesVersion.of; " +
        "verifyKubernetesVersion: false takes this comparison away.",
    };
  }
}

/** What the lifecycle of a resource says of a comparison, where there is one. */
export function conditionsOf(comparison: VersionComparison | undefined): TerraformResourceLifecycle {
  return comparison ? { precondition: [comparison.precondition] } : {};
}

// All else that a cluster makes before itself refers to one of these.
const FIRST_TYPES = [
  "oci_core_capture_filter",
  "oci_core_network_security_group",
  "oci_core_vcn",
  "oci_kms_vault",
  "oci_logging_log_group",
  "oci_zpr_zpr_policy",
];

/** Lets nothing be made that is part of these before the comparison went well: a vault can't be deleted for a week. */
export function holdBack(
  comparison: VersionComparison | undefined,
  parts: readonly (IConstruct | undefined)[],
): void {
  if (!comparison) return;
  for (const resource of parts.flatMap((part) => part?.node.findAll() ?? [])) {
    if (!(resource instanceof TerraformResource)) continue;
    if (!FIRST_TYPES.includes(resource.terraformResourceType)) continue;
    resource.dependsOn = [...(resource.dependsOn ?? []), dependable(comparison.gate)];
  }
}
