import { mountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { byteQuantity, parseQuantity } from "../../core/quantity";
import {
  objectName,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

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
