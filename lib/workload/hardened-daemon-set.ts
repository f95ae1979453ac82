import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { LISTENING_SHAPES } from "./container-shapes";
import { type HardenedDaemonSetProps } from "./hardened-daemon-set-props";
import { podTemplate, type HardenedPod } from "./hardened-pod";
import { checkCount } from "./job-spec";
import { ListeningWorkload } from "./listening-workload";
import { readListeningPod } from "./read-listening-pod";
import { shaped } from "./shapes";
import { addAccountAndFiles, addNetworkPolicy } from "./workload-objects";
import { pathOf } from "../core/construct-path";
import { Problems } from "../core/validation-error";

/**
 * A DaemonSet that meets the restricted Pod Security Standard: one pod on each node that takes it.
 *
 * It reaches nothing of its node, neither files nor network: a SecureNamespace would refuse its pods. There is no
 * PodDisruptionBudget, as a node that is drained keeps such pods to the end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
export class HardenedDaemonSet extends ListeningWorkload {
  /**
   * @param id the name of the DaemonSet too: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, USER_INVALID, COUNT_INVALID, QUANTITY_INVALID,
   * RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE, LABEL_INVALID,
   * ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedDaemonSetProps) {
    const pod = read(scope, id, props);
    super(scope, id, props);
    addAccountAndFiles(this, pod);
    this.node.defaultChild = this.addDaemonSet(pod, props);
    addNetworkPolicy(this, pod);
  }

  private addDaemonSet(pod: HardenedPod, props: HardenedDaemonSetProps): ApiObject {
    const { labels, name, selectorLabels } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name, labels, ...annotations },
      spec: {
        selector: { matchLabels: selectorLabels },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        // None beyond those of the nodes: two pods of one node would be in each other's way.
        updateStrategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: props.maxUnavailable ?? 1, maxSurge: 0 },
        },
        template: podTemplate(pod, labels, props.annotations, { isSpread: false }),
      },
    });
  }
}

/** Validates the props; throws with all that is wrong. */
function read(scope: Construct, id: string, given: HardenedDaemonSetProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, LISTENING_SHAPES) as HardenedDaemonSetProps;
  const pod = readListeningPod(problems, { scope, id, kind: "DaemonSet" }, props);
  checkCount(problems, "maxUnavailable", props.maxUnavailable, 1);
  problems.throwIfAny();
  return pod;
}
