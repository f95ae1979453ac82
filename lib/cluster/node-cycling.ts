import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** How many nodes are replaced at once. */
export interface ReplaceInstancesOptions {
  /**
   * How many more nodes there are while others are replaced, 0 to 1,000; they take addresses of the subnets.
   *
   * @default 1
   */
  readonly maximumSurge?: number;
  /**
   * How many nodes may be missing while they are replaced, 0 to 1,000. One of the two must be above 0.
   *
   * @default 0
   */
  readonly maximumUnavailable?: number;
}

/** How many nodes get a new boot volume at once. */
export interface ReplaceBootVolumesOptions {
  /**
   * How many nodes are drained and stopped at once, 1 to 1,000.
   *
   * @default 1
   */
  readonly maximumUnavailable?: number;
}

/**
 * How OKE brings nodes in line with their pool after its image, version or other properties have changed.
 *
 * OKE cordons and drains each node first, for as long as `evictionGraceDuration`.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengupgradingimageworkernode.htm
 */
@checked
export class NodeCycling {
  /**
   * New instances replace the old ones, for a change of any property.
   *
   * @throws COUNT_INVALID
   */
  public static replaceInstances(options: ReplaceInstancesOptions = {}): NodeCycling {
    const problems = new Problems("NodeCycling.replaceInstances");
    const { maximumSurge = 1, maximumUnavailable = 0 } = options ?? {};
    checkNumber(problems, "maximumSurge", maximumSurge, 0);
    checkNumber(problems, "maximumUnavailable", maximumUnavailable, 0);
    if (maximumSurge === 0 && maximumUnavailable === 0) {
      problems.add(
        "COUNT_INVALID",
        "maximumSurge and maximumUnavailable are both 0, so that no node can ever be replaced",
        "Give maximumSurge at least 1, or maximumUnavailable",
      );
    }
    problems.throwIfAny();
    return new NodeCycling("INSTANCE_REPLACE", maximumSurge, maximumUnavailable);
  }

  /**
   * The nodes keep their instance, address and local disks, and get a new boot volume: for pools of scarce shapes, such as GPUs, where
   * no further instance may be had.
   *
   * Only a change of image, Kubernetes version, boot volume size or key, SSH key, cloud-init or taints reaches the nodes so. After a change of
   * shape, labels, groups or tags OKE refuses to cycle: use `replaceInstances` for that change.
   *
   * @throws COUNT_INVALID
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/replace-boot-volume-worker-node-top.htm
   */
  public static replaceBootVolumes(options: ReplaceBootVolumesOptions = {}): NodeCycling {
    const problems = new Problems("NodeCycling.replaceBootVolumes");
    const { maximumUnavailable = 1 } = options ?? {};
    checkNumber(problems, "maximumUnavailable", maximumUnavailable, 1);
    problems.throwIfAny();
    return new NodeCycling("BOOT_VOLUME_REPLACE", 0, maximumUnavailable);
  }

  /**
   * Nodes stay as they are until somebody deletes them: changes of the pool reach new nodes only.
   *
   * @throws REASON_MISSING
   */
  public static manual(choice: ReasonedChoice): NodeCycling {
    const problems = new Problems("NodeCycling.manual");
    checkReason(problems, "A pool that does not replace outdated nodes", choice?.reason);
    problems.throwIfAny();
    return new NodeCycling(undefined, 0, 0, choice.reason);
  }

  private constructor(
    /** `INSTANCE_REPLACE` or `BOOT_VOLUME_REPLACE`; none where nodes are not cycled. */
    public readonly mode: string | undefined,
    /** How many more nodes there are while others are replaced. */
    public readonly maximumSurge: number,
    /** How many nodes may be missing while they are replaced. */
    public readonly maximumUnavailable: number,
    /** Why nodes are not cycled. */
    public readonly reason?: string,
  ) {}
}

function checkNumber(problems: Problems, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= 1000) return;
  problems.add("COUNT_INVALID", `${name} is ${shown(value)}`, `Give a whole number from ${least} to 1000`);
}
