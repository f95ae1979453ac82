import { type HardeningConflict } from "./conflict";
import { type ReasonedChoice } from "../core/reason";
import { type ContainerImage } from "../workload/images/container-image";
import { type ContainerResourceRanges } from "../workload/pods/container-resources";
import { type SystemUserId } from "../workload/pods/low-user";
import { type WritablePath } from "../workload/pods/writable-path";

/** Which containers of which objects are meant. */
export interface HardeningSelector {
  /**
   * Objects, each as its kind and its name with a slash: `Deployment/web`.
   *
   * @default - all objects of the scope
   */
  readonly objects?: string[];
  /**
   * The names of containers.
   *
   * @default - all containers, and what is said of the pod as a whole
   */
  readonly containers?: string[];
}

/** What is decided about conflicts, and why; it names conflicts, objects or both. */
export interface HardeningDecision extends HardeningSelector, ReasonedChoice {
  /** The conflicts. @default - all of the objects that are named */
  readonly conflicts?: HardeningConflict[];
}

/** Directories that containers may write to. */
export interface HardeningWritablePaths extends HardeningSelector {
  /** The directories; each container gets an empty one of its own. */
  readonly paths: WritablePath[];
}

/** Who some containers run as, for images whose files belong to a certain user. */
export interface HardeningUser extends HardeningSelector {
  /**
   * The id of the user and its group, 10000 or more; or `lowUser`.
   *
   * @default - `lowUser`
   */
  readonly user?: number;
  /**
   * A user below 10000, with its reason; or `user`.
   *
   * @default - `user`
   */
  readonly lowUser?: SystemUserId;
}

/** How workloads are hardened. */
export interface HardeningOptions {
  /**
   * The id of the user and the groups of pods that say none, 10000 or more.
   *
   * Pods that say `runAsNonRoot` keep the user of their image.
   *
   * @default 65532, and pods with volumes that outlive them keep the user of their image, which is a finding
   */
  readonly user?: number;
  /**
   * The users of some objects or containers that say none, for images whose files, or whose volumes, belong to a certain user.
   *
   * One that names the container goes before one that names objects alone. Each must be for something, else the synthesis
   * refuses it.
   *
   * @default - `user` for all
   */
  readonly users?: HardeningUser[];
  /**
   * What containers get that say nothing about a resource.
   *
   * Room for the writable directories of a container is added to the limits. A request alone gets a limit that is not below
   * it, and a limit alone a request of the same size, which is what Kubernetes does too.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * Directories that containers write to, now that their root filesystem is read-only.
   *
   * @default - none beside the volumes that are there
   */
  readonly writablePaths?: HardeningWritablePaths[];
  /**
   * Images by what the chart names them, such as `docker.io/library/redis:7.4.1`.
   *
   * @default - none is replaced
   */
  readonly images?: { [reference: string]: ContainerImage };
  /**
   * What is changed although the chart says otherwise; the change has the reason.
   *
   * Each must decide something, else the synthesis refuses it.
   *
   * @default - nothing that was said is changed
   */
  readonly override?: HardeningDecision[];
  /**
   * What stays although it is against a practice; the reason is kept as an acknowledgement of the object.
   *
   * Each must decide something, else the synthesis refuses it.
   *
   * @default - every conflict is a finding
   */
  readonly accept?: HardeningDecision[];
  /**
   * Whether the synthesis refuses what is found; else it warns of it.
   *
   * @default false
   */
  readonly refuseFindings?: boolean;
}
