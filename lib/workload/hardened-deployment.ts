import { type Construct } from "constructs";
import {
  addAutoscaler,
  type AutoscaleOptions,
  completeReplicas,
  type ReadReplicas,
  replicaReaders,
  replicasField,
} from "./autoscaling";
import { ListeningWorkload } from "./hardened-workload";
import { type ListeningPodProps } from "./pods/pod-props";
import { type HardenedPod, podTemplate } from "./pods/private/hardened-pod";
import { completeListeningPod, LISTENING_POD } from "./pods/private/read-pod";
import {
  addAccountAndFiles,
  addDisruptionBudget,
  addNetworkPolicy,
  addRunner,
} from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { type PropsSchema, readProps } from "../core/readers";
import { Problems } from "../core/validation-error";

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
  /** The replica count; undefined if an autoscaler sets it. */
  public readonly replicas?: number;

  /** @param id also the name of the Deployment: up to 63 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: HardenedDeploymentProps) {
    const deployment = readDeployment(scope, id, props);
    const { pod } = deployment;
    super(scope, id, pod.labels);
    this.replicas = deployment.replicas;
    addAccountAndFiles(this, pod);
    addRunner(this, "apps/v1", "Deployment", {
      ...replicasField(deployment),
      selector: { matchLabels: pod.selectorLabels },
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate(pod),
    });
    addAutoscaler(this, "Deployment", deployment);
    addDisruptionBudget(this);
    addNetworkPolicy(this, pod);
  }
}

const MIN_REPLICAS = 2;

const DEPLOYMENT = {
  ...LISTENING_POD,
  ...replicaReaders(MIN_REPLICAS),
} satisfies PropsSchema<HardenedDeploymentProps>;

interface ReadDeployment extends ReadReplicas {
  readonly pod: HardenedPod;
}

/** Reads the props; throws an error that lists every problem. */
function readDeployment(scope: Construct, id: string, props: HardenedDeploymentProps): ReadDeployment {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, DEPLOYMENT);
  const pod = completeListeningPod(problems, { scope, id, kind: "Deployment" }, read);
  const replicas = completeReplicas(problems, read, MIN_REPLICAS, read.resources?.texts);
  return problems.resolved<ReadDeployment>({ pod, ...replicas });
}
