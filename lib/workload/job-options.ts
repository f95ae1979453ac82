import { type Duration } from "cdk8s";
import { type HardenedPodProps } from "./pods/hardened-pod-props";

/** What Kubernetes does after a program fails. */
export enum JobRestartPolicy {
  /**
   * Starts another pod, so that the failed pod and its log stay available; evictions do not count as
   * failures.
   */
  NEVER = "Never",
  /** Restarts the program in the same pod, which keeps its writable paths; evictions count as failures. */
  ON_FAILURE = "OnFailure",
}

/** Options of a job: its pods, its deadline and its retries. */
export interface JobOptions extends HardenedPodProps {
  /**
   * What Kubernetes does after the program fails.
   *
   * @default JobRestartPolicy.NEVER
   */
  readonly restartPolicy?: JobRestartPolicy;
  /**
   * The number of retries after failures, at least 0.
   *
   * @default 3
   */
  readonly backoffLimit?: number;
  /**
   * The time after which all pods are ended and the job fails: whole seconds, at least 1. Retries and time
   * spent pending count.
   *
   * @default Duration.hours(1)
   */
  readonly activeDeadline?: Duration;
  /**
   * The number of pods that must succeed, at least 1.
   *
   * @default 1
   */
  readonly completions?: number;
  /**
   * The number of pods that run at the same time, at least 1 and at most `completions`.
   *
   * @default 1
   */
  readonly parallelism?: number;
}
