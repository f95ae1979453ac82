import { ApiObject } from "cdk8s";
import { PodManagementPolicy } from "cdk8s-plus-27";
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
import { VolumeClaim } from "./pods/persistent-volumes";
import { type ListeningPodProps } from "./pods/pod-props";
import { servicePort } from "./pods/ports";
import { type HardenedPod, podTemplate, volumesOf } from "./pods/private/hardened-pod";
import { completeListeningPod, LISTENING_POD } from "./pods/private/read-pod";
import {
  addAccountAndFiles,
  addDisruptionBudget,
  addNetworkPolicy,
  addRunner,
} from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { isDnsLabel } from "../core/kubernetes-names";
import {
  choice,
  listOf,
  type PropsSchema,
  readProps,
  valueOf,
  wholeNumber,
  withDefault,
} from "../core/readers";
import { byText } from "../core/stable-order";
import { Problems } from "../core/validation-error";
import { checkServiceName, portsOf } from "../exposure/workload-service";

/** Props for HardenedStatefulSet. */
export interface HardenedStatefulSetProps extends ListeningPodProps {
  /**
   * The replica count, at least 1.
   *
   * More than one replica is useful only if the program itself shares or replicates its data.
   *
   * @default - 1; with `autoscale`, set by the autoscaler
   */
  readonly replicas?: number;
  /**
   * Scales the replica count with a HorizontalPodAutoscaler, at least 1.
   *
   * @default - the fixed replica count of `replicas`
   */
  readonly autoscale?: AutoscaleOptions;
  /**
   * The volumes of each pod, mounted in the program's container only.
   *
   * They are kept when pods, or the StatefulSet, are deleted.
   *
   * @default - none
   */
  readonly volumeClaims?: VolumeClaim[];
  /**
   * The order in which pods are started and ended.
   *
   * @default PodManagementPolicy.ORDERED_READY
   */
  readonly podManagementPolicy?: PodManagementPolicy;
}

/**
 * A StatefulSet that meets the restricted Pod Security Standard: pods with stable names and persistent
 * volumes.
 *
 * It creates a headless Service, through which its pods find each other; allow their connections with
 * `set.connections.allowTo(set, Port.tcp(port))`. Volumes are kept when pods or the StatefulSet are deleted.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
@checked
export class HardenedStatefulSet extends ListeningWorkload {
  /** The name of the headless Service. */
  public readonly headlessServiceName: string;
  /** The replica count; undefined if an autoscaler sets it. */
  public readonly replicas?: number;
  /** The volumes of each pod. */
  public readonly volumeClaims: VolumeClaim[];

  /**
   * @param id also the name of the StatefulSet: up to 52 lower-case letters, digits and dashes, beginning
   * with a letter
   */
  constructor(scope: Construct, id: string, props: HardenedStatefulSetProps) {
    const set = readStatefulSet(scope, id, props);
    const { pod } = set;
    super(scope, id, pod.labels);
    this.headlessServiceName = headlessName(id);
    this.replicas = set.replicas;
    this.volumeClaims = [...set.volumeClaims];
    addAccountAndFiles(this, pod);
    this.addHeadlessService();
    addRunner(this, "apps/v1", "StatefulSet", this.specOf(set));
    addAutoscaler(this, "StatefulSet", set);
    addDisruptionBudget(this);
    addNetworkPolicy(this, pod);
  }

  /**
   * Returns the host name of a pod, such as `db-0.db-headless.shop.svc`; without the namespace if the chart
   * has none.
   *
   * @param ordinal the ordinal of the pod, from 0
   */
  public hostNameOf(ordinal: number): string {
    const problems = new Problems(this);
    wholeNumber({ least: 0 })(problems, "ordinal", ordinal);
    problems.throwIfAny();
    const host = `${this.name}-${ordinal}.${this.headlessServiceName}`;
    return this.namespace === undefined ? host : `${host}.${this.namespace}.svc`;
  }

  private addHeadlessService(): void {
    const { labels, selectorLabels } = this;
    const all = portsOf(this).map(({ name, port, protocol, transport }) =>
      servicePort(name, port, protocol, name, transport),
    );
    const ports = all.length === 0 ? {} : { ports: all };
    new ApiObject(this, "HeadlessService", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: this.headlessServiceName, labels },
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        // Pods that are not ready yet must find each other: many clustered programs become ready only
        // together.
        publishNotReadyAddresses: true,
        selector: selectorLabels,
        ...ports,
      },
    });
  }

  private specOf(set: ReadStatefulSet): object {
    const { pod, podManagementPolicy, volumeClaims } = set;
    return {
      ...replicasField(set),
      serviceName: this.headlessServiceName,
      selector: { matchLabels: pod.selectorLabels },
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      podManagementPolicy,
      updateStrategy: { type: "RollingUpdate" },
      template: podTemplate(pod),
      ...(volumeClaims.length === 0
        ? {}
        : {
            persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
            // Labels that never change: Kubernetes rejects every change of a claim template.
            volumeClaimTemplates: volumeClaims.map((claim) => claim._toTemplate(pod.selectorLabels)),
          }),
    };
  }
}

