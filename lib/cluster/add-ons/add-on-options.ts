import { type Duration } from "cdk8s";
import { type NodeTaint } from "../node-setup";

/** The resource requests and limits of an add-on's containers, as Kubernetes quantities. */
export interface AddOnResources {
  /**
   * The CPU request, such as `100m`.
   *
   * @default - Oracle's value
   */
  readonly cpuRequest?: string;
  /**
   * The CPU limit, such as `500m`.
   *
   * @default - Oracle's value
   */
  readonly cpuLimit?: string;
  /**
   * The memory request, such as `100Mi`.
   *
   * @default - Oracle's value
   */
  readonly memoryRequest?: string;
  /**
   * The memory limit, such as `200Mi`.
   *
   * @default - Oracle's value
   */
  readonly memoryLimit?: string;
}

/** The rolling update strategy of an add-on's pods. */
export interface AddOnRollingUpdate {
  /**
   * The maximum number of additional pods during an update: a number or a percentage, such as `1` or `25%`.
   *
   * @default - Oracle's value
   */
  readonly maxSurge?: string;
  /**
   * The maximum number of unavailable pods during an update: a number or a percentage, such as `0` or `25%`.
   *
   * @default - Oracle's value
   */
  readonly maxUnavailable?: string;
}

/**
 * Common options of most add-ons: the scheduling of their pods.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-configurationarguments.htm
 */
export interface AddOnOptions {
  /**
   * The labels of the nodes on which the pods run.
   *
   * @default - all nodes
   */
  readonly nodeSelector?: { [label: string]: string };
  /**
   * The node taints that the pods tolerate.
   *
   * @default - Oracle's own tolerations only
   */
  readonly tolerates?: NodeTaint[];
  /**
   * The `affinity` of the pods, as Kubernetes defines it.
   *
   * @default - Oracle's value
   */
  readonly affinity?: any; // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * The `topologySpreadConstraints` of the pods, a list as Kubernetes defines it.
   *
   * @default - Oracle's value
   */
  readonly topologySpreadConstraints?: any[]; // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * The rolling update strategy of the pods.
   *
   * @default - Oracle's value
   */
  readonly rollingUpdate?: AddOnRollingUpdate;
}

/** Common options of add-ons with a replica count. */
export interface ReplicatedAddOnOptions extends AddOnOptions {
  /**
   * The replica count, 1 to 10.
   *
   * @default 2
   */
  readonly replicas?: number;
}

