import { type NodeTaint } from "../node-taint";

/** What the containers of an add-on reserve and may use at most, as quantities of Kubernetes. */
export interface AddOnResources {
  /**
   * The CPU that is reserved, such as `100m`.
   *
   * @default - what Oracle set
   */
  readonly cpuRequest?: string;
  /**
   * The most CPU, such as `500m`.
   *
   * @default - what Oracle set
   */
  readonly cpuLimit?: string;
  /**
   * The memory that is reserved, such as `100Mi`.
   *
   * @default - what Oracle set
   */
  readonly memoryRequest?: string;
  /**
   * The most memory, such as `200Mi`.
   *
   * @default - what Oracle set
   */
  readonly memoryLimit?: string;
}

/** How many pods of an add-on change at once when it is updated. */
export interface AddOnRollingUpdate {
  /**
   * How many more pods there are meanwhile: a number or a percentage, such as `1` or `25%`.
   *
   * @default - what Oracle set
   */
  readonly maxSurge?: string;
  /**
   * How many pods may be missing meanwhile: a number or a percentage, such as `0` or `25%`.
   *
   * @default - what Oracle set
   */
  readonly maxUnavailable?: string;
}

/**
 * What most add-ons have in common: where their pods run.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-configurationarguments.htm
 */
export interface AddOnOptions {
  /**
   * The labels of the nodes that the pods run on.
   *
   * @default - all nodes
   */
  readonly nodeSelector?: { [label: string]: string };
  /**
   * The taints of nodes that the pods run on in spite of them.
   *
   * @default - none beside Oracle's own
   */
  readonly tolerates?: NodeTaint[];
  /**
   * How the pods choose nodes: the `affinity` of a pod, as Kubernetes defines it.
   *
   * @default - what Oracle set
   */
  readonly affinity?: any; // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * How the pods spread: the list `topologySpreadConstraints` of a pod, as Kubernetes defines it.
   *
   * @default - what Oracle set
   */
  readonly topologySpreadConstraints?: any[]; // eslint-disable-line @typescript-eslint/no-explicit-any
  /**
   * How many pods change at once when the add-on is updated.
   *
   * @default - what Oracle set
   */
  readonly rollingUpdate?: AddOnRollingUpdate;
}

/** What add-ons have in common that run as a number of replicas. */
export interface ReplicatedAddOnOptions extends AddOnOptions {
  /**
   * How many pods run, 1 to 10.
   *
   * @default 2
   */
  readonly replicas?: number;
}

/** Options of the CoreDNS add-on. */
export interface CoreDnsOptions extends AddOnOptions {
  /**
   * The fewest pods, 1 to 100.
   *
   * @default 2
   */
  readonly minReplicas?: number;
  /**
   * On how many nodes there is one pod of CoreDNS, 1 to 1,000.
   *
   * @default 1
   */
  readonly nodesPerReplica?: number;
  /**
   * Whether you keep the ConfigMap `coredns` of kube-system yourself.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * What the containers reserve and may use.
   *
   * @default - what Oracle set
   */
  readonly resources?: AddOnResources;
}

/** Options of the kube-proxy add-on, which must run on all nodes: a node selector that leaves some out takes Services from them. */
export interface KubeProxyOptions extends AddOnOptions {
  /**
   * Whether you keep the ConfigMap `kube-proxy` of kube-system yourself.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * What the containers reserve and may use.
   *
   * @default - what Oracle set
   */
  readonly resources?: AddOnResources;
}

/** Options of an add-on whose one container can be sized. */
export interface SizedAddOnOptions extends AddOnOptions {
  /**
   * What the containers reserve and may use.
   *
   * @default - what Oracle set
   */
  readonly resources?: AddOnResources;
}

/** Options of an add-on with replicas whose one container can be sized. */
export interface SizedReplicatedAddOnOptions extends ReplicatedAddOnOptions {
  /**
   * What the containers reserve and may use.
   *
   * @default - what Oracle set
   */
  readonly resources?: AddOnResources;
}

