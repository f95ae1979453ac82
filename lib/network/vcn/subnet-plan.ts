import { planSubnets } from "./private/subnet-planner";
import { type SubnetPlanProps } from "./subnet-plan-props";
import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";

export { type SubnetPlanProps } from "./subnet-plan-props";

/**
 * The address ranges of a cluster's subnets, planned from one range and from what must fit in.
 *
 * Small subnets lie at the beginning of the VCN and pods at its end, so that a larger pod subnet moves no other one. Another
 * VCN, or more nodes than the workers' subnet has room for, may move subnets, and OCI replaces a subnet whose range changes.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm
 */
@checked
export class SubnetPlan {
  /**
   * Plans the subnets: what was given is kept, the rest is planned around it.
   *
   * Ranges and numbers are literals: what a reference to a Terraform value holds is not known while the plan is made.
   *
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_RESERVED, VALUE_INVALID, COUNT_INVALID, SUBNET_SIZE, SUBNET_OVERLAP, SUBNET_OUTSIDE_VCN, SUBNET_EXHAUSTED
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
   * Plans a network without a subnet of pods, for clusters with `PodNetworking.flannelOverlay`; `podCidr` is the empty text.
   *
   * @throws what `of` refuses; VALUE_INVALID for `pods` and `podCidr`
   */
  public static withoutPods(props: SubnetPlanProps = {}): SubnetPlan {
    const problems = new Problems("SubnetPlan.withoutPods");
    const ranges = planSubnets(problems, props, true);
    problems.throwIfAny();
    const { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, publicLoadBalancerCidr } = ranges;
    return new SubnetPlan(vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, "", publicLoadBalancerCidr);
  }

  /**
   * The plan, checked again: types hold nobody back from writing an object that looks like one.
   *
   * @internal
   */
  public static _checked(plan: SubnetPlan): SubnetPlan {
    const { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, podCidr } = plan;
    const ranges = { vcnCidr, apiEndpointCidr, loadBalancerCidr, workerCidr, podCidr };
    const problems = new Problems("SubnetPlan");
    checkGiven(problems, ranges);
    problems.throwIfAny();
    // One that looks like a plan may be without it.
    const { publicLoadBalancerCidr: others } = plan as Partial<SubnetPlan>;
    const all = { ...ranges, publicLoadBalancerCidr: others === "" ? undefined : others };
    if (podCidr !== "") return SubnetPlan.of({ ...all, nodes: 1, pods: 1 });
    return SubnetPlan.withoutPods({ ...all, podCidr: undefined, nodes: 1 });
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
    /** The range of the pods' subnet; empty where the plan has none. */
    public readonly podCidr: string,
    /** The range of a subnet of public load balancers; empty where the plan has none. */
    public readonly publicLoadBalancerCidr: string,
  ) {}
}
