import { type AutoscaleOptions } from "./autoscale";
import { type ListeningPodProps } from "./listening-pod-props";

/** What a hardened deployment runs. */
export interface HardenedDeploymentProps extends ListeningPodProps {
  /**
   * How many pods run, 2 or more.
   *
   * @default - 2; with `autoscale` as many as it says
   */
  readonly replicas?: number;
  /**
   * Lets a HorizontalPodAutoscaler say how many pods run, 2 or more.
   *
   * @default - as many as `replicas`, always
   */
  readonly autoscale?: AutoscaleOptions;
}
