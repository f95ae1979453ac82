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
import { firstApply, RECORDED_VERSIONS } from "../../core/resource-construct";
import { DataOciContainerengineClusterOption } from "../../oci/data-oci-containerengine-cluster-option";
import { DataOciContainerengineNodePoolOption } from "../../oci/data-oci-containerengine-node-pool-option";
import { type KubernetesVersion } from "../kubernetes-version";

/** The comparison of a version with the versions that OKE offers. */
export interface VersionComparison {
  /** The precondition for the lifecycle of resources with the version. */
  readonly precondition: Precondition;
  /** The dependency of expensive resources: it fails if OKE does not offer the version. */
  readonly gate: ITerraformDependable;
}

/** Compares the version of a control plane with the versions that OKE offers for clusters. */
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
 * Compares the version of nodes with the versions that OKE offers for node pools.
 *
 * It doesn't use the versions for this specific cluster: during its upgrade in the same apply, OKE still reports those for its old
 * version.
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
 * A cluster may keep running a version that OKE retires later, and its plans must not fail for that. So the list that OKE offered when
 * the version was set is kept in the state, where `ignore_changes` keeps it until the version changes; a version passes if it is in that
 * list or in today's.
 */
function compare(
  scope: Construct,
  what: string,
  offered: string[],
  { version }: KubernetesVersion,
): VersionComparison {
  const kept = new TerraformResource(scope, RECORDED_VERSIONS, {
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
        "Set kubernetesVersion to one of these, for example with KubernetesVersion.of; " +
        "verifyKubernetesVersion: false disables this comparison.",
    };
  }
}

/** The lifecycle of a resource with the precondition of a comparison, if there is one. */
export function conditionsOf(comparison: VersionComparison | undefined): TerraformResourceLifecycle {
  return comparison ? { precondition: [comparison.precondition] } : {};
}

// All other resources that are created before a cluster depend on one of these.
const FIRST_TYPES = [
  "oci_core_capture_filter",
  "oci_core_network_security_group",
  "oci_core_vcn",
  "oci_kms_vault",
  "oci_logging_log_group",
  "oci_vulnerability_scanning_host_scan_recipe",
  "oci_zpr_zpr_policy",
];

/** Makes these resources and their parts depend on the successful comparison: a vault can't be deleted for a week. */
export function holdBack(
  comparison: VersionComparison | undefined,
  parts: readonly (IConstruct | undefined)[],
  furtherTypes: readonly string[] = [],
): void {
  if (!comparison) return;
  for (const resource of parts.flatMap((part) => part?.node.findAll() ?? [])) {
    if (!(resource instanceof TerraformResource)) continue;
    if (![...FIRST_TYPES, ...furtherTypes].includes(resource.terraformResourceType)) continue;
    resource.dependsOn = [...(resource.dependsOn ?? []), dependable(comparison.gate)];
  }
}
