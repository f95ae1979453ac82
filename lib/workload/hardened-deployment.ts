import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { addAutoscaler, type AutoscaleOptions, checkAutoscale, checkTargets } from "./autoscale";
import { ListeningWorkload } from "./listening-workload";
import { type ListeningPodProps, readListeningPod } from "./pods/listening-pod-props";
import { type HardenedPod, lateTemplate, podTemplate } from "./pods/private/hardened-pod";
import { LISTENING_SHAPES } from "./pods/private/read-container";
import { addAccountAndFiles, addDisruptionBudget, addNetworkPolicy } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";
import { shaped } from "../core/value-readers";

/** Props for HardenedDeployment. */
export interface HardenedDeploymentProps extends ListeningPodProps {
  /**
   * The replica count, at least 2.
   *
   * @default - 2; with `autoscale`, set by the autoscaler
   */
  readonly replicas?: number;
  /**
   * Scales the replica count with a HorizontalPodAutoscaler, at least 2.
   *
   * @default - the fixed replica count of `replicas`
   */
  readonly autoscale?: AutoscaleOptions;
}

const LEAST = 2;

/** Validates the props; throws an error that lists every problem. */
function readDeployment(scope: Construct, id: string, given: HardenedDeploymentProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, LISTENING_SHAPES) as HardenedDeploymentProps;
  const pod = readListeningPod(problems, { scope, id, kind: "Deployment" }, props);
  checkReplicas(problems, props.replicas, LEAST);
  checkAutoscale(problems, props.autoscale, LEAST, props.replicas);
  checkTargets(problems, props.autoscale, pod.program.resources.texts);
  problems.throwIfAny();
  return pod;
}

/** Adds a problem for a replica count that is invalid or too low. */
export function checkReplicas(problems: Problems, replicas: number | undefined, least: number): void {
  if (replicas === undefined || (Number.isInteger(replicas) && replicas >= least)) return;
  problems.add("REPLICAS_INVALID", `replicas is ${shown(replicas)}`, `Give a whole number from ${least} on`);
}

/**
 * A Deployment that meets the restricted Pod Security Standard, with its supporting objects.
 *
 * Its pods run without root, capabilities, a writable root filesystem or an unrequested token, spread over
 * nodes and availability domains. It creates a ServiceAccount, a PodDisruptionBudget and a NetworkPolicy that
 * denies everything except DNS. All objects are named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
@checked
export class HardenedDeployment extends ListeningWorkload {
  /**
   * @param id also the name of the Deployment: up to 63 lower-case letters, digits and dashes
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
        // Left out with an autoscaler: each apply would reset its replica count.
        ...(props.autoscale ? {} : { replicas: props.replicas ?? 2 }),
        selector: { matchLabels: selectorLabels },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: lateTemplate(() => podTemplate(pod, labels, props.annotations)),
      },
    });
  }
}
