import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { mountPath } from "./writable-path";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { grantRight } from "../../cluster/private/granted-rights";
import { volumeKeyRight, warningOf, type ClusterRight } from "../../cluster/private/cluster-rights";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { byteQuantity, parseQuantity } from "../../core/quantity";
import {
  checkedBy,
  choice,
  objectName,
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

/** The size and the storage class of a volume. */
export interface VolumeClaimOptions {
  /**
   * The size, such as `100Gi`; for the class `oci-bv` from 50Gi to 32Ti, for another class what that class
   * allows.
   *
   * The claim templates of a StatefulSet are immutable: to enlarge a volume, resize the claims themselves
   * first, then change this value.
   *
   * @default "50Gi", for any class
   */
  readonly size?: string;
  /**
   * The name of the StorageClass.
   *
   * Block volumes are always encrypted at rest. For your own key, and for in-transit encryption between node
   * and volume, create a BlockVolumeClass and give its name.
   *
   * @default "oci-bv"
   */
  readonly storageClassName?: string;
}

const BLOCK_VOLUMES = "oci-bv";
const MIN_SIZE = "50Gi";
const MAX_SIZE = "32Ti";

const OPTIONS = {
  size: withDefault(byteQuantity(), MIN_SIZE),
  storageClassName: withDefault(subdomainName(), BLOCK_VOLUMES),
} satisfies PropsSchema<VolumeClaimOptions>;

/**
 * A persistent volume for each pod of a StatefulSet, which outlives the pod and is attached to its successor.
 *
 * Only one pod at a time can mount it, even on the same node.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 */
@checked
export class VolumeClaim {
  /**
   * A claim for a volume of a StorageClass.
   *
   * @param name the prefix of the claim names, before the name of their pod: up to 63 lower-case letters,
   * digits and dashes
   * @param path the mount path of the volume, such as `/var/lib/db`
   */
  public static of(name: string, path: string, options: VolumeClaimOptions = {}): VolumeClaim {
    const problems = new Problems("VolumeClaim.of");
    objectName()(problems, "name", name);
    mountPath()(problems, "path", path);
    const read = readProps(problems, options, OPTIONS);
    checkSize(problems, read);
    const { size, storageClassName } = problems.resolved<Resolved<typeof OPTIONS>>(read);
    return new VolumeClaim(name, path, size, storageClassName);
  }

  private constructor(
    /** The prefix of the claim names, before the name of their pod. */
    public readonly claimName: string,
    /** The mount path of the volume. */
    public readonly path: string,
    /** The size of the volume. */
    public readonly size: string,
    /** The name of the StorageClass. */
    public readonly storageClassName: string,
  ) {}

  /** @internal */
  public _toTemplate(labels: { [key: string]: string }): object {
    return {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: this.claimName, labels },
      spec: {
        // A block volume can be written by one node only; this mode also excludes a second pod on that node.
        accessModes: ["ReadWriteOncePod"],
        storageClassName: this.storageClassName,
        volumeMode: "Filesystem",
        resources: { requests: { storage: this.size } },
      },
    };
  }
}

function checkSize(problems: Problems, { size, storageClassName }: VolumeClaimOptions): void {
  if (size === undefined || storageClassName !== BLOCK_VOLUMES) return;
  const bytes = parseQuantity(size) ?? 0n;
  const [least, most] = [parseQuantity(MIN_SIZE) ?? 0n, parseQuantity(MAX_SIZE) ?? 0n];
  if (bytes >= least && bytes <= most) return;
  problems.add(
    "QUANTITY_INVALID",
    `size is ${size}, and a block volume has ${MIN_SIZE} to ${MAX_SIZE}`,
    `Give ${MIN_SIZE} to ${MAX_SIZE}, for example size: "100Gi"`,
  );
}

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
