import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { HardenedWorkload } from "./hardened-workload";
import { type JobOptions } from "./job-options";
import { completeJob, JOB, jobSpec, type ReadJob } from "./private/job-spec";
import { addAccountAndFiles, addNetworkPolicy, addRunner } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { type PropsSchema, readProps, wholeDuration, withDefault } from "../core/readers";
import { Problems } from "../core/validation-error";

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
