import {
  type AddOnOptions,
  type AmdGpuPluginOptions,
  type CertManagerAddOnOptions,
  type CoreDnsOptions,
  type DatabaseOperatorOptions,
  type IstioOptions,
  type KubeProxyOptions,
  type NvidiaGpuPluginOptions,
  type SizedAddOnOptions,
  type SizedReplicatedAddOnOptions,
  type WebLogicOperatorOptions,
} from "./add-on-options";
import {
  type AddOnSettings,
  AMD_GPU_PLUGIN,
  CERT_MANAGER_OPTIONS,
  configurationOf,
  CORE_DNS,
  DATABASE_OPERATOR,
  gatewayOf,
  ISTIO,
  KUBE_PROXY,
  NVIDIA_GPU_PLUGIN,
  PLACEMENT,
  placementOf,
  resourcesJson,
  SIZED,
  SIZED_REPLICATED,
  WEBLOGIC_OPERATOR,
} from "./private/add-on-configuration";
import { type Reader, readArgument, readArguments, type Resolved } from "../../core/readers";
import { checked } from "../../core/checked";
import { nearName } from "../../core/stable-order";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";

/** The add-ons that OKE installs in every cluster; a ClusterAddOn takes over the installed one, and leaves it there when it is removed. */
const ESSENTIAL = ["CoreDNS", "Flannel", "KubeProxy", "OciVcnIpNative"];
/** The add-ons that OKE installs in new clusters, including those that are not essential. */
const THERE_ALREADY = [...ESSENTIAL, "NodeProblemDetector", "ObservabilityAgent"];
const NEEDS_CERT_MANAGER = ["KubernetesMetricsServer", "OracleDatabaseOperator"];
/** Updates of these add-ons interrupt workloads, so Oracle recommends a pinned version. */
const BETTER_PINNED = ["AmdGpuPlugin", "NvidiaGpuPlugin"];

/** Add-ons that are not installed, with the reason and the alternative. */
const UNSUPPORTED: { readonly [name: string]: { readonly why: string; readonly instead: string } } = {
  KubernetesDashboard: {
    why: "the Kubernetes Dashboard is a web page with the rights of its service account, which attackers look for, and Oracle advises against it in production",
    instead: "Use kubectl, or the pages of the cluster in the console",
  },
  Tiller: {
    why: "Tiller has the rights of a cluster administrator and authenticates nobody; Helm 3 does without it",
    instead: "Use Helm 3",
  },
};
const OWN_CONSTRUCT: { readonly [name: string]: string } = {
  ClusterAutoscaler: "Give pools autoscale: { min: 1, max: 5 }, or create a ClusterAutoscaler",
  NativeIngressController: "Create a NativeIngressController",
};

/**
 * An OKE add-on with its configuration.
 *
 * The keys are from Oracle's documentation of 2026-09; use `AddOn.of` for keys without a typed option.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-configurationarguments.htm
 */
@checked
export class AddOn {
  /** CoreDNS, which every cluster has: replica count and resources. */
  public static coreDns(options: CoreDnsOptions = {}): AddOn {
    return AddOn.read("CoreDNS", options, CORE_DNS, (read) => ({
      minReplica: read.minReplicas,
      nodesPerReplica: read.nodesPerReplica,
      customizeCoreDNSConfigMap: read.ownConfigMap,
      coreDnsContainerResources: resourcesJson(read.resources),
    }));
  }

