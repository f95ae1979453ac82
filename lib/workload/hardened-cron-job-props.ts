import { type JobOptions } from "./hardened-job-props";

/** What happens where the last run still goes on when the next one is due. */
export enum ConcurrencyPolicy {
  /** The next one is left out. */
  FORBID = "Forbid",
  /** The last one is ended. */
  REPLACE = "Replace",
  /** Both run. */
  ALLOW = "Allow",
}

/** What a hardened cron job runs, and when. */
export interface HardenedCronJobProps extends JobOptions {
  /**
   * When it runs: minute, hour, day of the month, month and day of the week, such as `30 2 * * MON-FRI`.
   *
   * Or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly schedule: string;
  /**
   * The time zone of the schedule, as the IANA names it, such as `Europe/Berlin`.
   *
   * @default "Etc/UTC"
   */
  readonly timeZone?: string;
  /**
   * What happens where the last run still goes on when the next one is due.
   *
   * @default ConcurrencyPolicy.FORBID
   */
  readonly concurrencyPolicy?: ConcurrencyPolicy;
  /**
   * Seconds by which a run may be late before it is left out, 10 or more: the controller looks every 10 seconds.
   *
   * @default 300
   */
  readonly startingDeadlineSeconds?: number;
  /**
   * How many runs that ended well are kept, with their pods and logs, 0 or more.
   *
   * @default 3
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * How many runs that failed are kept, with their pods and logs, 0 or more.
   *
   * @default 3
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * Whether no further run is started until this is taken back.
   *
   * @default false
   */
  readonly suspend?: boolean;
}
