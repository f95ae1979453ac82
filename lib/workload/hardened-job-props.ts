import { type HardenedPodProps } from "./pods/hardened-pod-props";
import { type HardenedPod, lateTemplate, podTemplate } from "./pods/private/hardened-pod";
import { type Problems } from "../core/validation-error";

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

const LARGEST = 2 ** 31 - 1;

/** Adds a problem where a number was given that is none, or outside of its range. */
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

/** Adds a problem for each number of a job that can't be. */
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
    // A node that is drained says nothing about the program. Kubernetes has it for pods alone that start once.
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