  /** kube-proxy, which every cluster has. */
  public static kubeProxy(options: KubeProxyOptions = {}): AddOn {
    return AddOn.read("KubeProxy", options, KUBE_PROXY, (read) => ({
      customizeKubeProxyConfigMap: read.ownConfigMap,
      "kube-proxy.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /** The network plugin of clusters with VCN-native pod networking. */
  public static vcnNativeNetworking(options: SizedAddOnOptions = {}): AddOn {
    return AddOn.read("OciVcnIpNative", options, SIZED, (read) => ({
      "install-cni-ips.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /** The network plugin of clusters with an overlay. */
  public static flannel(options: SizedAddOnOptions = {}): AddOn {
    return AddOn.read("Flannel", options, SIZED, (read) => ({
      "kube-flannel.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /** cert-manager, which issues and renews certificates; `CertManagerAddOn` installs it with memory limits for the certificates of programs. */
  public static certManager(options: CertManagerAddOnOptions = {}): AddOn {
    return AddOn.read("CertManager", options, CERT_MANAGER_OPTIONS, (read) => ({
      numOfReplicas: read.replicas,
      "cert-manager-controller.ContainerResources": resourcesJson(read.controllerResources),
      "cert-manager-webhook.ContainerResources": resourcesJson(read.webhookResources),
      "cert-manager-cainjector.ContainerResources": resourcesJson(read.caInjectorResources),
    }));
  }

  /** The Metrics Server, which `kubectl top` and the autoscaling of workloads need; requires cert-manager. */
  public static metricsServer(options: SizedReplicatedAddOnOptions = {}): AddOn {
    return AddOn.read("KubernetesMetricsServer", options, SIZED_REPLICATED, (read) => ({
      numOfReplicas: read.replicas,
      "metrics-server.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /**
   * The agent that collects metrics of nodes, CoreDNS and kube-proxy; new clusters have it.
   *
   * The control plane connects to it on TCP 9995 of the nodes: the add-on adds the rules to a `SecureOkeCluster`.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengobservingworkernodeaddonhealth.htm
   */
  public static observabilityAgent(options: AddOnOptions = {}): AddOn {
    return AddOn.read("ObservabilityAgent", options, PLACEMENT, () => ({}));
  }

  /** The detector that reports node problems as conditions and events; new clusters have it. */
  public static nodeProblemDetector(options: AddOnOptions = {}): AddOn {
    return AddOn.read("NodeProblemDetector", options, PLACEMENT, () => ({}));
  }

  /** Oracle's database operator; requires cert-manager. */
  public static databaseOperator(options: DatabaseOperatorOptions = {}): AddOn {
    return AddOn.read("OracleDatabaseOperator", options, DATABASE_OPERATOR, (read) => ({
      numOfReplicas: read.replicas,
      "manager.ContainerResources": resourcesJson(read.resources),
      skipAddonDependenciesCheck: read.ownCertManager ? true : undefined,
    }));
  }

  /** Oracle's operator for WebLogic domains. */
  public static webLogicOperator(options: WebLogicOperatorOptions = {}): AddOn {
    return AddOn.read("WeblogicKubernetesOperator", options, WEBLOGIC_OPERATOR, (read) => ({
      numOfReplicas: read.replicas,
      "weblogic-operator.ContainerResources": resourcesJson(read.resources),
      "weblogic-operator-webhook.ContainerResources": resourcesJson(read.webhookResources),
    }));
  }

  /** The device plugin for NVIDIA GPUs. */
  public static nvidiaGpuPlugin(options: NvidiaGpuPluginOptions = {}): AddOn {
    return AddOn.read("NvidiaGpuPlugin", options, NVIDIA_GPU_PLUGIN, (read) => ({
      deviceListStrategy: read.deviceListStrategy,
      deviceIdStrategy: read.deviceIdStrategy,
      migStrategy: read.migStrategy,
      failOnInitError: read.failOnInitError,
      passDeviceSpecs: read.passDeviceSpecs,
      useConfigFile: read.ownConfigMap,
      driverRoot: read.driverRoot,
      "nvidia-gpu-device-plugin.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /** The device plugin for AMD GPUs. */
  public static amdGpuPlugin(options: AmdGpuPluginOptions = {}): AddOn {
    return AddOn.read("AmdGpuPlugin", options, AMD_GPU_PLUGIN, (read) => ({
      pulse: read.healthCheckInterval.toSeconds(),
      "amd-gpu-device-plugin.ContainerResources": resourcesJson(read.resources),
    }));
  }

  /** The Istio service mesh, without an ingress gateway, which would be a public load balancer by default. */
  public static istio(options: IstioOptions = {}): AddOn {
    return AddOn.read("Istio", options, ISTIO, (read) => ({
      numOfReplicas: read.replicas,
      customizeConfigMap: read.ownConfigMap,
      profile: "oke-default",
      "istiod.HorizontalPodAutoscalerMinReplicas": read.replicas,
      "istiod.HorizontalPodAutoscalerMaxReplicas": read.maxReplicas,
      "istiod.PodDisruptionBudgetMinAvailable": 1,
      "discovery.ContainerResources": resourcesJson(read.resources),
      ...gatewayOf(read.ingressGateway),
    }));
  }

  /**
   * An add-on without its own factory, such as `NodeFeatureDiscovery`, or with keys that have no typed option.
   *
   * @param name the name as OKE spells it
   * @param configuration keys and values as OKE expects them; objects as JSON
   */
  public static of(name: string, configuration: { [key: string]: string } = {}): AddOn {
    readArgument("AddOn.of", "name", name, addOnName);
    return new AddOn(name, { ...configuration });
  }

  private static read<S extends typeof PLACEMENT>(
    name: string,
    options: AddOnOptions,
    schema: S,
    settingsOf: (read: Resolved<S>) => AddOnSettings,
  ): AddOn {
    const read = readArguments(`AddOn (${name})`, options, schema);
    return new AddOn(name, configurationOf({ ...settingsOf(read), ...placementOf(read) }));
  }

  private constructor(
    /** The name as OKE spells it. */
    public readonly name: string,
    /** The configuration keys and values as OKE expects them. */
    public readonly configuration: { [key: string]: string },
  ) {}

  /** Whether every cluster needs the add-on. */
  public get isEssential(): boolean {
    return ESSENTIAL.includes(this.name);
  }

  /** @internal */
  public get _isThereAlready(): boolean {
    return THERE_ALREADY.includes(this.name);
  }

  /** @internal */
  public get _needsCertManager(): boolean {
    return (
      NEEDS_CERT_MANAGER.includes(this.name) && this.configuration.skipAddonDependenciesCheck === undefined
    );
  }

  /** @internal */
  public get _isBetterPinned(): boolean {
    return BETTER_PINNED.includes(this.name);
  }
}

const NAMES = [
  ...THERE_ALREADY,
  ...NEEDS_CERT_MANAGER,
  ...BETTER_PINNED,
  ...["CertManager", "Istio", "WeblogicKubernetesOperator"],
  ...Object.keys(UNSUPPORTED),
  ...Object.keys(OWN_CONSTRUCT),
];

/** Reads the name of an add-on that OKE may have. */
const addOnName: Reader<string> = (problems, name, value) => {
  if (typeof value === "string" && /^[A-Z]\w*$/.test(value)) {
    checkName(problems, name, value);
    return value;
  }
  const fix = 'Write it as OKE does, for example "CertManager"';
  problems.add("ADD_ON_INVALID", `${name} is ${shown(value)}`, fix);
  return undefined;
};

function checkName(problems: Problems, property: string, name: string): void {
  const unsupported = Object.keys(UNSUPPORTED).includes(name) ? UNSUPPORTED[name] : undefined;
  if (unsupported) {
    const what = `${property} is ${name}, which is not supported: ${unsupported.why}`;
    problems.add("ADD_ON_INVALID", what, unsupported.instead);
  }
  const own = Object.keys(OWN_CONSTRUCT).includes(name) ? OWN_CONSTRUCT[name] : undefined;
  if (own !== undefined) {
    problems.add("ADD_ON_INVALID", `${property} is ${name}, which needs IAM policies beside the add-on`, own);
  }
  if (NAMES.includes(name)) return;
  const near = nearName(name, NAMES);
  if (near === undefined || near.toLowerCase() !== name.toLowerCase()) return;
  problems.add(
    "ADD_ON_INVALID",
    `${property} is ${name}, which is not the name of an add-on`,
    `Write ${near}`,
  );
}
