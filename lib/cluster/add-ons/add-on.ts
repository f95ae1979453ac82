import { Duration } from "cdk8s";
import {
  MigStrategy,
  type AddOnOptions,
  type AmdGpuPluginOptions,
  type CertManagerAddOnOptions,
  type CoreDnsOptions,
  type DatabaseOperatorOptions,
  type IstioIngressGatewayOptions,
  type IstioOptions,
  type KubeProxyOptions,
  type NvidiaGpuPluginOptions,
  type ReplicatedAddOnOptions,
  type SizedAddOnOptions,
  type SizedReplicatedAddOnOptions,
  type WebLogicOperatorOptions,
} from "./add-on-options";
import { ConfigurationWriter } from "./private/configuration";
import { checked } from "../../core/checked";
import { nearName, sortedByKey } from "../../core/stable-order";
import { checkReason } from "../../core/reason";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { wholeDurationOf } from "../../core/whole-amounts";

/** The add-ons that OKE installs in every cluster; a ClusterAddOn takes over the installed one, and leaves it there when it is removed. */
const ESSENTIAL = ["CoreDNS", "Flannel", "KubeProxy", "OciVcnIpNative"];
/** The add-ons that OKE installs in new clusters, including those that are not essential. */
const THERE_ALREADY = [...ESSENTIAL, "NodeProblemDetector", "ObservabilityAgent"];
const NEEDS_CERT_MANAGER = ["KubernetesMetricsServer", "OracleDatabaseOperator"];
/** Updates of these add-ons interrupt workloads, so Oracle recommends a pinned version. */
const BETTER_PINNED = ["AmdGpuPlugin", "NvidiaGpuPlugin"];

