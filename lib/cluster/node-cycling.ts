import {
  wholeNumber,
  type PropsSchema,
  readArguments,
  readProps,
  type Resolved,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { checked } from "../core/checked";
import { readChoice, type ReasonedChoice } from "../core/reason";

/** Options for replacing instances: the number of nodes replaced at once. */
export interface ReplaceInstancesOptions {
  /**
   * The number of additional nodes during the replacement, 0 to 1,000; they take addresses of the subnets.
   *
   * @default 1
   */
  readonly maximumSurge?: number;
  /**
   * The number of nodes that may be unavailable during the replacement, 0 to 1,000. One of the two numbers must be above 0.
   *
   * @default 0
   */
  readonly maximumUnavailable?: number;
}

/** Options for replacing boot volumes: the number of nodes replaced at once. */
export interface ReplaceBootVolumesOptions {
  /**
   * The number of nodes that are drained and stopped at once, 1 to 1,000.
   *
   * @default 1
   */
  readonly maximumUnavailable?: number;
}

const MAX_NODES = 1000;
const INSTANCES = {
  maximumSurge: withDefault(wholeNumber({ least: 0, most: MAX_NODES }), 1),
  maximumUnavailable: withDefault(wholeNumber({ least: 0, most: MAX_NODES }), 0),
} satisfies PropsSchema<ReplaceInstancesOptions>;
const BOOT_VOLUMES = {
  maximumUnavailable: withDefault(wholeNumber({ least: 1, most: MAX_NODES }), 1),
} satisfies PropsSchema<ReplaceBootVolumesOptions>;

/**
 * The way that OKE applies a changed image, version or other property of a pool to its nodes.
 *
 * OKE cordons and drains each node first, for as long as `evictionGraceDuration`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengupgradingimageworkernode.htm
 */
@checked
export class NodeCycling {
  /** Replaces the old instances with new ones, after a change of any property. */
  public static replaceInstances(options: ReplaceInstancesOptions = {}): NodeCycling {
    const problems = new Problems("NodeCycling.replaceInstances");
    const read = readProps(problems, options, INSTANCES);
    if (read.maximumSurge === 0 && read.maximumUnavailable === 0) {
      problems.add(
        "COUNT_INVALID",
        "maximumSurge and maximumUnavailable are both 0, so that no node can be replaced",
        "Give one of them at least 1, for example maximumSurge: 1",
      );
    }
    const { maximumSurge, maximumUnavailable } = problems.resolved<Resolved<typeof INSTANCES>>(read);
    return new NodeCycling("INSTANCE_REPLACE", maximumSurge, maximumUnavailable);
  }

  /**
   * Keeps the instance, address and local disks of each node, and replaces its boot volume: for pools of scarce shapes, such as GPUs,
   * where no additional instance may be available.
   *
   * It applies changes of image, Kubernetes version, boot volume size or key, SSH key, cloud-init or taints only. After a change of
   * shape, labels, security groups or tags, OKE refuses to cycle the nodes: use `replaceInstances` for that change.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/replace-boot-volume-worker-node-top.htm
   */
  public static replaceBootVolumes(options: ReplaceBootVolumesOptions = {}): NodeCycling {
    const { maximumUnavailable } = readArguments("NodeCycling.replaceBootVolumes", options, BOOT_VOLUMES);
    return new NodeCycling("BOOT_VOLUME_REPLACE", 0, maximumUnavailable);
  }

  /** Leaves existing nodes as they are until somebody deletes them: changes of the pool apply to new nodes only. */
  public static manual(choice: ReasonedChoice): NodeCycling {
    const reason = readChoice("NodeCycling.manual", "A pool that does not replace outdated nodes", choice);
    return new NodeCycling(undefined, 0, 0, reason);
  }

  private constructor(
    /** The mode, `INSTANCE_REPLACE` or `BOOT_VOLUME_REPLACE`; undefined if nodes are not cycled. */
    public readonly mode: string | undefined,
    /** The number of additional nodes during the replacement. */
    public readonly maximumSurge: number,
    /** The number of nodes that may be unavailable during the replacement. */
    public readonly maximumUnavailable: number,
    /** The reason for not cycling nodes. */
    public readonly reason?: string,
  ) {}
}

/** The node cycling in the format of the provider. */
export function cyclingDetailsOf({ mode, maximumSurge, maximumUnavailable }: NodeCycling): {
  isNodeCyclingEnabled: boolean;
  cycleModes?: string[];
  maximumSurge?: string;
  maximumUnavailable?: string;
} {
  if (mode === undefined) return { isNodeCyclingEnabled: false };
  return {
    isNodeCyclingEnabled: true,
    cycleModes: [mode],
    maximumSurge: String(maximumSurge),
    maximumUnavailable: String(maximumUnavailable),
  };
}