/** Options for the CoreDNS add-on. */
export interface CoreDnsOptions extends AddOnOptions {
  /**
   * The minimum replica count, 1 to 100.
   *
   * @default 2
   */
  readonly minReplicas?: number;
  /**
   * The number of nodes for each replica of CoreDNS, 1 to 1,000.
   *
   * @default 1
   */
  readonly nodesPerReplica?: number;
  /**
   * Whether you manage the ConfigMap `coredns` in kube-system yourself.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * The resource requests and limits.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
}

/** Options for the kube-proxy add-on, which must run on all nodes: on nodes that a node selector excludes, Services don't work. */
export interface KubeProxyOptions extends AddOnOptions {
  /**
   * Whether you manage the ConfigMap `kube-proxy` in kube-system yourself.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * The resource requests and limits.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
}

/** Options for an add-on with one container whose resources can be set. */
export interface SizedAddOnOptions extends AddOnOptions {
  /**
   * The resource requests and limits.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
}

/** Options for an add-on with a replica count and one container whose resources can be set. */
export interface SizedReplicatedAddOnOptions extends ReplicatedAddOnOptions {
  /**
   * The resource requests and limits.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
}

/** Options for the cert-manager add-on. */
export interface CertManagerAddOnOptions extends ReplicatedAddOnOptions {
  /**
   * The resource requests and limits of the controller.
   *
   * @default - Oracle's value
   */
  readonly controllerResources?: AddOnResources;
  /**
   * The resource requests and limits of the webhook.
   *
   * @default - Oracle's value
   */
  readonly webhookResources?: AddOnResources;
  /**
   * The resource requests and limits of the CA injector.
   *
   * @default - Oracle's value
   */
  readonly caInjectorResources?: AddOnResources;
}

/** Options for the Oracle Database Operator add-on. */
export interface DatabaseOperatorOptions extends SizedReplicatedAddOnOptions {
  /**
   * Whether cert-manager, which the operator needs, is installed by other means than the add-on.
   *
   * @default false
   */
  readonly ownCertManager?: boolean;
}

/** Options for the WebLogic Kubernetes Operator add-on. */
export interface WebLogicOperatorOptions extends SizedReplicatedAddOnOptions {
  /**
   * The resource requests and limits of the operator's webhook.
   *
   * @default - Oracle's value
   */
  readonly webhookResources?: AddOnResources;
}

/** The strategy for offering GPUs that support multiple instances (MIG). */
export enum MigStrategy {
  /** GPUs are not split. */
  NONE = "none",
  /** GPUs are split into instances of one size. */
  SINGLE = "single",
  /** GPUs are split into instances of several sizes. */
  MIXED = "mixed",
}

/** Options for the NVIDIA GPU plugin add-on. */
export interface NvidiaGpuPluginOptions extends SizedAddOnOptions {
  /**
   * The strategy for GPUs that support multiple instances (MIG).
   *
   * @default MigStrategy.NONE
   */
  readonly migStrategy?: MigStrategy;
  /**
   * The ways to pass the devices of a container to the runtime, comma-separated: `envvar`, `volume-mounts`, `cdi-annotations`, `cdi-cri`.
   *
   * With `envvar`, a container without a GPU can request all of them from the runtime by an environment variable. The others need a
   * runtime on the nodes that is configured for them.
   *
   * @default - Oracle's default, "envvar"
   */
  readonly deviceListStrategy?: string;
  /**
   * The kind of device ids for the runtime: `uuid` or `index`.
   *
   * @default "uuid"
   */
  readonly deviceIdStrategy?: string;
  /**
   * Whether the plugin fails if it can't initialize, so that the failure is visible.
   *
   * @default true
   */
  readonly failOnInitError?: boolean;
  /**
   * The root folder of the driver on the nodes.
   *
   * @default "/"
   */
  readonly driverRoot?: string;
  /**
   * Whether the plugin passes the paths and permissions of the device nodes.
   *
   * @default false
   */
  readonly passDeviceSpecs?: boolean;
  /**
   * Whether the plugin reads the ConfigMap `nvidia-device-plugin-config`, which you create.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
}

/** Options for the AMD GPU plugin add-on. */
export interface AmdGpuPluginOptions extends SizedAddOnOptions {
  /**
   * The interval at which the health of the GPUs is reported to the kubelet: whole seconds, at most an hour. `Duration.seconds(0)`
   * disables the reports.
   *
   * @default Duration.seconds(30)
   */
  readonly healthCheckInterval?: Duration;
}

/** Options for the load balancer through which clients connect to the mesh. */
export interface IstioIngressGatewayOptions {
  /**
   * The reason for a public load balancer.
   *
   * @default - the load balancer is private
   */
  readonly publicReason?: string;
  /**
   * Additional annotations of the gateway's Service, such as the shape of the load balancer.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
  /**
   * The minimum replica count of the gateway, 1 to 100.
   *
   * @default 2
   */
  readonly minReplicas?: number;
  /**
   * The maximum replica count of the gateway, 1 to 100.
   *
   * @default 5
   */
  readonly maxReplicas?: number;
}

/** Options for the Istio add-on. */
export interface IstioOptions extends ReplicatedAddOnOptions {
  /**
   * The classic ingress gateway.
   *
   * @default - none
   */
  readonly ingressGateway?: IstioIngressGatewayOptions;
  /**
   * Whether changes that you make with other tools are kept when Oracle updates the add-on.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * The resource requests and limits of the mesh's control plane.
   *
   * @default - Oracle's value
   */
  readonly resources?: AddOnResources;
  /**
   * The maximum replica count of the control plane, 1 to 100.
   *
   * @default 5
   */
  readonly maxReplicas?: number;
}
