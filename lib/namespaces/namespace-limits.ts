/**
 * The default resources of containers, and the maximum and minimum of one container.
 *
 * A container without its own resources gets 100m to 500m of CPU, and 256Mi of memory and of ephemeral
 * storage; more or less if these limits require it.
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export interface NamespaceLimits {
  /** The maximum CPU of a container. @default "4" */
  readonly maximumCpu?: string;
  /** The maximum memory of a container. @default "8Gi" */
  readonly maximumMemory?: string;
  /** The maximum ephemeral storage of a container. @default "8Gi" */
  readonly maximumEphemeralStorage?: string;
  /** The minimum CPU request of a container: without one, it would bypass the quota. @default "10m" */
  readonly minimumCpu?: string;
  /** The minimum memory request of a container. @default "16Mi" */
  readonly minimumMemory?: string;
  /** The minimum ephemeral storage request of a container. @default "1Mi" */
  readonly minimumEphemeralStorage?: string;
}
