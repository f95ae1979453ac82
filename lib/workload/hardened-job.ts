import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { HardenedWorkload } from "./hardened-workload";
import { type HardenedPodProps } from "./pods/pod-props";
import { type HardenedPod, podTemplate } from "./pods/private/hardened-pod";
import { completePod, POD, type PodPlace } from "./pods/private/read-pod";
import { addAccountAndFiles, addNetworkPolicy, addRunner } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import {
  choice,
  type PropsSchema,
  readProps,
  type Resolved,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";

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

/** Props for HardenedJob. */
export interface HardenedJobProps extends JobOptions {
  /**
   * The time after its end until the job, its pods and their logs are deleted, in whole seconds.
   *
   * A job that is applied again after that runs again.
   *
   * @default Duration.days(1)
   */
  readonly ttlAfterFinished?: Duration;
}

/**
 * A Job that meets the restricted Pod Security Standard, has a deadline and is deleted some time after it
 * ends.
 *
 * The pod template of a Job is immutable in Kubernetes: to change the image or the arguments, use another id.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
@checked
export class HardenedJob extends HardenedWorkload {
  /** The time after which all pods are ended and the job fails. */
  public readonly activeDeadline: Duration;
  /** The time after its end until the job is deleted. */
  public readonly ttlAfterFinished: Duration;

  /** @param id also the name of the Job: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: HardenedJobProps) {
    const job = readHardenedJob(scope, id, props);
    super(scope, id, job.pod.labels);
    const { activeDeadline, pod, ttlAfterFinished } = job;
    this.activeDeadline = Duration.seconds(activeDeadline);
    this.ttlAfterFinished = Duration.seconds(ttlAfterFinished);
    addAccountAndFiles(this, pod);
    addRunner(this, "batch/v1", "Job", { ...jobSpec(job), ttlSecondsAfterFinished: ttlAfterFinished });
    addNetworkPolicy(this, pod);
  }
}

const HARDENED_JOB = {
  ...JOB,
  ttlAfterFinished: withDefault(wholeDuration("seconds", { least: 0 }), 86_400),
} satisfies PropsSchema<HardenedJobProps>;

interface ReadHardenedJob extends ReadJob {
  readonly ttlAfterFinished: number;
}

/** Reads the props; throws an error that lists every problem. */
function readHardenedJob(scope: Construct, id: string, props: HardenedJobProps): ReadHardenedJob {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, HARDENED_JOB);
  const job = completeJob(problems, { scope, id, kind: "Job" }, read);
  return problems.resolved<ReadHardenedJob>({ ...read, ...job });
}
