import { Duration } from "cdk8s";
import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import { HardenedWorkload } from "./hardened-workload";
import { type JobOptions } from "./job-options";
import { schedule, timeZone } from "./pods/private/cron-schedule";
import { completeJob, JOB, jobSpec, type ReadJob } from "./private/job-spec";
import { addAccountAndFiles, addNetworkPolicy, addRunner } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import {
  boolean,
  choice,
  type PropsSchema,
  readProps,
  type Resolved,
  wholeDuration,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";

/** Props for HardenedCronJob. */
export interface HardenedCronJobProps extends JobOptions {
  /**
   * The schedule: minute, hour, day of the month, month and day of the week, such as `30 2 * * MON-FRI`.
   *
   * Or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly schedule: string;
  /**
   * The IANA time zone of the schedule, such as `Europe/Berlin`.
   *
   * @default "Etc/UTC"
   */
  readonly timeZone?: string;
  /**
   * What happens when a run is due while the previous run is still active.
   *
   * @default ConcurrencyPolicy.FORBID
   */
  readonly concurrencyPolicy?: ConcurrencyPolicy;
  /**
   * The time by which a run may start late before it is skipped: whole seconds, at least 10, as the controller
   * checks every 10 seconds.
   *
   * @default Duration.minutes(5)
   */
  readonly startingDeadline?: Duration;
  /**
   * The number of successful runs that are kept, with their pods and logs, at least 0.
   *
   * @default 3
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * The number of failed runs that are kept, with their pods and logs, at least 0.
   *
   * @default 3
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * Whether to suspend the schedule: no further run starts until this is false again.
   *
   * @default false
   */
  readonly suspend?: boolean;
}

/**
 * A CronJob that meets the restricted Pod Security Standard. Each run has a deadline and waits for the
 * previous run to end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
@checked
export class HardenedCronJob extends HardenedWorkload {
  /** The schedule. */
  public readonly schedule: string;
  /** The IANA time zone of the schedule. */
  public readonly timeZone: string;
  /** The time after which all pods of a run are ended and the run fails. */
  public readonly activeDeadline: Duration;
  /** The time by which a run may start late before it is skipped. */
  public readonly startingDeadline: Duration;

  /** @param id also the name of the CronJob: up to 52 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: HardenedCronJobProps) {
    const job = readCronJob(scope, id, props);
    super(scope, id, job.pod.labels);
    this.schedule = job.schedule;
    this.timeZone = job.timeZone;
    this.activeDeadline = Duration.seconds(job.activeDeadline);
    this.startingDeadline = Duration.seconds(job.startingDeadline);
    addAccountAndFiles(this, job.pod);
    addRunner(this, "batch/v1", "CronJob", cronJobSpec(job));
    addNetworkPolicy(this, job.pod);
  }
}

// The controller appends eleven characters for the time of each run.
const MAX_NAME_LENGTH = 52;

const CRON_JOB = {
  ...JOB,
  schedule: schedule(),
  timeZone: withDefault(timeZone(), "Etc/UTC"),
  concurrencyPolicy: withDefault(
    choice(ConcurrencyPolicy, "ConcurrencyPolicy.FORBID, REPLACE or ALLOW"),
    ConcurrencyPolicy.FORBID,
  ),
  startingDeadline: withDefault(wholeDuration("seconds", { least: 10 }), 300),
  successfulJobsHistoryLimit: withDefault(wholeNumber({ least: 0 }), 3),
  failedJobsHistoryLimit: withDefault(wholeNumber({ least: 0 }), 3),
  suspend: withDefault(boolean(), false),
} satisfies PropsSchema<HardenedCronJobProps>;

/** The validated props of a CronJob. */
export interface ReadCronJob extends ReadJob, Omit<Resolved<typeof CRON_JOB>, keyof typeof JOB> {}

/** Reads the props; throws an error that lists every problem. */
export function readCronJob(scope: Construct, id: string, props: HardenedCronJobProps): ReadCronJob {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, CRON_JOB);
  const place = { scope, id, kind: "CronJob", maxNameLength: MAX_NAME_LENGTH };
  return problems.resolved<ReadCronJob>({ ...read, ...completeJob(problems, place, read) });
}

function cronJobSpec(job: ReadCronJob): object {
  const { schedule, timeZone, concurrencyPolicy, startingDeadline, suspend, pod } = job;
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = job;
  const { annotations, labels } = pod;
  return {
    schedule,
    timeZone,
    concurrencyPolicy,
    startingDeadlineSeconds: startingDeadline,
    successfulJobsHistoryLimit,
    failedJobsHistoryLimit,
    suspend,
    jobTemplate: { metadata: { labels, ...(annotations ? { annotations } : {}) }, spec: jobSpec(job) },
  };
}
