import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { byteQuantity, parseQuantity } from "../../core/quantity";
import {
  checkedBy,
  listOf,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

const MAX_PATH_LENGTH = 1024;
// Nothing may be mounted over these paths, as that would replace the system of the image.
const SYSTEM_DIRECTORIES = [
  "/",
  "/boot",
  "/etc",
  "/home",
  "/media",
  "/mnt",
  "/opt",
  "/root",
  "/run",
  "/srv",
  "/usr",
  "/var",
  "/var/lib",
  "/var/run",
];
// Nothing may be mounted below these paths: programs there would no longer come from the image, or from
// Kubernetes.
const SYSTEM_TREES = [
  "/bin",
  "/dev",
  "/lib",
  "/lib64",
  "/proc",
  "/run/secrets/kubernetes.io",
  "/sbin",
  "/sys",
  "/usr/bin",
  "/usr/lib",
  "/usr/lib64",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/usr/sbin",
  "/var/run/secrets/kubernetes.io",
];

/** Whether a path equals another path or is below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === "/" || path.startsWith(`${folder}/`);
}

/** Adds a problem for an unsafe mount path. */
function checkMountPath(problems: Problems, name: string, path: string): void {
  const add = (what: string, fix: string) => {
    problems.add("PATH_INVALID", `${name} is ${shown(path)}, ${what}`, fix);
  };
  if (!path.startsWith("/")) return add("which is not absolute", 'Begin with a slash, for example "/tmp"');
  if (path !== "/" && (/\/(?:\.{0,2}(?:\/|$))/.test(path) || path.endsWith("/"))) {
    return add(
      "which is not in its simplest form",
      'Remove empty parts, ., .., and a final slash, for example "/var/cache"',
    );
  }
  // Kubernetes rejects a colon; a path with control characters would be hard to find again.
  if (path.includes(":") || [...path].some((character) => character < " ") || path.length > MAX_PATH_LENGTH) {
    const fix = `Use up to ${MAX_PATH_LENGTH} characters without colons, for example "/var/cache"`;
    return add("which contains a colon or a control character, or is too long", fix);
  }
  const system = SYSTEM_TREES.find((folder) => isWithin(path, folder));
  if (SYSTEM_DIRECTORIES.includes(path) || system !== undefined) {
    add(
      system === undefined || system === path
        ? "a system directory"
        : `which is in the system directory ${system}`,
      "Use a directory of the program, for example /tmp, /var/cache/web, or /etc/web",
    );
  }
}

/** The mount path of a directory of the node: its own path, unless that is a system directory of the image. */
export function mountPathOf(hostPath: string): string {
  const problems = new Problems("mountPath");
  checkMountPath(problems, "path", hostPath);
  return problems.any ? `/host${hostPath}` : hostPath;
}

/** Reads an absolute path where a volume can be mounted safely. */
export function mountPath(): Reader<string> {
  return checkedBy(text('a text, for example "/tmp"'), checkMountPath);
}

/**
 * Adds a problem for each pair of equal or nested paths.
 *
 * @param property the prop that has the paths, if all of them are of one
 */
export function checkOverlaps(problems: Problems, paths: readonly string[], property?: string): void {
  const sorted = [...paths].sort();
  sorted.forEach((path, index) => {
    for (const other of sorted.slice(index + 1).filter((candidate) => isWithin(candidate, path))) {
      problems.add(
        "PATH_INVALID",
        path === other
          ? `The mount path ${path} is used twice`
          : `The mount path ${other} is inside another one, ${path}`,
        "Give each mount a separate path, for example /tmp and /var/cache/web",
        property,
      );
    }
  });
}

/** Options of a writable path. */
export interface WritablePathOptions {
  /**
   * The maximum size, such as `64Mi`; a pod that exceeds it is evicted.
   *
   * @default "64Mi"
   */
  readonly sizeLimit?: string;
}

const OPTIONS = {
  sizeLimit: withDefault(byteQuantity(), "64Mi"),
} satisfies PropsSchema<WritablePathOptions>;

/**
 * A directory that a container may write to; all others are read-only.
 *
 * It is empty when the pod starts and deleted when the pod ends.
 *
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
 */
@checked
export class WritablePath {
  /**
   * A directory on the disk of the node, which counts towards the container's ephemeral storage.
   *
   * @param path such as `/tmp`; absolute and not a directory of the system
   */
  public static of(path: string, options: WritablePathOptions = {}): WritablePath {
    return WritablePath.read("WritablePath.of", path, options, false);
  }

  /**
   * A directory in memory, which counts towards the container's memory.
   *
   * @param path such as `/tmp`; absolute and not a directory of the system
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
    mountPath()(problems, "path", path);
    const { sizeLimit } = problems.resolved<Resolved<typeof OPTIONS>>(readProps(problems, options, OPTIONS));
    return new WritablePath(path, sizeLimit, memory, parseQuantity(sizeLimit) ?? 0n);
  }

  private constructor(
    /** The path of the directory. */
    public readonly path: string,
    /** The maximum size. */
    public readonly sizeLimit: string,
    /** Whether the directory is kept in memory. */
    public readonly isInMemory: boolean,
    /** The maximum size in billionths of a byte. */
    private readonly size: bigint,
  ) {}

  /** The maximum size in billionths of a byte. @internal */
  public _size(): bigint {
    return this.size;
  }

  /** @internal */
  public _toVolume(name: string): { readonly name: string; readonly emptyDir: object } {
    const medium = this.isInMemory ? { medium: "Memory" } : {};
    return { name, emptyDir: { ...medium, sizeLimit: this.sizeLimit } };
  }
}

/** Reads a list of writable paths. */
export function writablePaths(): Reader<WritablePath[]> {
  return listOf(valueOf(WritablePath), 'a list, for example [WritablePath.of("/tmp")]');
}
