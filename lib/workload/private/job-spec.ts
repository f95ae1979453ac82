import { type JobOptions, JobRestartPolicy } from "../job-options";
import { type HardenedPod, podTemplate } from "../pods/private/hardened-pod";
import { completePod, POD, type PodPlace } from "../pods/private/read-pod";
import {
  choice,
  type PropsSchema,
  type Resolved,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { type Problems } from "../../core/validation-error";

/** How the options of jobs are read. */
export const JOB = {
  ...POD,
  restartPolicy: withDefault(
    choice(JobRestartPolicy, "JobRestartPolicy.NEVER or ON_FAILURE"),
    JobRestartPolicy.NEVER,
  ),
  backoffLimit: withDefault(wholeNumber({ least: 0 }), 3),
  activeDeadline: withDefault(wholeDuration("seconds", { least: 1 }), 3600),
  completions: withDefault(wholeNumber({ least: 1 }), 1),
  parallelism: withDefault(wholeNumber({ least: 1 }), 1),
} satisfies PropsSchema<JobOptions>;

type JobParts = Resolved<typeof JOB>;

/** The validated options of a job. */
export interface ReadJob extends Omit<JobParts, keyof typeof POD> {
  readonly pod: HardenedPod;
}

/** Checks the options of a job together, and completes its pods. */
export function completeJob(
  problems: Problems,
  place: PodPlace,
  parts: Partial<JobParts>,
): Pick<ReadJob, "pod"> {
  const { completions = Infinity, parallelism = 1 } = parts;
  if (parallelism > completions) {
    problems.add(
      "COUNT_INVALID",
      `parallelism is ${parallelism}, and completions is ${completions}`,
      `Give a parallelism from 1 to ${completions}, or raise completions`,
    );
  }
  return { pod: completePod(problems, place, parts) };
}

/**
 * The spec of a Job.
 *
 * @param adapt changes the template of its pods, which is rendered late
 */
export function jobSpec(job: ReadJob, adapt?: (template: object) => object): object {
  const { pod, restartPolicy, backoffLimit, activeDeadline, completions, parallelism } = job;
  return {
    completions,
    parallelism,
    backoffLimit,
    activeDeadlineSeconds: activeDeadline,
    // Draining a node is no failure of the program. Kubernetes allows this policy only with the restart
    // policy Never.
    ...(restartPolicy === JobRestartPolicy.NEVER
      ? {
          podFailurePolicy: {
            rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
          },
        }
      : {}),
    template: podTemplate(pod, { restartPolicy, isSpread: parallelism > 1 }, adapt),
  };
}
