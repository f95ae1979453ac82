import { ApiObject } from "cdk8s";
import { type Construct } from "constructs";
import { servicePort } from "./app-protocol";
import { addAutoscaler } from "./autoscale";
import { podTemplate, type HardenedPod } from "./hardened-pod";
import { PodManagementPolicy, type HardenedStatefulSetProps } from "./hardened-stateful-set-props";
import { checkCount } from "./job-spec";
import { ListeningWorkload } from "./listening-workload";
import { headlessName, readStatefulSet } from "./read-stateful-set";
import { portsOf } from "./service-backend";
import { addAccountAndFiles, addDisruptionBudget, addNetworkPolicy } from "./workload-objects";
import { checked } from "../core/checked";
import { Problems } from "../core/validation-error";

/**
 * A StatefulSet that meets the restricted Pod Security Standard: pods with names and volumes that stay.
 *
 * A headless Service comes with it, by which its pods find each other; let them connect by
 * `set.connections.allowTo(set, Port.tcp(port))`. Volumes are kept when pods or the StatefulSet are deleted.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
@checked
export class HardenedStatefulSet extends ListeningWorkload {
  /** The name of the headless Service. */
  public readonly headlessServiceName: string;

  /**
   * @param id the name of the StatefulSet too: up to 52 lower-case letters, digits and dashes, beginning with a letter
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
   * The host name of one pod, such as `db-0.db-headless.shop.svc`; without the namespace where the chart has none.
   *
   * @param ordinal 0 for the first pod
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
        // Pods that are not ready yet must find each other: many programs get ready only together.
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
        template: podTemplate(pod, labels, props.annotations),
        ...(volumeClaims.length === 0
          ? {}
          : {
              persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
              // Labels that never change: Kubernetes refuses every change of a claim.
              volumeClaimTemplates: [...volumeClaims]
                .sort((a, b) => (a.claimName < b.claimName ? -1 : 1))
                .map((claim) => claim._toTemplate(selectorLabels)),
            }),
      },
    });
  }
}
