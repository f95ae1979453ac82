import { Yaml } from "cdk8s";
import { type IConstruct } from "constructs";
import {
  calicoFor,
  CalicoIptablesBackend,
  type CalicoOptions,
  checkCalico,
  checkCilium,
  CILIUM_VERSION,
  type CiliumOptions,
  testedCalico,
} from "./network-policy-engine-options";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { type KubernetesVersion } from "../kubernetes-version";

const GITHUB = "https://raw.githubusercontent.com/projectcalico/calico";
// Older releases have their images on docker.io, newer ones some programs in one image.
const REGISTRIES = ["docker.io/calico", "quay.io/calico"];
const IMAGES = ["calico", "kube-controllers", "node"];
const remove = (key: object) => ({ ...key, $patch: "delete" });

/** No agent asks that cache, so neither it nor its Service and budget are made. */
const WITHOUT_TYPHA = {
  target: { name: "calico-typha" },
  patch: Yaml.stringify({
    apiVersion: "v1",
    kind: "Any",
    metadata: { name: "calico-typha" },
    $patch: "delete",
  }),
};

/**
 * Calico's policy-only manifest with the changes that Oracle asks for beside VCN-native pod networking: it makes no network, installs no
 * plugin, and looks at the interfaces that Oracle's plugin makes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
function calicoKustomization(options: CalicoOptions, kubernetes?: KubernetesVersion): string {
  const { version = calicoFor(kubernetes), imageRegistry } = options;
  const { manifestUrl = `${GITHUB}/v${bare(version)}/manifests/calico-policy-only.yaml` } = options;
  const images = REGISTRIES.flatMap((registry) =>
    IMAGES.map((image) => ({ name: `${registry}/${image}`, newName: `${imageRegistry}/${image}` })),
  );
  return Yaml.stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [manifestUrl],
    patches: [{ patch: Yaml.stringify(nodePatch(options)) }, WITHOUT_TYPHA, ...accountPatches(options)],
    ...(imageRegistry === undefined ? {} : { images }),
  });
}

/** Names the pull Secrets on every account of the manifest, from which its pods have them. */
function accountPatches({ imagePullSecrets = [] }: CalicoOptions): object[] {
  if (imagePullSecrets.length === 0) return [];
  const patch = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "any" },
    imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
  };
  return [{ target: { kind: "ServiceAccount" }, patch: Yaml.stringify(patch) }];
}

/** A version without the letter that tags begin with. */
function bare(version: string): string {
  return version.replace(/^v/, "");
}

function nodePatch({ iptablesBackend = CalicoIptablesBackend.NFT }: CalicoOptions): object {
  const settings = {
    FELIX_INTERFACEPREFIX: "oci",
    NO_DEFAULT_POOLS: "true",
    FELIX_CHAININSERTMODE: "Append",
    FELIX_IPTABLESMANGLEALLOWACTION: "Return",
    FELIX_IPTABLESBACKEND: iptablesBackend,
  };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const container = {
    name: "calico-node",
    envFrom: null,
    env: [...env, remove({ name: "FELIX_TYPHAK8SSERVICENAME" })],
    volumeMounts: ["/host/etc/cni/net.d", "/var/log/calico/cni"].map((mountPath) => remove({ mountPath })),
  };
  const volumes = ["cni-bin-dir", "cni-net-dir", "cni-log-dir"].map((name) => remove({ name }));
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace: "kube-system" },
    spec: { template: { spec: { initContainers: null, containers: [container], volumes } } },
  };
}

/**
 * Cilium's Helm values for a cluster with VCN-native pod networking: Oracle's plugin gives pods their interfaces and addresses, and Cilium
 * follows it in the chain, found by its name `oci`.
 *
 * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
 */
function ciliumValues({ imageRegistry, imagePullSecrets = [] }: CiliumOptions): string {
  const image = (name: string) =>
    imageRegistry === undefined ? {} : { image: { repository: `${imageRegistry}/${name}` } };
  return Yaml.stringify({
    ...image("cilium"),
    ...(imagePullSecrets.length > 0 ? { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) } : {}),
    cni: { chainingTarget: "oci", exclusive: false },
    routingMode: "native",
    enableIPv4Masquerade: false,
    kubeProxyReplacement: false,
    // The range is for Cilium's own use: pods have addresses of the VCN.
    ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: ["100.64.0.0/16"] } },
    // Without it no CIDR matches a node, and load balancers reach pods by way of nodes.
    policyCIDRMatchMode: ["nodes"],
    // An agent that runs already would keep what it was told before.
    rollOutCiliumPods: true,
    ...(imageRegistry === undefined ? {} : { operator: image("operator") }),
    // Nothing here needs either, and each is a further program with an image and ports of its own.
    envoy: { enabled: false },
    hubble: { enabled: false },
  });
}