// The controller's revision label is the name and eleven characters.
const MAX_NAME_LENGTH = 52;
const MIN_REPLICAS = 1;

const STATEFUL_SET = {
  ...LISTENING_POD,
  ...replicaReaders(MIN_REPLICAS),
  volumeClaims: withDefault(
    listOf(valueOf(VolumeClaim), 'a list, for example [VolumeClaim.of("data", "/var/lib/db")]'),
    [],
  ),
  podManagementPolicy: withDefault(
    choice(PodManagementPolicy, "PodManagementPolicy.ORDERED_READY or PARALLEL"),
    PodManagementPolicy.ORDERED_READY,
  ),
} satisfies PropsSchema<HardenedStatefulSetProps>;

/** The name of the headless Service of a StatefulSet. */
function headlessName(id: string): string {
  return `${id}-headless`;
}

interface ReadStatefulSet extends ReadReplicas {
  readonly pod: HardenedPod;
  readonly volumeClaims: readonly VolumeClaim[];
  readonly podManagementPolicy: PodManagementPolicy;
}

/** Reads the props; throws an error that lists every problem. */
function readStatefulSet(scope: Construct, id: string, props: HardenedStatefulSetProps): ReadStatefulSet {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, STATEFUL_SET);
  const { podManagementPolicy, volumeClaims = [] } = read;
  const place = { scope, id, kind: "StatefulSet", maxNameLength: MAX_NAME_LENGTH };
  const pod = completeListeningPod(problems, place, read);
  // An invalid id was reported already.
  if (isDnsLabel(id)) checkServiceName(problems, scope, headlessName(id));
  const replicas = completeReplicas(problems, read, MIN_REPLICAS, read.resources?.texts);
  checkClaimNames(problems, volumeClaims, pod);
  return problems.resolved<ReadStatefulSet>({
    pod,
    ...replicas,
    volumeClaims: [...volumeClaims].sort((a, b) => byText(a.claimName, b.claimName)),
    podManagementPolicy,
  });
}

/** Adds a problem for each claim whose name collides with another volume of the pod. */
function checkClaimNames(problems: Problems, volumeClaims: readonly VolumeClaim[], pod: HardenedPod): void {
  const used = new Set(volumesOf(pod).map(({ name }) => name));
  volumeClaims.forEach(({ claimName }, index) => {
    if (used.has(claimName)) {
      problems.add(
        "NAME_DUPLICATE",
        `volumeClaims[${index}] has the name ${claimName}, which another volume of the pod has`,
        'Name the claim after its content, for example VolumeClaim.of("data", "/var/lib/db")',
      );
    }
    used.add(claimName);
  });
}
