import { type Duration, type Size } from "cdk8s";
import { type AlertReceiver } from "./alert-receiver";
import { type AlertRule } from "./alert-rule";
import { type GrafanaDashboard } from "./grafana-dashboard";
import { type GrafanaUsers } from "./grafana-users";
import { type KubeletMetrics } from "./kubelet-metrics";
import { type MonitoringImages } from "./monitoring-images";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { type KubernetesVersion } from "../../cluster/kubernetes-version";
import { type IngressOptions } from "../../exposure/ingress-gateway";
import { type Toleration } from "../../workload/pods/toleration";

/** Props for ClusterMonitoring. */
export interface ClusterMonitoringProps {
  /** The cluster that is monitored, and that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** The images of the programs, by digest or from a lock file. */
  readonly images: MonitoringImages;
  /** The users of Grafana. */
  readonly users: GrafanaUsers;
  /**
   * The receivers of alerts; each receives all alerts.
   *
   * @default - nowhere, with the warning `alert-receivers`
   */
  readonly receivers?: AlertReceiver[];
  /**
   * The alert rules. `addAlerts` adds to them.
   *
   * @default AlertRule.recommended()
   */
  readonly alerts?: AlertRule[];
  /**
   * The dashboards. `addDashboards` adds to them.
   *
   * @default GrafanaDashboard.recommended()
   */
  readonly dashboards?: GrafanaDashboard[];
  /**
   * The exposure of Grafana outside of the cluster. Only Grafana can be exposed: Prometheus, Alertmanager and Jaeger do not
   * authenticate their users.
   *
   * @default - not at all; `kubectl port-forward` reaches it
   */
  readonly exposure?: IngressOptions;
  /**
   * The reason for an exposure by a public load balancer, in one sentence, recorded as an acknowledgement.
   *
   * @default - none; a gateway behind an internal load balancer needs no reason
   */
  readonly publicReason?: string;
  /**
   * The retention of samples in Prometheus: whole hours, 1 day or more.
   *
   * @default - 15 days
   */
  readonly retention?: Duration;
  /**
   * The volume of Prometheus, 50 gibibytes or more; when four fifths of it are used, the oldest samples are deleted.
   *
   * @default - 100 gibibytes
   */
  readonly storage?: Size;
  /**
   * The retention of traces in Jaeger: whole hours, 1 hour or more.
   *
   * @default - 3 days
   */
  readonly traceRetention?: Duration;
  /**
   * The volume of Jaeger, 50 gibibytes or more.
   *
   * @default - 50 gibibytes
   */
  readonly traceStorage?: Size;
  /**
   * The OCID of the key in OCI Vault that encrypts the volumes.
   *
   * @default - a key that Oracle keeps
   */
  readonly kmsKeyId?: string;
  /**
   * The OCID of the compartment of the key.
   *
   * @default - that of the cluster
   */
  readonly keyCompartmentId?: string;
  /**
   * Whether kubelets are scraped.
   *
   * @default KubeletMetrics.verified()
   */
  readonly kubelets?: KubeletMetrics;
  /**
   * Tolerations of the node exporters, for nodes with taints.
   *
   * @default - none
   */
  readonly nodeTolerations?: Toleration[];
  /**
   * The names of Secrets that the images are pulled with, such as `["ocir"]`, in both namespaces; an empty list says that they need
   * none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * The version of the Pod Security Standard of both namespaces.
   *
   * @default KubernetesVersion.V1_34
   */
  readonly podSecurityVersion?: KubernetesVersion;
}
