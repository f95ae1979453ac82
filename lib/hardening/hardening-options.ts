import { type HardeningConflict } from "./conflict";
import { type ReasonedChoice } from "../core/reason";
import { type ContainerImage } from "../workload/images/container-image";
import { type ContainerResourceRanges } from "../workload/pods/container-resources";
import { type SystemUserId } from "../workload/pods/pod-security";
import { type WritablePath } from "../workload/pods/writable-path";

/** A selection of objects and containers. */
export interface HardeningSelector {
  /**
   * The objects, as kind and name with a slash: `Deployment/web`.
   *
   * @default - all objects of the scope
   */
  readonly objects?: string[];
  /**
   * The names of containers.
   *
   * @default - all containers, and pod-level fields
   */
  readonly containers?: string[];
}

/** A decision about conflicts, with its reason; it lists conflicts, objects or both. */
export interface HardeningDecision extends HardeningSelector, ReasonedChoice {
  /** The conflicts. @default - all conflicts of the listed objects */
  readonly conflicts?: HardeningConflict[];
}

/** The writable directories of some containers. */
export interface HardeningWritablePaths extends HardeningSelector {
  /** The directories; each container gets its own empty one. */
  readonly paths: WritablePath[];
}

/** The user of some containers, for images whose files belong to a certain user. */
export interface HardeningUser extends HardeningSelector {
  /**
   * The id of the user and its group, at least 10000; excludes `lowUser`.
   *
   * @default - `lowUser`
   */
  readonly user?: number;
  /**
   * A user id below 10000, with its reason; excludes `user`.
   *
   * @default - `user`
   */
  readonly lowUser?: SystemUserId;
}

/** Options of `Hardening.of`. */
export interface HardeningOptions {
  /**
   * The id of the user and the groups of pods that set none, at least 10000.
   *
   * Pods with `runAsNonRoot` keep the user of their image.
   *
   * @default 65532; pods with volumes that outlive them keep the user of their image, which is a finding
   */
  readonly user?: number;
  /**
   * The users of some objects or containers that set none, for images whose files, or whose volumes, belong
   * to a certain user.
   *
   * An entry with containers takes precedence over one with objects only. Synthesis refuses an entry without
   * effect.
   *
   * @default - `user` for all
   */
  readonly users?: HardeningUser[];
  /**
   * The default resources of containers.
   *
   * The size of a container's writable directories is added to the limits. A request without a limit gets a
   * limit not below it, and a limit without a request gets an equal request, as in Kubernetes.
   *
   * @default - CPU 100m to 500m, 256Mi of memory, 256Mi of ephemeral storage
   */
  readonly resources?: ContainerResourceRanges;
  /**
   * The directories that containers write to, as their root filesystem becomes read-only.
   *
   * @default - only the existing volumes
   */
  readonly writablePaths?: HardeningWritablePaths[];
  /**
   * The replacements of images, by their reference in the chart, such as `docker.io/library/redis:7.4.1`.
   *
   * @default - no replacements
   */
  readonly images?: { [reference: string]: ContainerImage };
  /**
   * The conflicts that are resolved by changing the chart's value; the change records the reason.
   *
   * Synthesis refuses an entry without effect.
   *
   * @default - no value is changed
   */
  readonly override?: HardeningDecision[];
  /**
   * The conflicts that are accepted; the reason is recorded as an acknowledgement of the object.
   *
   * Synthesis refuses an entry without effect.
   *
   * @default - every conflict is a finding
   */
  readonly accept?: HardeningDecision[];
  /**
   * Whether findings fail the synthesis; otherwise they are warnings.
   *
   * @default false
   */
  readonly refuseFindings?: boolean;
}
