import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { type ClusterRight } from "../../cluster/private/cluster-right";
import { grantRight, volumeKeyRight, warningOf } from "../../cluster/private/additional-rights";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import {
  checkedBy,
  choice,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { checkUnused, removeNamespace } from "../../synthesis/chart-objects";
import { isAdded, whenAdded } from "../../synthesis/chart-scopes";
import { guardStaticSynthesis } from "../../synthesis/chart-guards";
import { checkAtSynthesis } from "../../synthesis/synthesis-checks";

/** The performance of block volumes, in volume performance units (VPUs) per GB. */
export enum BlockVolumePerformance {
  /** For rarely accessed data. */
  LOWER_COST = "0",
  /** For most programs. */
  BALANCED = "10",
  /** For databases. */
  HIGHER = "20",
}

/** What happens to a volume after its claim is deleted. */
export enum ReclaimPolicy {
  /** The volume is kept, and billed, until somebody deletes it. */
  RETAIN = "Retain",
  /** The volume is deleted with its data. */
  DELETE = "Delete",
}

/** Props for BlockVolumeClass. */
export interface BlockVolumeClassProps {
  /** The name of the StorageClass, which claims refer to. */
  readonly name: string;
  /**
   * The OCID of the OCI Vault key that encrypts the volumes.
   *
   * The cluster that the chart is added to and the Block Volume service are granted the use of the key. If
   * the cluster is imported, or the chart is added to no cluster, a warning lists the policy statements.
   *
   * @default - a key managed by Oracle
   */
  readonly kmsKeyId?: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - the compartment of the cluster
   */
  readonly keyCompartmentId?: string;
  /**
   * The performance of the volumes.
   *
   * @default BlockVolumePerformance.BALANCED
   */
  readonly performance?: BlockVolumePerformance;
  /**
   * What happens to a volume after its claim is deleted.
   *
   * @default ReclaimPolicy.RETAIN
   */
  readonly reclaimPolicy?: ReclaimPolicy;
}

/** The StorageClasses that OKE creates. */
const OKE_CLASSES = ["oci", "oci-bv"];

/**
 * A StorageClass of block volumes that are encrypted at rest and in transit between node and volume.
 *
 * In-transit encryption must be enabled on the nodes, as a PrivateNodePool does. Create the class once per
 * cluster.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/csi/driver/bv_controller.go
 */
@checked
export class BlockVolumeClass extends Construct {
  /** The name of the StorageClass. */
  public readonly name: string;
  /** What happens to a volume after its claim is deleted. */
  public readonly reclaimPolicy: ReclaimPolicy;

  constructor(scope: Construct, id: string, props: BlockVolumeClassProps) {
    const { keyCompartmentId, kmsKeyId, name, performance, reclaimPolicy } = readVolumeClass(
      scope,
      id,
      props,
    );
    super(scope, id);
    const chart = Chart.of(this);
    guardStaticSynthesis(chart);
    this.name = name;
    this.reclaimPolicy = reclaimPolicy;
    const storageClass = new ApiObject(this, "Resource", {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: "blockvolume.csi.oraclecloud.com",
      parameters: {
        // The only attachment type that the hypervisor encrypts.
        "attachment-type": "paravirtualized",
        vpusPerGB: performance,
        ...(kmsKeyId === undefined ? {} : { "kms-key-id": kmsKeyId }),
      },
      reclaimPolicy,
      allowVolumeExpansion: true,
      // Creates the volume where its pod will run: it can't move to another availability domain.
      volumeBindingMode: "WaitForFirstConsumer",
    });
    removeNamespace(storageClass);
    this.node.defaultChild = storageClass;
    if (kmsKeyId !== undefined) this.allowKey(chart, volumeKeyRight(kmsKeyId), keyCompartmentId);
  }

  /** Grants the cluster the use of the key, once the cluster of the chart is known. */
  private allowKey(chart: Chart, right: ClusterRight, compartmentId: string | undefined): void {
    whenAdded(chart, (scope) => {
      grantRight(scope as unknown as ISecureOkeCluster, right, compartmentId);
    });
    let isWarned = false;
    checkAtSynthesis(this, () => {
      if (isWarned || isAdded(chart)) return;
      isWarned = true;
      const what = `${this.node.path}: the chart was added to no cluster, so the use of the key is not granted`;
      process.emitWarning(warningOf(right, what, undefined, compartmentId), {
        type: "SecureOkeWarning",
        code: "cluster-rights",
      });
    });
  }
}

const VOLUME_CLASS = {
  name: checkedBy(subdomainName(), (problems, property, name) => {
    if (!OKE_CLASSES.includes(name)) return;
    const fix = 'Choose another name, for example "encrypted"';
    problems.add("NAME_DUPLICATE", `${property} is ${name}, a StorageClass of OKE`, fix);
  }),
  kmsKeyId: optional(ocid("key")),
  keyCompartmentId: optional(ocid("compartment", "tenancy")),
  performance: withDefault(
    choice(BlockVolumePerformance, "BlockVolumePerformance.BALANCED, HIGHER or LOWER_COST"),
    BlockVolumePerformance.BALANCED,
  ),
  reclaimPolicy: withDefault(
    choice(ReclaimPolicy, "ReclaimPolicy.RETAIN or ReclaimPolicy.DELETE"),
    ReclaimPolicy.RETAIN,
  ),
} satisfies PropsSchema<BlockVolumeClassProps>;

type ReadVolumeClass = Resolved<typeof VOLUME_CLASS>;

/** Validates the props; throws an error that lists every problem. */
function readVolumeClass(scope: Construct, id: string, props: BlockVolumeClassProps): ReadVolumeClass {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, VOLUME_CLASS);
  if (read.name !== undefined) checkUnused(problems, scope, ["StorageClass"], read.name);
  if (props.keyCompartmentId !== undefined && props.kmsKeyId === undefined) {
    const what = "keyCompartmentId was given without kmsKeyId";
    problems.add("ATTRIBUTE_MISSING", what, "Add kmsKeyId, or remove keyCompartmentId");
  }
  return problems.resolved<ReadVolumeClass>(read);
}
