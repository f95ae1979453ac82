import { type Construct } from "constructs";
import { POD_SHAPES } from "./container-shapes";
import { checkSchedule, checkTimeZone } from "./cron-schedule";
import { ConcurrencyPolicy, type HardenedCronJobProps } from "./hardened-cron-job-props";
import { JobRestartPolicy, type HardenedJobProps, type JobOptions } from "./hardened-job-props";
import { type HardenedPod } from "./hardened-pod";
import { checkCount, checkJob } from "./job-spec";
import { type AnyContainer } from "./read-container";
import { readPod } from "./read-pod";
import { choice, shaped } from "./shapes";
import { pathOf } from "../core/construct-path";
import { checkGiven } from "../core/required";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

const JOB_SHAPES = {
  ...POD_SHAPES,
  restartPolicy: choice(JobRestartPolicy, "JobRestartPolicy.NEVER or ON_FAILURE"),
};
const CRON_JOB_SHAPES = {
  ...JOB_SHAPES,
  concurrencyPolicy: choice(ConcurrencyPolicy, "ConcurrencyPolicy.FORBID, REPLACE or ALLOW"),
};
// The controller adds eleven characters for the time of each run.
const LONGEST_CRON_JOB = 52;
const LEAST_STARTING_DEADLINE = 10;

/** The program of a job: nobody connects to it, and nobody asks it how it is. */
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

/** Validates the props; throws with all that is wrong. */
export function readJob(scope: Construct, id: string, given: HardenedJobProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, JOB_SHAPES) as HardenedJobProps;
  const pod = readPod(problems, { scope, id, kind: "Job" }, props, program(props));
  checkJob(problems, props);
  checkCount(problems, "ttlSecondsAfterFinished", props.ttlSecondsAfterFinished, 0);
  problems.throwIfAny();
  return pod;
}

/** Validates the props; throws with all that is wrong. */
export function readCronJob(scope: Construct, id: string, given: HardenedCronJobProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, CRON_JOB_SHAPES) as HardenedCronJobProps;
  const place = { scope, id, kind: "CronJob", longestName: LONGEST_CRON_JOB };
  const pod = readPod(problems, place, props, program(props));
  checkJob(problems, props);
  if (checkGiven(problems, { schedule: props.schedule })) checkSchedule(problems, props.schedule);
  if (props.timeZone !== undefined) checkTimeZone(problems, props.timeZone);
  const { startingDeadlineSeconds } = props;
  checkCount(problems, "startingDeadlineSeconds", startingDeadlineSeconds, LEAST_STARTING_DEADLINE);
  checkCount(problems, "successfulJobsHistoryLimit", props.successfulJobsHistoryLimit, 0);
  checkCount(problems, "failedJobsHistoryLimit", props.failedJobsHistoryLimit, 0);
  if (props.suspend !== undefined && typeof props.suspend !== "boolean") {
    problems.add("VALUE_INVALID", `suspend is ${shown(props.suspend)}`, "Write true or false");
  }
  problems.throwIfAny();
  return pod;
}
