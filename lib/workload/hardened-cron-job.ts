import { ApiObject } from "cdk8s";
import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import {
  checkCount,
  checkJob,
  type HardenedJobProps,
  type JobOptions,
  JobRestartPolicy,
  jobSpec,
} from "./hardened-job-props";
import { HardenedWorkload } from "./hardened-workload";
import { checkSchedule, checkTimeZone } from "./pods/private/cron-schedule";
import { type HardenedPod } from "./pods/private/hardened-pod";
import { type AnyContainer, POD_SHAPES } from "./pods/private/read-container";
import { readPod } from "./pods/private/read-pod";
import { addAccountAndFiles, addNetworkPolicy } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";
import { choice, shaped } from "../core/value-readers";

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
   * The number of seconds by which a run may start late before it is skipped, at least 10: the controller
   * checks every 10 seconds.
   *
   * @default 300
   */
  readonly startingDeadlineSeconds?: number;
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

const JOB_SHAPES = {
  ...POD_SHAPES,
  restartPolicy: choice(JobRestartPolicy, "JobRestartPolicy.NEVER or ON_FAILURE"),
};
const CRON_JOB_SHAPES = {
  ...JOB_SHAPES,
  concurrencyPolicy: choice(ConcurrencyPolicy, "ConcurrencyPolicy.FORBID, REPLACE or ALLOW"),
};
// The controller appends eleven characters for the time of each run.
const MAX_CRON_JOB_LENGTH = 52;
const MIN_STARTING_DEADLINE = 10;

/** The container of a job's program, without ports and probes. */
function program(props: JobOptions): AnyContainer {
  return {
    ...props,
    port: undefined,
    ports: undefined,
    readiness: undefined,
    liveness: undefined,
    startup: undefined,
  };
}

/** Validates the props; throws an error that lists every problem. */
function readJob(scope: Construct, id: string, given: HardenedJobProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, JOB_SHAPES) as HardenedJobProps;
  const pod = readPod(problems, { scope, id, kind: "Job" }, props, program(props));
  checkJob(problems, props);
  checkCount(problems, "ttlSecondsAfterFinished", props.ttlSecondsAfterFinished, 0);
  problems.throwIfAny();
  return pod;
}

/** Validates the props; throws an error that lists every problem. */
export function readCronJob(scope: Construct, id: string, given: HardenedCronJobProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, CRON_JOB_SHAPES) as HardenedCronJobProps;
  const place = { scope, id, kind: "CronJob", longestName: MAX_CRON_JOB_LENGTH };
  const pod = readPod(problems, place, props, program(props));
  checkJob(problems, props);
  if (checkGiven(problems, { schedule: props.schedule })) checkSchedule(problems, props.schedule);
  if (props.timeZone !== undefined) checkTimeZone(problems, props.timeZone);
  const { startingDeadlineSeconds } = props;
  checkCount(problems, "startingDeadlineSeconds", startingDeadlineSeconds, MIN_STARTING_DEADLINE);
  checkCount(problems, "successfulJobsHistoryLimit", props.successfulJobsHistoryLimit, 0);
  checkCount(problems, "failedJobsHistoryLimit", props.failedJobsHistoryLimit, 0);
  if (props.suspend !== undefined && typeof props.suspend !== "boolean") {
    problems.add("VALUE_INVALID", `suspend is ${shown(props.suspend)}`, "Write true or false");
  }
  problems.throwIfAny();
  return pod;
}

/**
 * A CronJob that meets the restricted Pod Security Standard. Each run has a deadline and waits for the
 * previous run to end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
@checked
export class HardenedCronJob extends HardenedWorkload {
  /**
   * @param id also the name of the CronJob: up to 52 lower-case letters, digits and dashes
   * @throws SCHEDULE_INVALID, NAME_INVALID, NAME_DUPLICATE, COUNT_INVALID, USER_INVALID, QUANTITY_INVALID, RESOURCES_INVALID,
   * PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE, LABEL_INVALID, EGRESS_INVALID, CIDR_TOO_WIDE,
   * ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedCronJobProps) {
    const pod = readCronJob(scope, id, props);
    super(scope, id, props.labels);
    addAccountAndFiles(this, pod);
    this.node.defaultChild = this.addCronJob(pod, props);
    addNetworkPolicy(this, pod);
  }

  private addCronJob(pod: HardenedPod, props: HardenedCronJobProps): ApiObject {
    const { labels, name } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name, labels, ...annotations },
      spec: {
        schedule: props.schedule,
        timeZone: props.timeZone ?? "Etc/UTC",
        concurrencyPolicy: props.concurrencyPolicy ?? ConcurrencyPolicy.FORBID,
        startingDeadlineSeconds: props.startingDeadlineSeconds ?? 300,
        successfulJobsHistoryLimit: props.successfulJobsHistoryLimit ?? 3,
        failedJobsHistoryLimit: props.failedJobsHistoryLimit ?? 3,
        suspend: props.suspend ?? false,
        jobTemplate: { metadata: { labels, ...annotations }, spec: jobSpec(pod, labels, props) },
      },
    });
  }
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
  /**
   * @param id also the name of the Job: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, COUNT_INVALID, USER_INVALID, QUANTITY_INVALID, RESOURCES_INVALID, PATH_INVALID,
   * PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE, LABEL_INVALID, EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedJobProps) {
    const pod = readJob(scope, id, props);
    super(scope, id, props.labels);
    addAccountAndFiles(this, pod);
    const { labels } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: id, labels, ...annotations },
      spec: {
        ...jobSpec(pod, labels, props),
        ttlSecondsAfterFinished: props.ttlSecondsAfterFinished ?? 86_400,
      },
    });
    addNetworkPolicy(this, pod);
  }
}
