import { type HardenedPodProps } from "./hardened-pod-props";

/** What happens with a program that failed. */
export enum JobRestartPolicy {
  /** Another pod is started, so that the failed one and its log can be looked at; evictions are not counted. */
  NEVER = "Never",
  /** The program is started again in the same pod, which keeps its writable paths; evictions count as failures. */
  ON_FAILURE = "OnFailure",
}

/** What the pods of a job run, and how long and how often. */
export interface JobOptions extends HardenedPodProps {
  /**
   * What happens with a program that failed.
   *
   * @default JobRestartPolicy.NEVER
   */
  readonly restartPolicy?: JobRestartPolicy;
  /**
   * How many failures are made good by another try, 0 or more.
   *
   * @default 3
   */
  readonly backoffLimit?: number;
  /**
   * Seconds after which all pods of the job are ended and it has failed, 1 or more; tries and waiting for a node count.
   *
   * @default 3600
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * How many pods must end well, 1 or more.
   *
   * @default 1
   */
  readonly completions?: number;
  /**
   * How many pods run at the same time, 1 or more and no more than `completions`.
   *
   * @default 1
   */
  readonly parallelism?: number;
}

/** What a hardened job runs. */
export interface HardenedJobProps extends JobOptions {
  /**
   * Seconds after its end after which the job, its pods and their logs are deleted, 0 or more.
   *
   * A job that is applied again after that runs again.
   *
   * @default 86400
   */
  readonly ttlSecondsAfterFinished?: number;
}
