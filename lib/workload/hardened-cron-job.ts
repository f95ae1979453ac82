import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { ConcurrencyPolicy, type HardenedCronJobProps } from "./hardened-cron-job-props";
import { type HardenedPod } from "./hardened-pod";
import { HardenedWorkload } from "./hardened-workload";
import { jobSpec } from "./job-spec";
import { readCronJob } from "./read-job";
import { addAccountAndFiles, addNetworkPolicy } from "./workload-objects";
import { checked } from "../core/checked";

/**
 * A CronJob that meets the restricted Pod Security Standard, each of whose runs has a deadline and waits for the last one.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
@checked
export class HardenedCronJob extends HardenedWorkload {
  /**
   * @param id the name of the CronJob too: up to 52 lower-case letters, digits and dashes
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
