import { checked } from "../core/checked";
import { Problems } from "../core/validation-error";

const LEAST = 10;
// The highest bandwidth that Oracle documents; the cloud controller itself takes up to 8192.
const MOST = 8000;

/**
 * The bandwidth of a load balancer.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
@checked
export class LoadBalancerShape {
  /**
   * A bandwidth that follows the traffic between two bounds.
   *
   * @param minimumMbps kept ready, 10 to 8000 megabits a second
   * @param maximumMbps never exceeded, from the minimum to 8000 megabits a second
   * @throws COUNT_INVALID
   */
  public static flexible(minimumMbps: number, maximumMbps: number): LoadBalancerShape {
    const problems = new Problems("LoadBalancerShape.flexible");
    const fix = `Give whole numbers from ${LEAST} to ${MOST}, the lower one first`;
    for (const value of new Set([minimumMbps, maximumMbps])) {
      if (Number.isInteger(value) && value >= LEAST && value <= MOST) continue;
      problems.add("COUNT_INVALID", `${value} is not a bandwidth that OCI offers`, fix);
    }
    if (!problems.any && minimumMbps > maximumMbps) {
      problems.add("COUNT_INVALID", `The minimum ${minimumMbps} is above the maximum ${maximumMbps}`, fix);
    }
    problems.throwIfAny();
    return new LoadBalancerShape(minimumMbps, maximumMbps);
  }

  private constructor(
    /** The bandwidth that is kept ready, in megabits a second. */
    public readonly minimumMbps: number,
    /** The bandwidth that is never exceeded, in megabits a second. */
    public readonly maximumMbps: number,
  ) {}

  /** @internal */
  public _annotations(): { [key: string]: string } {
    const key = "service.beta.kubernetes.io/oci-load-balancer-shape";
    return {
      [key]: "flexible",
      [`${key}-flex-min`]: String(this.minimumMbps),
      [`${key}-flex-max`]: String(this.maximumMbps),
    };
  }
}
