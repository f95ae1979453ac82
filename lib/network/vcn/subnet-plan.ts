import {
  type PlannedRanges,
  PLANNED,
  planSubnets,
  SMALLEST_SUBNET,
  vcnRange,
} from "./private/subnet-planner";
import { checked } from "../../core/checked";
import { type Cidr, cidrAt, RESERVED_ADDRESSES } from "../../core/cidr";
import {
  boolean,
  checkedBy,
  cidr,
  objectOf,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  text,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

/** Props for SubnetPlan. */
export interface SubnetPlanProps {
  /**
   * The address range of the VCN: a /16 to a /27 that is not reserved, as a literal.
   *
   * With 31 pods for each node, a /16 has room for 1,056 nodes, a /20 for 65, a /22 for 16, a /24 for 4 and a /25 for one; smaller ranges
   * need a smaller number of `pods`.
   *
   * @default "10.0.0.0/16"
   */
  readonly vcnCidr?: string;
  /**
   * The number of nodes that the workers' subnet must hold, including those of a rolling replacement.
   *
   * @default 250
   */
  readonly nodes?: number;
  /**
   * The number of pods that the pods' subnet must hold.
   *
   * @default - 31 for each node, OKE's own default
   */
  readonly pods?: number;
  /**
   * The range of the API endpoint's subnet.
   *
   * @default - at the beginning of the VCN: a /28, in a /25 a /29, in a /26 or /27 a /30
   */
  readonly apiEndpointCidr?: string;
  /**
   * The range of the load balancers' subnet.
   *
   * A private load balancer takes three addresses; OCI reserves three in each subnet.
   *
   * @default - in the first part of the VCN: a sixteenth of it, from a /24 (in a /20 and larger) to a /28 (in a /24 and smaller)
   */
  readonly loadBalancerCidr?: string;
  /**
   * Whether public load balancers get a separate subnet, so that the other one stays private; `publicLoadBalancerCidr` has the same
   * effect.
   *
   * @default false
   */
  readonly publicLoadBalancers?: boolean;
  /**
   * The range of the public load balancers' subnet.
   *
   * @default - none; with `publicLoadBalancers`, as large as the load balancers' subnet, in the first free part of the VCN
   */
  readonly publicLoadBalancerCidr?: string;
  /** The range of the workers' subnet. @default - the smallest that holds the nodes, after the load balancers */
  readonly workerCidr?: string;
  /** The range of the pods' subnet. @default - the smallest that holds the pods, at the end of the VCN */
  readonly podCidr?: string;
}

/** The range of a VCN that was given no plan: 10.0.0.0/16. */
export const DEFAULT_VCN = cidrAt(0x0a000000n, 16);
const DEFAULT_NODES = 250;
const LARGEST_COUNT = 2 ** 24;

const subnetRange = checkedBy(cidr(), (problems, name, { prefix, text: range }) => {
  if (prefix <= SMALLEST_SUBNET) return;
  problems.add(
    "SUBNET_SIZE",
    `${name} is ${range}, smaller than a /${SMALLEST_SUBNET}`,
    `Give a /${SMALLEST_SUBNET} or larger: OCI keeps ${RESERVED_ADDRESSES} addresses of each subnet`,
  );
});
const plannedRange = withDefault<Cidr, typeof PLANNED>(subnetRange, PLANNED);
const count = wholeNumber({ least: 1, most: LARGEST_COUNT });

const SUBNET_PLAN = {
  vcnCidr: withDefault(vcnRange, DEFAULT_VCN),
  nodes: withDefault(count, DEFAULT_NODES),
  pods: withDefault<number, typeof PLANNED>(count, PLANNED),
  apiEndpointCidr: plannedRange,
  loadBalancerCidr: plannedRange,
  publicLoadBalancers: withDefault(boolean(), false),
  publicLoadBalancerCidr: plannedRange,
  workerCidr: plannedRange,
  podCidr: plannedRange,
} satisfies PropsSchema<SubnetPlanProps>;

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
    return new SubnetPlan(problems.resolved(planSubnets(problems, readProps(problems, props, SUBNET_PLAN))));
  }

  /**
   * Plans a network without a pods' subnet, for clusters with `PodNetworking.flannelOverlay`; `podCidr` is an empty string.
   */
  public static withoutPods(props: SubnetPlanProps = {}): SubnetPlan {
    const problems = new Problems("SubnetPlan.withoutPods");
    return new SubnetPlan(
      problems.resolved(
        planSubnets(problems, readProps(problems, props, SUBNET_PLAN), { withoutPods: true }),
      ),
    );
  }

  /** The range of the VCN. */
  public readonly vcnCidr: string;
  /** The range of the API endpoint's subnet. */
  public readonly apiEndpointCidr: string;
  /** The range of the load balancers' subnet. */
  public readonly loadBalancerCidr: string;
  /** The range of the workers' subnet. */
  public readonly workerCidr: string;
  /** The range of the pods' subnet; empty if the plan has none. */
  public readonly podCidr: string;
  /** The range of the public load balancers' subnet; empty if the plan has none. */
  public readonly publicLoadBalancerCidr: string;

  private constructor(ranges: PlannedRanges) {
    this.vcnCidr = ranges.vcnCidr.text;
    this.apiEndpointCidr = ranges.apiEndpointCidr.text;
    this.loadBalancerCidr = ranges.loadBalancerCidr.text;
    this.workerCidr = ranges.workerCidr.text;
    this.podCidr = ranges.podCidr?.text ?? "";
    this.publicLoadBalancerCidr = ranges.publicLoadBalancerCidr?.text ?? "";
  }
}

const PLAN_RANGES = objectOf({
  vcnCidr: text(),
  apiEndpointCidr: text(),
  loadBalancerCidr: text(),
  workerCidr: text(),
  podCidr: text(),
  publicLoadBalancerCidr: optional(text()),
});

/** Reads the ranges of a plan; checks them again, because a program without types can pass any object. */
export function subnetPlan(): Reader<PlannedRanges> {
  return (problems, name, value) => {
    const { podCidr, publicLoadBalancerCidr, ...others } = PLAN_RANGES(problems, name, value) ?? {};
    if (podCidr === undefined) return undefined;
    const before = problems.count;
    const ranges = {
      ...others,
      nodes: 1,
      ...(podCidr === "" ? {} : { podCidr, pods: 1 }),
      ...(publicLoadBalancerCidr ? { publicLoadBalancerCidr } : {}),
    };
    const request = readProps(problems, ranges, SUBNET_PLAN, name);
    const planned = planSubnets(problems, request, { withoutPods: podCidr === "", at: name });
    return problems.count === before ? (planned as PlannedRanges) : undefined;
  };
}

/** The ranges of a network that was given no plan. */
export function defaultRanges(problems: Problems, withPublicLoadBalancers: boolean): PlannedRanges {
  const request = readProps(problems, { publicLoadBalancers: withPublicLoadBalancers }, SUBNET_PLAN);
  return planSubnets(problems, request) as PlannedRanges;
}
