import { checked } from "../core/checked";
import { readBytes } from "../core/quantity";
import { Problems } from "../core/validation-error";
import { checkMountPath } from "./mount-path";
import { shaped } from "./shapes";

/** How large a writable path may grow. */
export interface WritablePathOptions {
  /**
   * The most that fits in, such as `64Mi`; a pod that writes more is evicted.
   *
   * @default "64Mi"
   */
  readonly sizeLimit?: string;
}

/**
 * A directory that a container may write to; all others are read-only.
 *
 * It is empty when the pod starts and gone when the pod ends.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
 */
@checked
export class WritablePath {
  /**
   * A directory on the disk of the node, which counts towards the container's ephemeral storage.
   *
   * @param path such as `/tmp`; absolute and not a directory of the system
   * @throws PATH_INVALID, QUANTITY_INVALID, VALUE_INVALID
   */
  public static of(path: string, options: WritablePathOptions = {}): WritablePath {
    return WritablePath.read("WritablePath.of", path, options, false);
  }

  /**
   * A directory in memory, which counts towards the container's memory.
   *
   * @param path such as `/tmp`; absolute and not a directory of the system
   * @throws PATH_INVALID, QUANTITY_INVALID, VALUE_INVALID
   */
  public static inMemory(path: string, options: WritablePathOptions = {}): WritablePath {
    return WritablePath.read("WritablePath.inMemory", path, options, true);
  }

  private static read(
    factory: string,
    path: string,
    options: WritablePathOptions,
    memory: boolean,
  ): WritablePath {
    const problems = new Problems(factory);
    const { sizeLimit = "64Mi" } = shaped(problems, options, {});
    checkMountPath(problems, path);
    const size = readBytes(problems, "sizeLimit", sizeLimit);
    problems.throwIfAny();
    return new WritablePath(path, sizeLimit, memory, size ?? 0n);
  }

  private constructor(
    /** Where the directory is. */
    public readonly path: string,
    /** The most that fits in. */
    public readonly sizeLimit: string,
    /** Whether it is kept in memory. */
    public readonly isInMemory: boolean,
    private readonly size: bigint,
  ) {}

  /** @internal */
  public _size(): bigint {
    return this.size;
  }

  /** @internal */
  public _toVolume(name: string): { readonly name: string; readonly emptyDir: object } {
    const medium = this.isInMemory ? { medium: "Memory" } : {};
    return { name, emptyDir: { ...medium, sizeLimit: this.sizeLimit } };
  }
}
