import { planSubnets } from "./private/subnet-planner";
import { type SubnetPlanProps } from "./subnet-plan-props";
import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { kind, type Reader } from "../../core/readers";
import { Problems } from "../../core/validation-error";

export { type SubnetPlanProps } from "./subnet-plan-props";

/**
 * The address ranges of a cluster's subnets, planned from one range and the capacity that is needed.
 *
 * Small subnets are at the beginning of the VCN and pods at its end, so that a larger pods' subnet moves no other one. A different VCN
 * range, or more nodes than the workers' subnet can hold, may move subnets, and OCI replaces a subnet whose range changes.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm
 */
@checked
export class SubnetPlan {
  /**
   * Plans the subnets: given ranges are kept, and the others are planned around them.
   *
   * Ranges and numbers must be literals: the value of a reference is not known at planning time.
   */
  public static of(props: SubnetPlanProps = {}): SubnetPlan {
    const problems = new Problems("SubnetPlan.of");
    const ranges = planSubnets(problems, props);
    problems.throwIfAny();
    return new SubnetPlan(
      ranges.vcnCidr,
      ranges.apiEndpointCidr,
      ranges.loadBalancerCidr,
      ranges.workerCidr,
      ranges.podCidr,
      ranges.publicLoadBalancerCidr,
    );
  }

  /**
   * Plans a network without a pods' subnet, for clusters with `PodNetworking.flannelOverlay`; `podCidr` is an empty string.
   */
  public static withoutPods(props: SubnetPlanProps = {}): SubnetPlan {
    const problems = new Problems("SubnetPlan.withoutPods");
    const ranges = planSubnets(problems, props, true);
    problems.throwIfAny();
    const { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, publicLoadBalancerCidr } = ranges;
    return new SubnetPlan(vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, "", publicLoadBalancerCidr);
  }

  private constructor(
    /** The range of the VCN. */
    public readonly vcnCidr: string,
    /** The range of the API endpoint's subnet. */
    public readonly apiEndpointCidr: string,
    /** The range of the load balancers' subnet. */
    public readonly loadBalancerCidr: string,
    /** The range of the workers' subnet. */
    public readonly workerCidr: string,
    /** The range of the pods' subnet; empty if the plan has none. */
    public readonly podCidr: string,
    /** The range of the public load balancers' subnet; empty if the plan has none. */
    public readonly publicLoadBalancerCidr: string,
  ) {}
}

/** Reads a plan; plans its ranges again, because a program without types can pass any object. */
export function subnetPlan(): Reader<SubnetPlan> {
  return (problems, name, value) => {
    const plan = kind<SubnetPlan>([], "SubnetPlan.of({ vcnCidr })")(problems, name, value);
    return plan && problems.collect(() => planAgain(plan));
  };
}

function planAgain(plan: SubnetPlan): SubnetPlan {
  const { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, podCidr } = plan;
  const ranges = { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, podCidr };
  const problems = new Problems("SubnetPlan");
  checkGiven(problems, ranges);
  problems.throwIfAny();
  const publicLoadBalancerCidr = plan.publicLoadBalancerCidr || undefined;
  const all = { ...ranges, publicLoadBalancerCidr };
  if (podCidr !== "") return SubnetPlan.of({ ...all, nodes: 1, pods: 1 });
  return SubnetPlan.withoutPods({ ...all, podCidr: undefined, nodes: 1 });
}
