import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { type HardenedJobProps } from "./hardened-job-props";
import { HardenedWorkload } from "./hardened-workload";
import { jobSpec } from "./job-spec";
import { readJob } from "./read-job";
import { addAccountAndFiles, addNetworkPolicy } from "./workload-objects";
import { checked } from "../core/checked";

/**
 * A Job that meets the restricted Pod Security Standard, has a deadline and is deleted some time after its end.
 *
 * Kubernetes changes no pods of a Job that was applied: for another image or other arguments, give another id.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
@checked
export class HardenedJob extends HardenedWorkload {
  /**
   * @param id the name of the Job too: up to 63 lower-case letters, digits and dashes
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