/** What is written for people who install an engine. */
export interface EngineInstallation {
  /** The file's name and text, in a folder of the cluster. */
  readonly file: string;
  readonly text: string;
  /** The command, which is run where the app's output folder is. */
  readonly command: (folder: string) => string;
  /** What may be wrong with it. */
  readonly warning?: string;
  /** The images from a registry of the user's whose credentials nobody named. */
  readonly pulls: readonly string[];
}

function pullsOf(
  { imageRegistry, imagePullSecrets }: CalicoOptions | CiliumOptions,
  names: readonly string[],
): string[] {
  if (imageRegistry === undefined || imagePullSecrets !== undefined) return [];
  return names.map((name) => `${imageRegistry}/${name}`);
}

/**
 * What enforces NetworkPolicies in a cluster; OKE has no engine of its own, and without one they do nothing.
 *
 * What the library writes is applied by whoever has kubectl or Helm; no cluster and no internet is needed to synthesize it.
 * The pods of an engine are privileged, in `kube-system`: they write the packet filter of each node. Pods that ran before
 * it are not limited until they are restarted, so install it before the first node pool where that can be.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
@checked
export class NetworkPolicyEngine {
  /**
   * Calico for policies only, beside Oracle's plugin for VCN-native pod networking: the one that Oracle supports.
   *
   * Written as a Kustomization of Calico's own manifest, for `kubectl apply -k`. The release follows the Kubernetes version of
   * the cluster, by the pairs that Oracle has tested.
   *
   * @throws VALUE_INVALID, VERSION_UNKNOWN, IMAGE_INVALID
   */
  public static calico(options: CalicoOptions = {}): NetworkPolicyEngine {
    const problems = new Problems("NetworkPolicyEngine.calico");
    checkCalico(problems, options);
    problems.throwIfAny();
    return new NetworkPolicyEngine("calico", (kubernetes) => ({
      file: "kustomization.yaml",
      text: calicoKustomization(options, kubernetes),
      command: (folder) => `kubectl apply --server-side -k ${folder}`,
      warning: warningOf(options.version, kubernetes),
      pulls: pullsOf(options, ["node", "kube-controllers"]),
    }));
  }

  /**
   * Cilium chained after Oracle's plugin for VCN-native pod networking, as Cilium's guide for OKE has it; not supported by Oracle.
   *
   * Written as Helm values.
   *
   * @throws VALUE_INVALID, VERSION_UNKNOWN, IMAGE_INVALID
   * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
   */
  public static cilium(options: CiliumOptions = {}): NetworkPolicyEngine {
    const problems = new Problems("NetworkPolicyEngine.cilium");
    checkCilium(problems, options);
    problems.throwIfAny();
    const { version = CILIUM_VERSION } = options;
    const chart = `cilium --repo https://helm.cilium.io --version ${bare(version)}`;
    return new NetworkPolicyEngine("cilium", () => ({
      file: "values.yaml",
      text: ciliumValues(options),
      command: (folder) =>
        `helm upgrade --install cilium ${chart} --namespace kube-system --values ${folder}/values.yaml`,
      pulls: pullsOf(options, ["cilium", "operator-generic"]),
    }));
  }

  /**
   * An engine that somebody else installs, about which nothing is written.
   *
   * @param choice who installs which one
   * @throws REASON_MISSING
   */
  public static existing(choice: ReasonedChoice): NetworkPolicyEngine {
    const problems = new Problems("NetworkPolicyEngine.existing");
    checkReason(problems, "An engine that is not made here", choice?.reason);
    problems.throwIfAny();
    return new NetworkPolicyEngine("existing", undefined, choice.reason);
  }

  private constructor(
    /** `calico`, `cilium` or `existing`. */
    public readonly name: string,
    /** @internal */
    public readonly _installationFor?: (kubernetes?: KubernetesVersion) => EngineInstallation,
    /** Why nothing is written, where it is not. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason !== undefined) {
      const what = "a policy engine that is not made here";
      Acknowledgements._record(scope, "network-layers", what, this.reason);
    } else {
      const what = `privileged pods of ${this.name} in kube-system, with files and network of their node`;
      Acknowledgements._record(
        scope,
        "non-root",
        what,
        "Who writes the packet filter of a node is root there",
      );
    }
  }
}

/** What Oracle does not support, where its table has the Kubernetes version of the cluster. */
function warningOf(version: string | undefined, kubernetes?: KubernetesVersion): string | undefined {
  const tested = kubernetes && testedCalico(kubernetes);
  if (version !== undefined) {
    if (tested === undefined || bare(version) === tested) return undefined;
    return `[calico-version] Oracle supports Calico ${tested} with Kubernetes 1.${kubernetes?.minor}, and ${bare(version)} was asked for: leave version out, or see that somebody else supports it`;
  }
  if (!kubernetes || tested !== undefined) return undefined;
  return `[calico-version] No release of Calico is known that Oracle has tested with Kubernetes 1.${kubernetes.minor}: look it up and name it by NetworkPolicyEngine.calico({ version })`;
}
