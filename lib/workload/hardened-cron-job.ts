import { Duration } from "cdk8s";
import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import { completeJob, JOB, type JobOptions, jobSpec, type ReadJob } from "./hardened-job";
import { HardenedWorkload } from "./hardened-workload";
import { timeZone } from "./pods/environment-value";
import { addAccountAndFiles, addNetworkPolicy, addRunner } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import {
  boolean,
  choice,
  type PropsSchema,
  type Reader,
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

const MACROS = ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const PART = /^(?:(\*|\?)|([0-9]+|[A-Za-z]{3})(?:-([0-9]+|[A-Za-z]{3}))?)(?:\/([0-9]+))?$/;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MINUTE: Field = { name: "minute", min: 0, max: 59 };
const HOUR: Field = { name: "hour", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day of the month", min: 1, max: 31 };
const MONTH: Field = { name: "month", min: 1, max: 12, names: MONTHS };
// Sunday is 0 only: the controller rejects 7.
const DAY_OF_WEEK: Field = { name: "day of the week", min: 0, max: 6, names: DAYS };
const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];

function numberOf(text: string, { min, names = [] }: Field): number {
  const index = names.indexOf(text.toUpperCase());
  return index < 0 ? Number(text) : index + min;
}

/** The values of one part of a field; undefined if it is invalid. */
function valuesOfPart(text: string, field: Field): number[] | undefined {
  const match = PART.exec(text);
  if (!match) return undefined;
  const [, every, from = "", to, stepText] = match;
  const step = Number(stepText ?? "1");
  const first = every ? field.min : numberOf(from, field);
  // A step without an end continues to the last value.
  const single = stepText === undefined ? first : field.max;
  const last = every ? field.max : to === undefined ? single : numberOf(to, field);
  if (!(first >= field.min && last <= field.max && first <= last && step >= 1)) return undefined;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

function valuesOf(text: string, field: Field): number[] | undefined {
  const parts = text.split(",").map((part) => valuesOfPart(part, field));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

const EXAMPLE = 'schedule: "30 2 * * MON-FRI"';

/** Reads a CronJob schedule whose day occurs. */
export function schedule(): Reader<string> {
  return (problems, name, value) => {
    if (value === undefined || value === null) {
      const fix = `Write ${EXAMPLE}, which runs on workdays at 2:30`;
      problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
      return undefined;
    }
    const defect = typeof value === "string" ? defectOf(value) : "";
    if (defect === undefined) return value as string;
    problems.add(
      "SCHEDULE_INVALID",
      `${name} is ${shown(value)}${defect}`,
      `Write five fields, for example ${EXAMPLE}, or one of @hourly, @daily, @weekly, @monthly`,
    );
    return undefined;
  };
}

/** The reason why a text is not a schedule, to be appended to a message; undefined for a valid schedule. */
function defectOf(schedule: string): string | undefined {
  if (MACROS.includes(schedule)) return undefined;
  if (/^(?:CRON_)?TZ=/.test(schedule)) return ", but the time zone belongs in timeZone";
  if (schedule.startsWith("@")) return `, which is not one of ${MACROS.join(", ")}`;
  const texts = schedule.split(" ").filter((text) => text !== "");
  if (texts.length !== FIELDS.length) return `, which has ${texts.length} fields`;
  const values = FIELDS.map((field, index) => valuesOf(texts[index] ?? "", field));
  const invalid = values.findIndex((value) => value === undefined);
  if (invalid >= 0) return `, in which ${texts[invalid]} is not a ${FIELDS[invalid]?.name}`;
  const [, , days = [], months = []] = values;
  // If the day of the week is restricted too, a day needs to match only one of both fields.
  const anyWeekday = (texts[4] ?? "").split(",").some((part) => part === "*" || part === "?");
  const occurs = months.some((month) => days.some((day) => day <= (DAYS_OF_MONTHS[month - 1] ?? 0)));
  return anyWeekday && !occurs ? ", a date that never occurs" : undefined;
}
