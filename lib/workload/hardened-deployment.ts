import { ApiObject, Chart, Lazy } from "cdk8s";
import {
  LabelSelector,
  type IPodSelector,
  type NetworkPolicyPeerConfig,
  type PodSelectorConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { type ConfigFile } from "./config-file";
import { Connections, type IConnectable } from "./connections";
import { type ContainerImage } from "./container-image";
import { type ContainerResources } from "./container-resources";
import { type EnvValue } from "./env-value";
import { podSpec, type HardenedPod } from "./hardened-pod";
import { LoadBalancer, type LoadBalancerOptions } from "./load-balancer";
import { type Probe } from "./probe";
import { readDeployment } from "./read-deployment";
import { type WritablePath } from "./writable-path";
import { guardStaticSynthesis } from "../manifests/static-synthesis";

/** What a hardened deployment runs. */
export interface HardenedDeploymentProps {
  /** The image. */
  readonly image: ContainerImage;
  /**
   * The TCP port that the program listens on, 1024 to 65535.
   *
   * @default - none; the workload has no probes then unless it is given some
   */
  readonly port?: number;
  /**
   * How many pods run, 2 or more.
   *
   * @default 2
   */
  readonly replicas?: number;
  /** The program. @default - the entry point of the image */
  readonly command?: string[];
  /** The arguments of the program. @default - those of the image */
  readonly args?: string[];
  /**
   * Environment variables by name.
   *
   * @default - none
   */
  readonly env?: { [name: string]: EnvValue };
  /**
   * Processors, memory and disk.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 64Mi to 256Mi of disk
   */
  readonly resources?: ContainerResources;
  /**
   * Directories that the program writes to; all others are read-only.
   *
   * @default - none
   */
  readonly writablePaths?: WritablePath[];
  /**
   * Configuration files, mounted read-only.
   *
   * They stand in an immutable ConfigMap whose name ends in a hash of them, so that a change rolls the pods.
   *
   * @default - none
   */
  readonly files?: ConfigFile[];
  /**
   * When a pod gets traffic.
   *
   * @default - with a port, an HTTP GET of / on it
   */
  readonly readiness?: Probe;
  /**
   * When a pod is restarted.
   *
   * Differs from the readiness probe, so that a program that only waits for another one is not restarted.
   *
   * @default - with a port, a TCP connection to it
   */
  readonly liveness?: Probe;
  /**
   * When the other probes begin, for a program that starts slowly.
   *
   * @default - at once
   */
  readonly startup?: Probe;
  /**
   * The id of the user and group that the program runs as, 10000 or more.
   *
   * @default 65532
   */
  readonly user?: number;
  /**
   * Seconds between the request to end and the end by force, 0 or more.
   *
   * @default 30
   */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * Labels of the Deployment and its pods.
   *
   * `app.kubernetes.io/name`, `/instance` and `/managed-by` are set already.
   *
   * @default - none further
   */
  readonly labels?: { [key: string]: string };
  /** Annotations of the Deployment and its pods. @default - none */
  readonly annotations?: { [key: string]: string };
}

/**
 * A Deployment that meets the restricted Pod Security Standard, with all that belongs to it.
 *
 * Its pods run without root, capabilities, a service account token or a writable root filesystem, spread over nodes and
 * domains. A ServiceAccount, a PodDisruptionBudget and a NetworkPolicy that denies all but DNS come with it. All are
 * named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export class HardenedDeployment extends Construct implements IConnectable, IPodSelector {
  /** The name of the Deployment, and of what belongs to it. */
  public readonly name: string;
  /** The namespace, where the chart has one. */
  public readonly namespace?: string;
  /** The name of the service account of the pods. */
  public readonly serviceAccountName: string;
  /** The port that the program listens on. */
  public readonly port?: number;
  /** Who it may connect to and who may connect to it. */
  public readonly connections: Connections;
  private readonly selector: { [key: string]: string };
  private readonly labels: { [key: string]: string };

  /**
   * @param id the name of the Deployment too: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, REPLICAS_INVALID, USER_INVALID, COUNT_INVALID,
   * QUANTITY_INVALID, RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE,
   * LABEL_INVALID
   */
  constructor(scope: Construct, id: string, props: HardenedDeploymentProps) {
    const pod = readDeployment(scope, id, props);
    super(scope, id);
    const chart = Chart.of(this);
    guardStaticSynthesis(chart);
    this.name = id;
    this.namespace = chart.namespace;
    this.serviceAccountName = id;
    this.port = props.port;
    this.selector = pod.selector;
    this.connections = Connections._of(this, chart.namespace);
    props.image._acknowledge(this);

    this.labels = { ...props.labels, ...pod.labels, ...pod.selector };
    const metadata = { name: id, labels: this.labels };
    new ApiObject(this, "ServiceAccount", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata,
      automountServiceAccountToken: false,
    });
    this.addFiles(pod);
    this.node.defaultChild = this.addDeployment(pod, props);
    new ApiObject(this, "PodDisruptionBudget", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: pod.selector },
        // A pod that never gets ready must not keep a node from being replaced.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    });
    new ApiObject(this, "NetworkPolicy", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      // Written late: connections are declared after the workload is made.
      spec: Lazy.any({
        produce: () => ({ podSelector: { matchLabels: pod.selector }, ...this.connections._policyRules() }),
      }) as unknown,
    });
  }

  /**
   * Makes the workload reachable through an OCI load balancer that ends TLS, with rules in network security groups.
   *
   * @throws LOAD_BALANCER_INVALID where the workload has no port; NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, COUNT_INVALID,
   * SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING
   */
  public exposeViaLoadBalancer(options: LoadBalancerOptions): LoadBalancer {
    const name = options.name ?? this.name;
    return new LoadBalancer(this, `LoadBalancer-${name}`, { ...options, name, workload: this });
  }

  /** What a policy of cdk8s-plus writes for this workload. */
  public toNetworkPolicyPeerConfig(): NetworkPolicyPeerConfig {
    return { podSelector: this.toPodSelectorConfig() };
  }

  /** This workload, as what selects its pods. */
  public toPodSelector(): IPodSelector | undefined {
    return this;
  }

  /** How cdk8s-plus selects the pods. */
  public toPodSelectorConfig(): PodSelectorConfig {
    return {
      labelSelector: LabelSelector.of({ labels: this.selector }),
      namespaces: this.namespace === undefined ? undefined : { names: [this.namespace] },
    };
  }

  /** @internal */
  public _selectorLabels(): { [key: string]: string } {
    return this.selector;
  }

  /** @internal */
  public _labels(): { [key: string]: string } {
    return this.labels;
  }

  private addFiles({ files }: HardenedPod): void {
    if (!files) return;
    new ApiObject(this, "ConfigMap", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: files.name, labels: this.labels },
      immutable: true,
      data: files.data(),
    });
  }

  private addDeployment(pod: HardenedPod, props: HardenedDeploymentProps): ApiObject {
    const { labels } = this;
    const annotations = props.annotations ? { annotations: props.annotations } : {};
    return new ApiObject(this, "Resource", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: pod.name, labels, ...annotations },
      spec: {
        replicas: props.replicas ?? 2,
        selector: { matchLabels: pod.selector },
        minReadySeconds: 5,
        revisionHistoryLimit: 5,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { metadata: { labels, ...annotations }, spec: podSpec(pod) },
      },
    });
  }
}
