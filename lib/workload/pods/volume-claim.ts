import { checkMountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { checkObjectName, checkSubdomainName } from "../../core/kubernetes-names";
import { parseQuantity, readBytes } from "../../core/quantity";
import { Problems } from "../../core/validation-error";
import { shaped } from "../../core/value-readers";

/** How large a volume is, and of what kind. */
export interface VolumeClaimOptions {
  /**
   * How much fits in, such as `100Gi`; of the class `oci-bv` from 50Gi to 32Ti, of another one what that class allows.
   *
   * Kubernetes changes no claim of a StatefulSet that was applied: enlarge the claims themselves, then write it here.
   *
   * @default "50Gi", of any class
   */
  readonly size?: string;
  /**
   * The name of the StorageClass.
   *
   * Block volumes are encrypted at rest always. For a key of your own, and for encryption on the way between node and
   * volume, make a BlockVolumeClass and give its name.
   *
   * @default "oci-bv"
   */
  readonly storageClassName?: string;
}

const BLOCK_VOLUMES = "oci-bv";
const SMALLEST = "50Gi";
const LARGEST = "32Ti";

/**
 * A volume of its own for each pod of a StatefulSet, which outlives the pod and is given to its successor.
 *
 * One pod at a time has it, also on one node.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingpersistentvolumeclaim_topic-Provisioning_PVCs_on_BV.htm
 */
@checked
export class VolumeClaim {
  /**
   * A claim of a StorageClass.
   *
   * @param name what the claims are called, before the name of their pod: up to 63 lower-case letters, digits and dashes
   * @param path where the program finds the volume, such as `/var/lib/db`
   * @throws NAME_INVALID, PATH_INVALID, QUANTITY_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  public static of(name: string, path: string, options: VolumeClaimOptions = {}): VolumeClaim {
    const problems = new Problems("VolumeClaim.of");
    checkObjectName(problems, "The name", name);
    checkMountPath(problems, path);
    const { size = SMALLEST, storageClassName = BLOCK_VOLUMES } = shaped(problems, options, {});
    checkSubdomainName(problems, "storageClassName", storageClassName);
    checkSize(problems, size, storageClassName);
    problems.throwIfAny();
    return new VolumeClaim(name, path, size, storageClassName);
  }

  private constructor(
    /** What the claims are called, before the name of their pod. */
    public readonly claimName: string,
    /** Where the program finds the volume. */
    public readonly path: string,
    /** How much fits in. */
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
        // Block volumes can be written by one node; this mode keeps a second pod of that node away too.
        accessModes: ["ReadWriteOncePod"],
        storageClassName: this.storageClassName,
        volumeMode: "Filesystem",
        resources: { requests: { storage: this.size } },
      },
    };
  }
}

function checkSize(problems: Problems, size: string, storageClassName: string): void {
  const bytes = readBytes(problems, "size", size);
  if (bytes === undefined || storageClassName !== BLOCK_VOLUMES) return;
  const [smallest, largest] = [parseQuantity(SMALLEST) ?? 0n, parseQuantity(LARGEST) ?? 0n];
  if (bytes >= smallest && bytes <= largest) return;
  problems.add(
    "QUANTITY_INVALID",
    `size is ${size}, and a block volume has ${SMALLEST} to ${LARGEST}`,
    `Give ${SMALLEST} or more: OCI makes no smaller one, and bills that`,
  );
}
