import { ApiObject } from "cdk8s";
import { PodManagementPolicy } from "cdk8s-plus-27";
import { type Construct } from "constructs";
import { addAutoscaler, type AutoscaleOptions, checkAutoscale, checkTargets } from "./autoscale";
import { checkReplicas } from "./hardened-deployment";
import { checkCount } from "./hardened-job-props";
import { ListeningWorkload } from "./listening-workload";
import { servicePort } from "./pods/app-protocol";
import { type ListeningPodProps, readListeningPod } from "./pods/listening-pod-props";
import { type HardenedPod, lateTemplate, podTemplate, volumesOf } from "./pods/private/hardened-pod";
import { LISTENING_SHAPES } from "./pods/private/read-container";
import { type VolumeClaim } from "./pods/volume-claim";
import { addAccountAndFiles, addDisruptionBudget, addNetworkPolicy } from "./private/workload-objects";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { isDnsLabel } from "../core/kubernetes-names";
import { Problems } from "../core/validation-error";
import { choice, kind, listOf, shaped } from "../core/value-readers";
import { checkServiceName } from "../exposure/read-service-ports";
import { portsOf } from "../exposure/service-backend";

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

const SHAPES = {
  ...LISTENING_SHAPES,
  volumeClaims: listOf(
    kind(["claimName", "path"], 'VolumeClaim.of("data", "/var/lib/db")'),
    'a list, for example [VolumeClaim.of("data", "/var/lib/db")]',
  ),
  podManagementPolicy: choice(PodManagementPolicy, "PodManagementPolicy.ORDERED_READY or PARALLEL"),
};
// The controller's revision label is the name and eleven characters.
const LONGEST = 52;
const LEAST = 1;

/** The name of the headless Service of a StatefulSet. */
function headlessName(id: string): string {
  return `${id}-headless`;
}

/** Validates the props; throws an error that lists every problem. */
function readStatefulSet(scope: Construct, id: string, given: HardenedStatefulSetProps): HardenedPod {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES) as HardenedStatefulSetProps;
  const { volumeClaims = [] } = props;
  const place = { scope, id, kind: "StatefulSet", longestName: LONGEST };
  const pod = readListeningPod(problems, place, props, { volumeClaims });
  // An invalid id was reported already.
  if (isDnsLabel(id)) checkServiceName(problems, scope, headlessName(id));
  checkReplicas(problems, props.replicas, LEAST);
  checkAutoscale(problems, props.autoscale, LEAST, props.replicas);
  checkTargets(problems, props.autoscale, pod.program.resources.texts);
  checkClaimNames(problems, id, pod);
  problems.throwIfAny();
  return pod;
}

/** Adds a problem for each claim whose name is invalid or collides with another volume of the pod. */
function checkClaimNames(problems: Problems, id: string, pod: HardenedPod): void {
  const claims = (pod.program.volumeClaims ?? []).map(({ claimName }) => claimName);
  const taken = [...claims, ...volumesOf(pod).map(({ name }) => name)];
  for (const name of new Set(claims)) {
    if (taken.indexOf(name) === taken.lastIndexOf(name)) continue;
    problems.add(
      "NAME_DUPLICATE",
      `Two volumes of a pod of ${id} are named ${name}`,
      "Give the claim another name, after what is kept in it",
    );
  }
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

  /**
   * @param id also the name of the StatefulSet: up to 52 lower-case letters, digits and dashes, beginning
   * with a letter
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, REPLICAS_INVALID, USER_INVALID, COUNT_INVALID,
   * QUANTITY_INVALID, RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE,
   * LABEL_INVALID, EGRESS_INVALID, CIDR_TOO_WIDE, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedStatefulSetProps) {
    const pod = readStatefulSet(scope, id, props);
    super(scope, id, props);
    this.headlessServiceName = headlessName(id);
    addAccountAndFiles(this, pod);
    this.addHeadlessService();
    this.node.defaultChild = this.addStatefulSet(pod, props);
    addAutoscaler(this, "StatefulSet", props.autoscale);
    addDisruptionBudget(this);
    addNetworkPolicy(this, pod);
  }

  /**
   * Returns the host name of a pod, such as `db-0.db-headless.shop.svc`; without the namespace if the chart
   * has none.
   *
   * @param ordinal the ordinal of the pod, from 0
   * @throws COUNT_INVALID
   */
  public hostNameOf(ordinal: number): string {
    const problems = new Problems(this);
    checkCount(problems, "ordinal", ordinal ?? Number.NaN, 0);
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

  private addStatefulSet(pod: HardenedPod, props: HardenedStatefulSetProps): ApiObject {
    const { labels, name, selectorLabels } = this;
    const { volumeClaims = [] } = props;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name, labels, ...annotations },
      spec: {
        ...(props.autoscale ? {} : { replicas: props.replicas ?? 1 }),
        serviceName: this.headlessServiceName,
        selector: { matchLabels: selectorLabels },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        podManagementPolicy: props.podManagementPolicy ?? PodManagementPolicy.ORDERED_READY,
        updateStrategy: { type: "RollingUpdate" },
        template: lateTemplate(() => podTemplate(pod, labels, props.annotations)),
        ...(volumeClaims.length === 0
          ? {}
          : {
              persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
              // Labels that never change: Kubernetes rejects every change of a claim template.
              volumeClaimTemplates: [...volumeClaims]
                .sort((a, b) => (a.claimName < b.claimName ? -1 : 1))
                .map((claim) => claim._toTemplate(selectorLabels)),
            }),
      },
    });
  }
}
