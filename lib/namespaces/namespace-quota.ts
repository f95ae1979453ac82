/** The quota for the volume claims of one storage class. */
export interface StorageClassQuota {
  /** The total requested capacity, such as `500Gi`. @default - limited only by that of all classes */
  readonly storageRequests?: string;
  /** The number of claims, at least 0; 0 forbids the class. @default - limited only by that of all classes */
  readonly volumeClaims?: number;
}

/**
 * The quota for all pods and Services of a namespace.
 *
 * The defaults allow 100 pods of the default size. Workloads and load balancers of the same chart that need
 * more are refused when the chart is synthesized, as Kubernetes would only report it in an event: an
 * autoscaler counts with its maximum replica count, a DaemonSet with one pod, as the number of nodes is
 * unknown.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export interface NamespaceQuota {
  /** The total of CPU requests. @default "10" */
  readonly cpuRequests?: string;
  /** The total of CPU limits. @default "50" */
  readonly cpuLimits?: string;
  /** The total of memory requests. @default "25Gi" */
  readonly memoryRequests?: string;
  /** The total of memory limits. @default "25Gi" */
  readonly memoryLimits?: string;
  /** The total of ephemeral storage requests. @default "25Gi" */
  readonly ephemeralStorageRequests?: string;
  /** The total of ephemeral storage limits. @default "25Gi" */
  readonly ephemeralStorageLimits?: string;
  /**
   * The number of pods, at least 1; a rolling update starts a new pod before it ends an old one.
   *
   * @default 100
   */
  readonly pods?: number;
  /** The number of Services with a load balancer, at least 0. @default 2 */
  readonly loadBalancers?: number;
  /**
   * The number of node ports of Services; each port of a load balancer needs one.
   *
   * @default - the number of load balancers
   */
  readonly nodePorts?: number;
  /** The total requested capacity of volumes of all storage classes, such as `1Ti`. @default - no limit */
  readonly storageRequests?: string;
  /** The number of volume claims of all storage classes, at least 0. @default - no limit */
  readonly volumeClaims?: number;
  /**
   * The quotas for the claims of single storage classes, by the name of the class.
   *
   * @default - limited only by that of all classes
   * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota
   */
  readonly storageClasses?: { [name: string]: StorageClassQuota };
}
