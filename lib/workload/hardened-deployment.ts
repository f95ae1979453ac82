import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { addAutoscaler } from "./autoscale";
import { type HardenedDeploymentProps } from "./hardened-deployment-props";
import { podTemplate, type HardenedPod } from "./hardened-pod";
import { ListeningWorkload } from "./listening-workload";
import { readDeployment } from "./read-deployment";
import { addAccountAndFiles, addDisruptionBudget, addNetworkPolicy } from "./workload-objects";
import { checked } from "../core/checked";

/**
 * A Deployment that meets the restricted Pod Security Standard, with all that belongs to it.
 *
 * Its pods run without root, capabilities, a writable root filesystem or an unasked token, spread over nodes and
 * domains. A ServiceAccount, a PodDisruptionBudget and a NetworkPolicy that denies all but DNS come with it. All are
 * named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export class HardenedDeployment extends ListeningWorkload {
  /**
   * @param id the name of the Deployment too: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, REPLICAS_INVALID, USER_INVALID, COUNT_INVALID,
   * QUANTITY_INVALID, RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE,
   * LABEL_INVALID, EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedDeploymentProps) {
    const pod = readDeployment(scope, id, props);
    super(scope, id, props);
    addAccountAndFiles(this, pod);
    this.node.defaultChild = this.addDeployment(pod, props);
    addAutoscaler(this, "Deployment", props.autoscale);
    addDisruptionBudget(this);
    addNetworkPolicy(this, pod);
  }

  private addDeployment(pod: HardenedPod, props: HardenedDeploymentProps): ApiObject {
    const { labels, name, selectorLabels } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels, ...annotations },
      spec: {
        // With an autoscaler none: each apply would undo what it did.
        ...(props.autoscale ? {} : { replicas: props.replicas ?? 2 }),
        selector: { matchLabels: selectorLabels },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: podTemplate(pod, labels, props.annotations),
      },
    });
  }
}
