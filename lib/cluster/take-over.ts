import { type TerraformResource, TerraformStack, Token, Tokenization } from "cdktf";
import { type SecureOkeCluster } from "./cluster";
import { type PrivateNodePool } from "./private-node-pool";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { MarkOn } from "../core/construct-state";
import { checkOcid } from "../core/ocid";
import {
  kind,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  reasonFor,
} from "../core/readers";
import { type ReasonedChoice } from "../core/reason";
import { type IConstruct } from "constructs";
import { resolveReference } from "../core/terraform-text";
import { Problems } from "../core/validation-error";
import { ContainerengineCluster } from "../oci/containerengine-cluster";
import { ContainerengineNodePool } from "../oci/containerengine-node-pool";

/** Options for TakeOver.cluster: properties of the existing cluster that OKE can't change. */
export interface ClusterTakeOverOptions {
  /**
   * The reason why Oracle's key encrypts the Secrets of the existing cluster in etcd, which OKE can't change.
   *
   * Terraform then ignores the key of the program for the cluster. The reason is recorded as an acknowledgement.
   *
   * @default - the existing cluster has the key of the program; Terraform refuses to replace a cluster with another key
   */
  readonly encryptedByOracleKey?: ReasonedChoice;
}

type Importable = ContainerengineCluster | ContainerengineNodePool;

/** Reads a construct as its resource; a cluster that `fromClusterAttributes` connects to has none. */
function resourceOf<T extends Importable>(resourceType: string, instead: string): Reader<T> {
  const construct = kind<IConstruct>(["node"], instead);
  return (problems, name, value) => {
    const read = construct(problems, name, value);
    if (!read) return undefined;
    const resource = read.node.defaultChild as TerraformResource | undefined;
    // Without instanceof, so that constructs of another copy of the library qualify too.
    if (resource?.terraformResourceType === resourceType) return resource as T;
    problems.add(
      "VALUE_INVALID",
      `${name} is ${read.node.path}, which this program does not create`,
      `Write ${instead}`,
    );
    return undefined;
  };
}

const CLUSTER = resourceOf<ContainerengineCluster>(
  ContainerengineCluster.tfResourceType,
  "a SecureOkeCluster of this program",
);
const NODE_POOL = resourceOf<ContainerengineNodePool>(
  ContainerengineNodePool.tfResourceType,
  "a PrivateNodePool of this program",
);
const TAKE_OVER = {
  encryptedByOracleKey: optional(
    objectOf({ reason: reasonFor("A cluster whose Secrets are encrypted with Oracle's key") }),
  ),
} satisfies PropsSchema<ClusterTakeOverOptions>;

const imported = new MarkOn<TerraformResource>();

/**
 * Imports existing clusters and node pools into a program, with import blocks of Terraform.
 *
 * Each call adds one import block. The plan shows what Terraform imports, adds, and changes. If the program differs from the cluster in
 * something that OKE can't change, Terraform would have to replace the cluster, and its `prevent_destroy` stops the plan. After the
 * first apply, the import blocks have no effect and can be removed.
 *
 * @see https://developer.hashicorp.com/terraform/language/import
 */
@checked
export class TakeOver {
  /**
   * Imports an existing cluster as a cluster of the program.
   *
   * Give the cluster its existing network, `ClusterNetwork.fromClusterNetworkAttributes`, and in `apiEndpointSecurityGroups` the security
   * group of its API endpoint, through which existing nodes connect to it.
   *
   * @param cluster the cluster of the program
   * @param clusterId the OCID of the existing cluster, or a reference that Terraform knows while it plans, such as a variable
   */
  public static cluster(
    cluster: SecureOkeCluster,
    clusterId: string,
    options: ClusterTakeOverOptions = {},
  ): void {
    const problems = new Problems("TakeOver.cluster");
    const resource = CLUSTER(problems, "cluster", cluster);
    checkOcid(problems, "clusterId", clusterId, "cluster");
    checkKnownInPlan(problems, "clusterId", clusterId, resource);
    const { encryptedByOracleKey } = readProps(problems, options, TAKE_OVER);
    importInto(problems, resource, clusterId);
    if (!encryptedByOracleKey || !resource) return;
    resource.lifecycle = { ...resource.lifecycle, ignoreChanges: ["kms_key_id"] };
    const what = "Secrets that are encrypted with Oracle's key";
    Acknowledgements._record(resource, "rotation", what, encryptedByOracleKey.reason);
  }

  /**
   * Imports an existing node pool as a pool of the program.
   *
   * Existing nodes keep their settings until the pool is cycled. The shape, the placement, and the subnets can be changed.
   *
   * @param pool the pool of the program
   * @param nodePoolId the OCID of the existing node pool, or a reference that Terraform knows while it plans, such as a variable
   */
  public static nodePool(pool: PrivateNodePool, nodePoolId: string): void {
    const problems = new Problems("TakeOver.nodePool");
    const resource = NODE_POOL(problems, "pool", pool);
    checkOcid(problems, "nodePoolId", nodePoolId, "nodepool");
    checkKnownInPlan(problems, "nodePoolId", nodePoolId, resource);
    importInto(problems, resource, nodePoolId);
  }

  private constructor() {}
}

// The attribute of a resource; variables and data sources have another word before their names.
const RESOURCE_ATTRIBUTE = /(?<![\w.])([a-z]+_\w+\.[\w-]+)\./;

/** Adds a problem for an attribute of a resource, which Terraform does not know while it plans the import. */
function checkKnownInPlan(
  problems: Problems,
  name: string,
  id: string,
  resource: Importable | undefined,
): void {
  if (!resource || !Token.isUnresolved(id)) return;
  const own = TerraformStack.of(resource);
  const { tokens } = Tokenization.reverseString(id);
  // Values of other stacks are read from their states, before the plan.
  if (tokens.some((token) => ((token as { originStack?: unknown }).originStack ?? own) !== own)) return;
  const [, address] = RESOURCE_ATTRIBUTE.exec(resolveReference(resource, id)) ?? [];
  if (address === undefined) return;
  problems.add(
    "OCID_INVALID",
    `${name} is an attribute of ${address}, and Terraform must know the OCID of an import while it plans`,
    'Write the OCID as a literal, or as a variable: new TerraformVariable(stack, "existing", { type: "string" }).stringValue',
  );
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