/** Add-ons that are not installed, with the reason and the alternative. */
const REFUSED: { readonly [name: string]: { readonly why: string; readonly instead: string } } = {
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
const REPLICAS = [1, 10] as const;
const MAX_REPLICAS = [1, 100] as const;
const HEALTH_CHECKS = { least: 0, most: 3600 };

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
    return AddOn.write("CoreDNS", options, (writer) => {
      const { minReplicas = 2, nodesPerReplica = 1, ownConfigMap = false } = options ?? {};
      writer.count("minReplica", "minReplicas", minReplicas, MAX_REPLICAS);
      writer.count("nodesPerReplica", "nodesPerReplica", nodesPerReplica, [1, 1000]);
      writer.flag("customizeCoreDNSConfigMap", "ownConfigMap", ownConfigMap);
      writer.resources("coreDnsContainerResources", "resources", options?.resources);
    });
  }

  /** kube-proxy, which every cluster has. */
  public static kubeProxy(options: KubeProxyOptions = {}): AddOn {
    return AddOn.write("KubeProxy", options, (writer) => {
      writer.flag("customizeKubeProxyConfigMap", "ownConfigMap", options?.ownConfigMap ?? false);
      writer.resources("kube-proxy.ContainerResources", "resources", options?.resources);
    });
  }

  /** The network plugin of clusters with VCN-native pod networking. */
  public static vcnNativeNetworking(options: SizedAddOnOptions = {}): AddOn {
    return AddOn.sized("OciVcnIpNative", "install-cni-ips.ContainerResources", options);
  }

  /** The network plugin of clusters with an overlay. */
  public static flannel(options: SizedAddOnOptions = {}): AddOn {
    return AddOn.sized("Flannel", "kube-flannel.ContainerResources", options);
  }

  /** cert-manager, which issues and renews certificates; `CertManagerAddOn` installs it with memory limits for the certificates of programs. */
  public static certManager(options: CertManagerAddOnOptions = {}): AddOn {
    return AddOn.replicated("CertManager", options, (writer) => {
      const { controllerResources, webhookResources, caInjectorResources } = options ?? {};
      writer.resources(
        "cert-manager-controller.ContainerResources",
        "controllerResources",
        controllerResources,
      );
      writer.resources("cert-manager-webhook.ContainerResources", "webhookResources", webhookResources);
      writer.resources(
        "cert-manager-cainjector.ContainerResources",
        "caInjectorResources",
        caInjectorResources,
      );
    });
  }

  /** The Metrics Server, which `kubectl top` and the autoscaling of workloads need; requires cert-manager. */
  public static metricsServer(options: SizedReplicatedAddOnOptions = {}): AddOn {
    return AddOn.replicated("KubernetesMetricsServer", options, (writer) => {
      writer.resources("metrics-server.ContainerResources", "resources", options?.resources);
    });
  }

  /**
   * The agent that collects metrics of nodes, CoreDNS and kube-proxy; new clusters have it.
   *
   * The control plane connects to it on TCP 9995 of the nodes: the add-on adds the rules to a `SecureOkeCluster`.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengobservingworkernodeaddonhealth.htm
   */
  public static observabilityAgent(options: AddOnOptions = {}): AddOn {
    return AddOn.write("ObservabilityAgent", options, () => undefined);
  }

  /** The detector that reports node problems as conditions and events; new clusters have it. */
  public static nodeProblemDetector(options: AddOnOptions = {}): AddOn {
    return AddOn.write("NodeProblemDetector", options, () => undefined);
  }

  /** Oracle's database operator; requires cert-manager. */
  public static databaseOperator(options: DatabaseOperatorOptions = {}): AddOn {
    return AddOn.replicated("OracleDatabaseOperator", options, (writer) => {
      writer.resources("manager.ContainerResources", "resources", options?.resources);
      if (options?.ownCertManager)
        writer.flag("skipAddonDependenciesCheck", "ownCertManager", options.ownCertManager);
    });
  }

  /** Oracle's operator for WebLogic domains. */
  public static webLogicOperator(options: WebLogicOperatorOptions = {}): AddOn {
    return AddOn.replicated("WeblogicKubernetesOperator", options, (writer) => {
      writer.resources("weblogic-operator.ContainerResources", "resources", options?.resources);
      writer.resources(
        "weblogic-operator-webhook.ContainerResources",
        "webhookResources",
        options?.webhookResources,
      );
    });
  }

  /** The device plugin for NVIDIA GPUs. */
  public static nvidiaGpuPlugin(options: NvidiaGpuPluginOptions = {}): AddOn {
    return AddOn.write("NvidiaGpuPlugin", options, (writer) => {
      const { deviceListStrategy, deviceIdStrategy, migStrategy } = options ?? {};
      const lists = ["envvar", "volume-mounts", "cdi-annotations", "cdi-cri"];
      writer.choice("deviceListStrategy", "deviceListStrategy", deviceListStrategy, lists);
      writer.choice("deviceIdStrategy", "deviceIdStrategy", deviceIdStrategy, ["uuid", "index"]);
      writer.choice("migStrategy", "migStrategy", migStrategy, Object.values(MigStrategy));
      writer.flag("failOnInitError", "failOnInitError", options?.failOnInitError);
      writer.flag("passDeviceSpecs", "passDeviceSpecs", options?.passDeviceSpecs);
      writer.flag("useConfigFile", "ownConfigMap", options?.ownConfigMap);
      writer.text("driverRoot", options?.driverRoot);
      writer.resources("nvidia-gpu-device-plugin.ContainerResources", "resources", options?.resources);
    });
  }

  /** The device plugin for AMD GPUs. */
  public static amdGpuPlugin(options: AmdGpuPluginOptions = {}): AddOn {
    return AddOn.write("AmdGpuPlugin", options, (writer, problems) => {
      const { healthCheckInterval: interval = Duration.seconds(30) } = options ?? {};
      const seconds = wholeDurationOf(problems, "healthCheckInterval", interval, "seconds", HEALTH_CHECKS);
      writer.text("pulse", String(seconds));
      writer.resources("amd-gpu-device-plugin.ContainerResources", "resources", options?.resources);
    });
  }

  /** The Istio service mesh, without an ingress gateway, which would be a public load balancer by default. */
  public static istio(options: IstioOptions = {}): AddOn {
    return AddOn.replicated("Istio", options, (writer, problems) => {
      const { replicas = 2, maxReplicas = 5, ownConfigMap = false, ingressGateway } = options ?? {};
      writer.flag("customizeConfigMap", "ownConfigMap", ownConfigMap);
      writer.text("profile", "oke-default");
      writer.count("istiod.HorizontalPodAutoscalerMinReplicas", "replicas", replicas, MAX_REPLICAS);
      writer.count("istiod.HorizontalPodAutoscalerMaxReplicas", "maxReplicas", maxReplicas, MAX_REPLICAS);
      writer.text("istiod.PodDisruptionBudgetMinAvailable", "1");
      writer.resources("discovery.ContainerResources", "resources", options?.resources);
      writer.flag("enableIngressGateway", "ingressGateway", ingressGateway !== undefined);
      if (ingressGateway !== undefined) writeGateway(problems, writer, ingressGateway);
    });
  }

  /**
   * An add-on without its own factory, such as `NodeFeatureDiscovery`, or with keys that have no typed option.
   *
   * @param name the name as OKE spells it
   * @param configuration keys and values as OKE expects them; objects as JSON
   */
  public static of(name: string, configuration: { [key: string]: string } = {}): AddOn {
    const problems = new Problems("AddOn.of");
    checkName(problems, name);
    problems.throwIfAny();
    return new AddOn(name, { ...configuration });
  }

  private static write(
    name: string,
    options: AddOnOptions,
    write: (writer: ConfigurationWriter, problems: Problems) => void,
  ): AddOn {
    const problems = new Problems(`AddOn (${name})`);
    const writer = new ConfigurationWriter(problems);
    writer.placement(options ?? {});
    write(writer, problems);
    problems.throwIfAny();
    return new AddOn(name, writer.configuration);
  }

  private static sized(name: string, key: string, options: SizedAddOnOptions): AddOn {
    return AddOn.write(name, options, (writer) =>
      writer.resources(key, "resources", (options ?? {}).resources),
    );
  }

  private static replicated(
    name: string,
    options: ReplicatedAddOnOptions,
    write: (writer: ConfigurationWriter, problems: Problems) => void,
  ): AddOn {
    return AddOn.write(name, options, (writer, problems) => {
      writer.count("numOfReplicas", "replicas", (options ?? {}).replicas ?? 2, REPLICAS);
      write(writer, problems);
    });
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
  ...Object.keys(REFUSED),
  ...Object.keys(OWN_CONSTRUCT),
];

