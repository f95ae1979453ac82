/** How much of one resource a container reserves and how much it may use. */
export interface ResourceRange {
  /** What the scheduler reserves. */
  readonly request: string;
  /** What the container may use at most; not below the request. */
  readonly limit: string;
}

/**
 * The processors, memory and disk of a container.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
 */
export interface ContainerResources {
  /**
   * Processors, such as `250m` or `1.5`.
   *
   * @default - 100m reserved, at most 500m
   */
  readonly cpu?: ResourceRange;
  /**
   * Memory, such as `256Mi`; in-memory volumes count.
   *
   * @default - 256Mi reserved and at most 256Mi, so that a node never runs out of what it promised
   */
  readonly memory?: ResourceRange;
  /**
   * Disk of the node: logs and writable paths.
   *
   * @default - 256Mi reserved and at most 256Mi, so that no pod is evicted for the disk of others
   */
  readonly ephemeralStorage?: ResourceRange;
}
