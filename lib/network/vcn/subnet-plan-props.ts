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
