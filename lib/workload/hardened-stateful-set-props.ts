import { type AutoscaleOptions } from "./autoscale";
import { type ListeningPodProps } from "./listening-pod-props";
import { type VolumeClaim } from "./volume-claim";

/** In which order pods of a StatefulSet are started and ended. */
export enum PodManagementPolicy {
  /** One after the other: the first is ready before the second starts. */
  ORDERED_READY = "OrderedReady",
  /** All at once; updates go on one after the other. */
  PARALLEL = "Parallel",
}

/** What a hardened stateful set runs, and what it keeps. */
export interface HardenedStatefulSetProps extends ListeningPodProps {
  /**
   * How many pods run, 1 or more.
   *
   * More than one are of use where the program itself knows how to share or copy its data.
   *
   * @default - 1; with `autoscale` as many as it says
   */
  readonly replicas?: number;
  /**
   * Lets a HorizontalPodAutoscaler say how many pods run, 1 or more.
   *
   * @default - as many as `replicas`, always
   */
  readonly autoscale?: AutoscaleOptions;
  /**
   * Volumes of which each pod has its own; the program alone sees them.
   *
   * They stay when pods, or the StatefulSet, are deleted.
   *
   * @default - none
   */
  readonly volumeClaims?: VolumeClaim[];
  /**
   * In which order pods are started and ended.
   *
   * @default PodManagementPolicy.ORDERED_READY
   */
  readonly podManagementPolicy?: PodManagementPolicy;
}
