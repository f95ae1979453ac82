import { type JobOptions, JobRestartPolicy } from "../job-options";
import { type HardenedPod, podTemplate } from "../pods/private/hardened-pod";
import { POD_SHAPES } from "../pods/private/read-container";
import { type PodPlace, readPod } from "../pods/private/read-pod";
import { type Problems } from "../../core/validation-error";
import { choice } from "../../core/value-readers";
import { wholeSecondsOf } from "../../core/whole-duration";
import { readCount } from "./read-count";

/** The expected shapes of the props of jobs. */
export const JOB_SHAPES = {
  ...POD_SHAPES,
  restartPolicy: choice(JobRestartPolicy, "JobRestartPolicy.NEVER or ON_FAILURE"),
};

/** The validated options of a job. */
export interface ReadJob {
  readonly pod: HardenedPod;
  readonly restartPolicy: JobRestartPolicy;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  readonly completions: number;
  readonly parallelism: number;
}

/** Reads the options of a job, and adds their problems. */
export function readJob(problems: Problems, place: PodPlace, props: JobOptions): ReadJob {
  const { restartPolicy = JobRestartPolicy.NEVER } = props;
  const completions = readCount(problems, "completions", props.completions ?? 1, { least: 1 });
  return {
    pod: readPod(problems, place, props, programOf(props)),
    restartPolicy,
    backoffLimit: readCount(problems, "backoffLimit", props.backoffLimit ?? 3, { least: 0 }),
    activeDeadlineSeconds: wholeSecondsOf(problems, "activeDeadline", props.activeDeadline, 3600, {
      least: 1,
    }),
    completions,
    parallelism: readCount(problems, "parallelism", props.parallelism ?? 1, {
      least: 1,
      most: completions >= 1 ? completions : undefined,
    }),
  };
}

/** The container of a job's program, without ports and probes. */
function programOf(props: JobOptions): JobOptions {
  const none = {
    port: undefined,
    ports: undefined,
    readiness: undefined,
    liveness: undefined,
    startup: undefined,
  };
  return { ...props, ...none };
}

/**
 * The spec of a Job.
 *
 * @param adapt changes the template of its pods, which is rendered late
 */
export function jobSpec(job: ReadJob, adapt?: (template: object) => object): object {
  const { pod, restartPolicy, backoffLimit, activeDeadlineSeconds, completions, parallelism } = job;
  return {
    completions,
    parallelism,
    backoffLimit,
    activeDeadlineSeconds,
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
