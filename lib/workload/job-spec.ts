import { JobRestartPolicy, type JobOptions } from "./hardened-job-props";
import { podTemplate, type HardenedPod } from "./hardened-pod";
import { type Problems } from "../core/validation-error";

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

/** The spec of a Job. */
export function jobSpec(pod: HardenedPod, labels: { [key: string]: string }, props: JobOptions): object {
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
    template: podTemplate(pod, labels, props.annotations, {
      restartPolicy,
      isSpread: parallelism > 1,
    }),
  };
}
