import { type HardenedPodProps } from "./pods/hardened-pod-props";
import { type HardenedPod, lateTemplate, podTemplate } from "./pods/private/hardened-pod";
import { type Problems } from "../core/validation-error";

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
   * The deadline in seconds, at least 1: all pods are ended and the job fails. Retries and time spent pending
   * count.
   *
   * @default 3600
   */
  readonly activeDeadlineSeconds?: number;
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

/** Props for HardenedJob. */
export interface HardenedJobProps extends JobOptions {
  /**
   * The number of seconds after its end until the job, its pods and their logs are deleted, at least 0.
   *
   * A job that is applied again after that runs again.
   *
   * @default 86400
   */
  readonly ttlSecondsAfterFinished?: number;
}

const LARGEST = 2 ** 31 - 1;

/** Adds a problem for a value that is not a number or is out of range. */
export function checkCount(
  problems: Problems,
  name: string,
  value: number | undefined,
  least: number,
  most = LARGEST,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  problems.add(
    "COUNT_INVALID",
    `${name} is ${JSON.stringify(value)}`,
    most === LARGEST
      ? `Give a whole number from ${least} on`
      : `Give a whole number from ${least} to ${most}`,
  );
}

/** Adds a problem for each invalid number of a job. */
export function checkJob(problems: Problems, props: JobOptions): void {
  const { completions = 1 } = props;
  checkCount(problems, "backoffLimit", props.backoffLimit, 0);
  checkCount(problems, "activeDeadlineSeconds", props.activeDeadlineSeconds, 1);
  checkCount(problems, "completions", props.completions, 1);
  const most = Number.isInteger(completions) && completions >= 1 ? completions : LARGEST;
  checkCount(problems, "parallelism", props.parallelism, 1, most);
}

/** The spec of a Job. `adapt` changes the template of its pods, which is rendered late. */
export function jobSpec(
  pod: HardenedPod,
  labels: { [key: string]: string },
  props: JobOptions,
  adapt: (template: object) => object = (template) => template,
): object {
  const { restartPolicy = JobRestartPolicy.NEVER, parallelism = 1 } = props;
  return {
    completions: props.completions ?? 1,
    parallelism,
    backoffLimit: props.backoffLimit ?? 3,
    activeDeadlineSeconds: props.activeDeadlineSeconds ?? 3600,
    // Draining a node is no failure of the program. Kubernetes allows this policy only with the restart
    // policy Never.
    ...(restartPolicy === JobRestartPolicy.NEVER
      ? {
          podFailurePolicy: {
            rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
          },
        }
      : {}),
    template: lateTemplate(() =>
      adapt(podTemplate(pod, labels, props.annotations, { restartPolicy, isSpread: parallelism > 1 })),
    ),
  };
}
