/** What claims of one storage class may take together. */
export interface StorageClassQuota {
  /** Capacity that is claimed, such as `500Gi`. @default - as much as that of all classes */
  readonly storageRequests?: string;
  /** How many claims there may be, 0 or more; 0 keeps the class away. @default - as many as of all classes */
  readonly volumeClaims?: number;
}

/**
 * What all pods and Services of a namespace may take together.
 *
 * The defaults hold 100 pods of the default size. Workloads and load balancers of the same chart that need more are refused
 * when the chart is synthesized, as Kubernetes would only note it in an event: an autoscaler counts with the most pods that
 * it may make, a DaemonSet with one, as the number of nodes is not known.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export interface NamespaceQuota {
  /** Processors that are reserved. @default "10" */
  readonly cpuRequests?: string;
  /** Processors that may be used. @default "50" */
  readonly cpuLimits?: string;
  /** Memory that is reserved. @default "25Gi" */
  readonly memoryRequests?: string;
  /** Memory that may be used. @default "25Gi" */
  readonly memoryLimits?: string;
  /** Disk of nodes that is reserved. @default "25Gi" */
  readonly ephemeralStorageRequests?: string;
  /** Disk of nodes that may be used. @default "25Gi" */
  readonly ephemeralStorageLimits?: string;
  /**
   * How many pods there may be, 1 or more; a rolling update makes a new pod before it ends an old one.
   *
   * @default 100
   */
  readonly pods?: number;
  /** How many Services may have a load balancer, 0 or more. @default 2 */
  readonly loadBalancers?: number;
  /**
   * How many ports Services may open on the nodes; each port of a load balancer takes one.
   *
   * @default - as many as load balancers
   */
  readonly nodePorts?: number;
  /** Capacity of volumes that is claimed, of all storage classes, such as `1Ti`. @default - no limit */
  readonly storageRequests?: string;
  /** How many claims of volumes there may be, of all storage classes, 0 or more. @default - no limit */
  readonly volumeClaims?: number;
  /**
   * What claims of single storage classes may take, by the names of these.
   *
   * @default - that of all classes
   * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/#storage-resource-quota
   */
  readonly storageClasses?: { [name: string]: StorageClassQuota };
}

/**
 * What a container gets that says nothing about its resources, and the most and the least that one may take.
 *
 * Such a container gets 100m to 500m of processors, and 256Mi of memory and of disk; more or less where these limits ask for it.
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export interface NamespaceLimits {
  /** The most processors of one container. @default "4" */
  readonly maximumCpu?: string;
  /** The most memory of one container. @default "8Gi" */
  readonly maximumMemory?: string;
  /** The most disk of one container. @default "8Gi" */
  readonly maximumEphemeralStorage?: string;
  /** The least processors that a container reserves: with none it would pass by the quota. @default "10m" */
  readonly minimumCpu?: string;
  /** The least memory that a container reserves. @default "16Mi" */
  readonly minimumMemory?: string;
  /** The least disk that a container reserves. @default "1Mi" */
  readonly minimumEphemeralStorage?: string;
}