/** Options of the cert-manager add-on. */
export interface CertManagerAddOnOptions extends ReplicatedAddOnOptions {
  /**
   * What the controller reserves and may use.
   *
   * @default - what Oracle set
   */
  readonly controllerResources?: AddOnResources;
  /**
   * What the webhook reserves and may use.
   *
   * @default - what Oracle set
   */
  readonly webhookResources?: AddOnResources;
  /**
   * What the CA injector reserves and may use.
   *
   * @default - what Oracle set
   */
  readonly caInjectorResources?: AddOnResources;
}

/** Options of the Oracle Database Operator add-on. */
export interface DatabaseOperatorOptions extends SizedReplicatedAddOnOptions {
  /**
   * Whether cert-manager, which the operator needs, is in the cluster by other means than the add-on.
   *
   * @default false
   */
  readonly ownCertManager?: boolean;
}

/** Options of the WebLogic Kubernetes Operator add-on. */
export interface WebLogicOperatorOptions extends SizedReplicatedAddOnOptions {
  /**
   * What the operator's webhook reserves and may use.
   *
   * @default - what Oracle set
   */
  readonly webhookResources?: AddOnResources;
}

/** How GPUs that can be split into instances are offered. */
export enum MigStrategy {
  /** Not split. */
  NONE = "none",
  /** Split into instances of one size. */
  SINGLE = "single",
  /** Split into instances of several sizes. */
  MIXED = "mixed",
}

/** Options of the NVIDIA GPU plugin add-on. */
export interface NvidiaGpuPluginOptions extends SizedAddOnOptions {
  /**
   * How GPUs that can be split into instances are offered.
   *
   * @default MigStrategy.NONE
   */
  readonly migStrategy?: MigStrategy;
  /**
   * How the runtime is told which devices a container gets, comma-separated: `envvar`, `volume-mounts`, `cdi-annotations`, `cdi-cri`.
   *
   * With `envvar`, a container that was given no GPU can ask the runtime for all of them by a variable. The others need a runtime on the
   * nodes that is set up for them.
   *
   * @default - Oracle's default, "envvar"
   */
  readonly deviceListStrategy?: string;
  /**
   * How devices are named for the runtime: `uuid` or `index`.
   *
   * @default "uuid"
   */
  readonly deviceIdStrategy?: string;
  /**
   * Whether the plugin fails where it can't start, so that the fault is seen.
   *
   * @default true
   */
  readonly failOnInitError?: boolean;
  /**
   * The folder of the driver on the nodes.
   *
   * @default "/"
   */
  readonly driverRoot?: string;
  /**
   * Whether the plugin hands on paths and permissions of the device nodes.
   *
   * @default false
   */
  readonly passDeviceSpecs?: boolean;
  /**
   * Whether the plugin reads the ConfigMap `nvidia-device-plugin-config`, which you make.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
}

/** Options of the AMD GPU plugin add-on. */
export interface AmdGpuPluginOptions extends SizedAddOnOptions {
  /**
   * Every how many seconds the kubelet is told of the health of the GPUs, 0 to 3,600; 0 is never.
   *
   * @default 30
   */
  readonly healthCheckSeconds?: number;
}

/** A load balancer that lets clients reach the mesh. */
export interface IstioIngressGatewayOptions {
  /**
   * Why the load balancer is public; it is private to the network otherwise.
   *
   * @default - private
   */
  readonly publicReason?: string;
  /**
   * Further annotations of the gateway's Service, such as the shape of the load balancer.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
  /**
   * The fewest pods of the gateway, 1 to 100.
   *
   * @default 2
   */
  readonly minReplicas?: number;
  /**
   * The most pods of the gateway, 1 to 100.
   *
   * @default 5
   */
  readonly maxReplicas?: number;
}

/** Options of the Istio add-on. */
export interface IstioOptions extends ReplicatedAddOnOptions {
  /**
   * The classic ingress gateway.
   *
   * @default - none
   */
  readonly ingressGateway?: IstioIngressGatewayOptions;
  /**
   * Whether changes that you make by other tools stay when Oracle updates the add-on.
   *
   * @default false
   */
  readonly ownConfigMap?: boolean;
  /**
   * What the control plane of the mesh reserves and may use.
   *
   * @default - what Oracle set
   */
  readonly resources?: AddOnResources;
  /**
   * The most pods of the control plane, 1 to 100.
   *
   * @default 5
   */
  readonly maxReplicas?: number;
}
