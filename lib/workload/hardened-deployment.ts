import { ApiObject, Chart, Lazy } from "cdk8s";
import {
  LabelSelector,
  type IPodSelector,
  type NetworkPolicyPeerConfig,
  type PodSelectorConfig,
} from "cdk8s-plus-27";
import { Construct } from "constructs";
import { AppProtocol } from "./app-protocol";
import { Connections } from "./connections";
import { type HardenedDeploymentProps } from "./hardened-deployment-props";
import { containersOf, podSpec, type HardenedPod } from "./hardened-pod";
import { LoadBalancer } from "./load-balancer";
import { type LoadBalancerOptions } from "./load-balancer-props";
import { readDeployment } from "./read-deployment";
import { type IServiceBackend } from "./service-backend";
import { WorkloadService, type ServiceOptions } from "./workload-service";
import { guardStaticSynthesis } from "../manifests/static-synthesis";

/**
 * A Deployment that meets the restricted Pod Security Standard, with all that belongs to it.
 *
 * Its pods run without root, capabilities, a service account token or a writable root filesystem, spread over nodes and
 * domains. A ServiceAccount, a PodDisruptionBudget and a NetworkPolicy that denies all but DNS come with it. All are
 * named after the construct's id.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export class HardenedDeployment extends Construct implements IServiceBackend, IPodSelector {
  /** The name of the Deployment, and of what belongs to it. */
  public readonly name: string;
  /** The namespace, where the chart has one. */
  public readonly namespace?: string;
  /** The name of the service account of the pods. */
  public readonly serviceAccountName: string;
  public readonly port?: number;
  public readonly protocol: AppProtocol;
  public readonly connections: Connections;
  public readonly labels: { [key: string]: string };
  public readonly selectorLabels: { [key: string]: string };

  /**
   * @param id the name of the Deployment too: up to 63 lower-case letters, digits and dashes
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, PORT_PRIVILEGED, REPLICAS_INVALID, USER_INVALID, COUNT_INVALID,
   * QUANTITY_INVALID, RESOURCES_INVALID, PATH_INVALID, PROBE_INVALID, ENV_INVALID, CREDENTIAL_LITERAL, CONFIG_TOO_LARGE,
   * LABEL_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
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
    this.protocol = props.protocol ?? AppProtocol.HTTP;
    this.selectorLabels = pod.selector;
    this.connections = Connections._of(this, chart.namespace);
    for (const { name, image, addedCapability } of containersOf(pod)) {
      image._acknowledge(this);
      addedCapability?._acknowledge(this, name);
    }

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
   * SUBNET_NOT_PUBLIC, ATTRIBUTE_MISSING, VALUE_INVALID; at synthesis LOAD_BALANCER_INVALID where the chart was added to
   * another cluster
   */
  public exposeViaLoadBalancer(options: LoadBalancerOptions): LoadBalancer {
    const name = (options as LoadBalancerOptions | undefined)?.name ?? this.name;
    return new LoadBalancer(this, `LoadBalancer-${name}`, { ...options, name, workload: this });
  }

  /**
   * Makes the workload reachable inside the cluster, under a name of its own.
   *
   * It opens nothing: let each client connect by `connections.allowFrom(client, Port.tcp(port))`.
   *
   * @throws NAME_INVALID, NAME_DUPLICATE, PORT_INVALID, also where the workload has no port
   */
  public exposeViaService(options: ServiceOptions = {}): WorkloadService {
    const name = options.name ?? this.name;
    return new WorkloadService(this, `Service-${name}`, { ...options, name, workload: this });
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
      labelSelector: LabelSelector.of({ labels: this.selectorLabels }),
      namespaces: this.namespace === undefined ? undefined : { names: [this.namespace] },
    };
  }

  private addFiles(pod: HardenedPod): void {
    for (const { files, owner } of containersOf(pod)) {
      if (!files) continue;
      new ApiObject(this, owner === undefined ? "ConfigMap" : `ConfigMap-${owner}`, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: files.name, labels: this.labels },
        immutable: true,
        data: files.data(),
      });
    }
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
