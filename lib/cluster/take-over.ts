import { type TerraformResource } from "cdktf";
import { type SecureOkeCluster } from "./cluster";
import { type PrivateNodePool } from "./private-node-pool";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { MarkOn } from "../core/construct-state";
import { checkOcid } from "../core/ocid";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/missing-values";
import { Problems } from "../core/validation-error";
import { ContainerengineCluster } from "../oci/containerengine-cluster";
import { ContainerengineNodePool } from "../oci/containerengine-node-pool";

/** Options for TakeOver.cluster: what OKE can't change of the cluster that is taken over. */
export interface ClusterTakeOverOptions {
  /**
   * Oracle's key encrypts the Secrets of the existing cluster in etcd, which OKE can't change.
   *
   * Terraform then ignores the key of the program for the cluster. The reason is kept as an acknowledgement.
   *
   * @default - the existing cluster has the key of the program; Terraform refuses to replace a cluster with another key
   */
  readonly encryptedByOracleKey?: ReasonedChoice;
}

const imported = new MarkOn<TerraformResource>();

/**
 * Brings clusters and node pools that exist already under a program of this library, with import blocks of Terraform.
 *
 * Each call adds one import block. The plan shows what Terraform imports, adds, and changes. If it had to replace the cluster because
 * the program differs in something that OKE can't change, `prevent_destroy` of the cluster stops the plan. The import blocks do nothing
 * after the first apply, and can be removed then.
 *
 * @see https://developer.hashicorp.com/terraform/language/import
 */
@checked
export class TakeOver {
  /**
   * Imports an existing cluster as a cluster of the program.
   *
   * Give the cluster the network that the existing one is in, as `ClusterNetwork.fromClusterNetworkAttributes`, and the group that its
   * API endpoint has in `apiEndpointSecurityGroups`, because existing nodes reach the endpoint through it.
   *
   * @param cluster the cluster of the program
   * @param clusterId the OCID of the existing cluster, as a literal
   */
  public static cluster(
    cluster: SecureOkeCluster,
    clusterId: string,
    options: ClusterTakeOverOptions = {},
  ): void {
    const problems = new Problems("TakeOver.cluster");
    const resource = resourceOf(problems, "cluster", cluster, "a SecureOkeCluster of this program");
    checkOcid(problems, "clusterId", clusterId, "cluster");
    const { encryptedByOracleKey } = options;
    if (encryptedByOracleKey !== undefined) {
      checkReason(
        problems,
        "A cluster whose Secrets are encrypted with Oracle's key",
        encryptedByOracleKey.reason,
      );
    }
    importInto(problems, resource, clusterId);
    if (encryptedByOracleKey === undefined || !(resource instanceof ContainerengineCluster)) return;
    resource.lifecycle = { ...resource.lifecycle, ignoreChanges: ["kms_key_id"] };
    const what = "Secrets that are encrypted with Oracle's key";
    Acknowledgements._record(resource, "rotation", what, encryptedByOracleKey.reason);
  }

  /**
   * Imports an existing node pool as a pool of the program.
   *
   * Nodes that are there keep their settings until the pool is cycled. The shape, the placement, and the subnets can be changed.
   *
   * @param pool the pool of the program
   * @param nodePoolId the OCID of the existing node pool, as a literal
   */
  public static nodePool(pool: PrivateNodePool, nodePoolId: string): void {
    const problems = new Problems("TakeOver.nodePool");
    const resource = resourceOf(problems, "pool", pool, "a PrivateNodePool of this program");
    checkOcid(problems, "nodePoolId", nodePoolId, "nodepool");
    importInto(problems, resource, nodePoolId);
  }

  private constructor() {}
}

type Importable = ContainerengineCluster | ContainerengineNodePool;

/** The resource of a construct; a cluster that `fromClusterAttributes` connects to has none. */
function resourceOf(
  problems: Problems,
  name: string,
  construct: SecureOkeCluster | PrivateNodePool | undefined,
  instead: string,
): Importable | undefined {
  checkGiven(problems, { [name]: construct });
  if (!checkMembers(problems, name, construct, ["node"], instead)) return undefined;
  const resource = construct?.node.defaultChild;
  if (resource instanceof ContainerengineCluster || resource instanceof ContainerengineNodePool)
    return resource;
  problems.add(
    "VALUE_INVALID",
    `${name} is ${construct?.node.path}, which this program does not create`,
    `Write ${instead}`,
  );
  return undefined;
}

function importInto(problems: Problems, resource: Importable | undefined, id: string): void {
  if (resource && imported.has(resource)) {
    const { path } = resource.node;
    problems.add(
      "NAME_DUPLICATE",
      `${path} already has an import block`,
      "Call TakeOver once for each construct",
    );
  }
  problems.throwIfAny();
  if (!resource) return;
  imported.once(resource);
  resource.importFrom(id, resource.provider);
}