function checkName(problems: Problems, name: string): void {
  if (typeof name !== "string" || !/^[A-Z]\w*$/.test(name)) {
    problems.add(
      "ADD_ON_INVALID",
      `name is ${shown(name)}`,
      'Write it as OKE does, for example "CertManager"',
    );
    return;
  }
  const refused = Object.keys(REFUSED).includes(name) ? REFUSED[name] : undefined;
  if (refused) {
    problems.add(
      "ADD_ON_INVALID",
      `name is ${name}, which is not supported: ${refused.why}`,
      refused.instead,
    );
  }
  const own = Object.keys(OWN_CONSTRUCT).includes(name) ? OWN_CONSTRUCT[name] : undefined;
  if (own !== undefined) {
    problems.add("ADD_ON_INVALID", `name is ${name}, which needs IAM policies beside the add-on`, own);
  }
  if (NAMES.includes(name)) return;
  const near = nearName(name, NAMES);
  if (near === undefined || near.toLowerCase() !== name.toLowerCase()) return;
  problems.add("ADD_ON_INVALID", `name is ${name}, which is not the name of an add-on`, `Write ${near}`);
}

function writeGateway(
  problems: Problems,
  writer: ConfigurationWriter,
  gateway: IstioIngressGatewayOptions,
): void {
  const { publicReason, annotations = {}, minReplicas = 2, maxReplicas = 5 } = gateway;
  const internal = "service.beta.kubernetes.io/oci-load-balancer-internal";
  if (publicReason !== undefined)
    checkReason(
      problems,
      "A public load balancer of the ingress gateway",
      publicReason,
      "ingressGateway.publicReason",
    );
  if (internal in annotations) {
    problems.add(
      "VALUE_INVALID",
      `ingressGateway.annotations has ${internal}`,
      "Leave it out: the load balancer is private unless publicReason is given",
    );
  }
  const all = {
    // The cloud controller writes its rules to security groups, as for every other Service of the cluster.
    "oci.oraclecloud.com/security-rule-management-mode": "NSG",
    ...(publicReason === undefined ? { [internal]: "true" } : {}),
    ...annotations,
  };
  writer.json("istio-ingressgateway.Annotations", sortedByKey(all));
  const key = "istio-ingressgateway.HorizontalPodAutoscaler";
  writer.count(`${key}MinReplicas`, "ingressGateway.minReplicas", minReplicas, MAX_REPLICAS);
  writer.count(`${key}MaxReplicas`, "ingressGateway.maxReplicas", maxReplicas, MAX_REPLICAS);
  writer.text("istio-ingressgateway.PodDisruptionBudgetMinAvailable", "1");
  if (minReplicas > maxReplicas) {
    problems.add(
      "COUNT_INVALID",
      `ingressGateway.minReplicas is ${minReplicas}, more than maxReplicas, ${maxReplicas}`,
      `Give maxReplicas at least ${minReplicas}`,
    );
  }
}
