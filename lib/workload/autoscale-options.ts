/**
 * Options of the HorizontalPodAutoscaler of a workload.
 *
 * The cluster needs the Metrics Server, which OKE offers as a cluster add-on; without it, the replica count
 * stays as it is.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 */
export interface AutoscaleOptions {
  /** The minimum replica count: at least 2 for a Deployment, at least 1 for a StatefulSet. */
  readonly min: number;
  /** The maximum replica count, more than `min`. It counts towards the quota of the namespace. */
  readonly max: number;
  /**
   * The target for the average CPU utilization, in percent of the CPU request; at least 1 and less than the
   * CPU limit.
   *
   * @default - 70 unless `memoryPercent` is given, otherwise none
   */
  readonly cpuPercent?: number;
  /**
   * The target for the average memory utilization, in percent of the memory request; at least 1 and less than
   * the memory limit.
   *
   * @default - none: many programs never release memory, so the autoscaler would only ever add pods
   */
  readonly memoryPercent?: number;
}
