import { Yaml } from "cdk8s";
import { type IConstruct } from "constructs";
import {
  calicoFor,
  type CalicoOptions,
  type CiliumOptions,
  readCalico,
  readCilium,
  type ResolvedCalico,
  type ResolvedCilium,
  testedCalico,
} from "./network-policy-engine-options";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { type Reader, valueOf } from "../../core/readers";
import { readChoice, type ReasonedChoice } from "../../core/reason";
import { type Problems } from "../../core/validation-error";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
import { type KubernetesVersion } from "../kubernetes-version";

const GITHUB = "https://raw.githubusercontent.com/projectcalico/calico";
// Older releases have their images on docker.io; newer releases combine some programs in one image.
const REGISTRIES = ["docker.io/calico", "quay.io/calico"];
const IMAGES = ["calico", "kube-controllers", "node"];
const remove = (key: object) => ({ ...key, $patch: "delete" });

/** No agent uses Typha, so neither Typha nor its Service and disruption budget are created. */
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
 * Calico's policy-only manifest with the changes that Oracle requires for VCN-native pod networking: it creates no network, installs no
 * plugin, and uses the interfaces that Oracle's plugin creates.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
function calicoKustomization(options: ResolvedCalico, kubernetes?: KubernetesVersion): string {
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

/** Adds the pull Secrets to every service account of the manifest, whose pods use them. */
function accountPatches({ imagePullSecrets = [] }: ResolvedCalico): object[] {
  if (imagePullSecrets.length === 0) return [];
  const patch = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "any" },
    imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
  };
  return [{ target: { kind: "ServiceAccount" }, patch: Yaml.stringify(patch) }];
}

/** A version without the leading letter of tags. */
function bare(version: string): string {
  return version.replace(/^v/, "");
}

function nodePatch({ iptablesBackend }: ResolvedCalico): object {
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
 * Cilium's Helm values for a cluster with VCN-native pod networking: Oracle's plugin assigns interfaces and addresses to pods, and Cilium
 * is chained after it, identified by the name `oci`.
 *
 * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
 */
function ciliumValues({ imageRegistry, imagePullSecrets = [] }: ResolvedCilium): string {
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
    // Otherwise no CIDR matches a node, and load balancers connect to pods through nodes.
    policyCIDRMatchMode: ["nodes"],
    // A running agent would keep its previous configuration.
    rollOutCiliumPods: true,
    ...(imageRegistry === undefined ? {} : { operator: image("operator") }),
    // Not needed here, and each would be another program with its own image and ports.
    envoy: { enabled: false },
    hubble: { enabled: false },
  });
}

/** The instructions for installing an engine. */
export interface EngineInstallation {
  /** The name and the text of the file, in the folder of the cluster. */
  readonly file: string;
  readonly text: string;
  /** The command, which is run in the app's output folder. */
  readonly command: (folder: string) => string;
  /** A warning about the installation. */
  readonly warning?: string;
  /** The images in a custom registry for which no credentials were given. */
  readonly pulls: readonly string[];
}

function pullsOf(
  { imageRegistry, imagePullSecrets }: ResolvedCalico | ResolvedCilium,
  names: readonly string[],
): string[] {
  if (imageRegistry === undefined || imagePullSecrets !== undefined) return [];
  return names.map((name) => `${imageRegistry}/${name}`);
}

/**
 * The engine that enforces the NetworkPolicies of a cluster; OKE has no engine of its own, and without one NetworkPolicies have no
 * effect.
 *
 * The library writes files that you apply with kubectl or Helm; synthesis needs no cluster and no internet access. The pods of an engine
 * are privileged and run in `kube-system`: they write the packet filter of each node. Pods that were started before the engine are not
 * restricted until they are restarted, so install it before the first node pool if possible.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
@checked
export class NetworkPolicyEngine {
  /**
   * Calico for policies only, beside Oracle's plugin for VCN-native pod networking: the engine that Oracle supports.
   *
   * Written as a Kustomization of Calico's own manifest, for `kubectl apply -k`. The release follows the Kubernetes version of the
   * cluster, by the combinations that Oracle has tested.
   */
  public static calico(options: CalicoOptions = {}): NetworkPolicyEngine {
    const read = readCalico(options);
    return new NetworkPolicyEngine("calico", (kubernetes) => ({
      file: "kustomization.yaml",
      text: calicoKustomization(read, kubernetes),
      command: (folder) => `kubectl apply --server-side -k ${folder}`,
      warning: warningOf(read.version, kubernetes),
      pulls: pullsOf(read, ["node", "kube-controllers"]),
    }));
  }

  /**
   * Cilium chained after Oracle's plugin for VCN-native pod networking, as described in Cilium's guide for OKE; not supported by Oracle.
   *
   * Written as Helm values.
   *
   * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
   */
  public static cilium(options: CiliumOptions = {}): NetworkPolicyEngine {
    const read = readCilium(options);
    const chart = `cilium --repo https://helm.cilium.io --version ${bare(read.version)}`;
    return new NetworkPolicyEngine("cilium", () => ({
      file: "values.yaml",
      text: ciliumValues(read),
      command: (folder) =>
        `helm upgrade --install cilium ${chart} --namespace kube-system --values ${folder}/values.yaml`,
      pulls: pullsOf(read, ["cilium", "operator-generic"]),
    }));
  }

  /**
   * An engine that is installed by other means; nothing is written for it.
   *
   * @param choice the reason: which engine it is, and who installs it
   */
  public static existing(choice: ReasonedChoice): NetworkPolicyEngine {
    const reason = readChoice(
      "NetworkPolicyEngine.existing",
      "A policy engine that is installed by other means",
      choice,
    );
    return new NetworkPolicyEngine("existing", undefined, reason);
  }

  private constructor(
    /** `calico`, `cilium` or `existing`. */
    public readonly name: string,
    /** @internal */
    public readonly _installationFor?: (kubernetes?: KubernetesVersion) => EngineInstallation,
    /** The reason for writing nothing, if the engine is installed by other means. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason !== undefined) {
      const what = "a policy engine that is installed by other means";
      Acknowledgements._record(scope, "network-layers", what, this.reason);
    } else {
      const what = `privileged pods of ${this.name} in kube-system, with access to the files and the network of their nodes`;
      Acknowledgements._record(scope, "non-root", what, "Writing the packet filter of a node requires root");
    }
  }
}

/** Reads a policy engine, which may come from another copy of the library. */
export function policyEngine(): Reader<NetworkPolicyEngine> {
  return valueOf(NetworkPolicyEngine);
}

/** Adds a problem if the files of an engine don't fit the pod networking. */
export function checkEngineFits(
  problems: Problems,
  engine: NetworkPolicyEngine | undefined,
  podNetworking: PodNetworking | undefined,
): void {
  if (!engine?._installationFor || !isOverlay(podNetworking)) return;
  problems.add(
    "VALUE_INVALID",
    `networkPolicyEngine is ${engine.name}, whose files are written for VCN-native pods, but the cluster has a flannel overlay`,
    'Install an engine for flannel and declare it: NetworkPolicyEngine.existing({ reason: "Calico beside flannel, by the platform team" })',
  );
}

/** The warning for a release that Oracle doesn't support, if its table lists the Kubernetes version of the cluster. */
function warningOf(version: string | undefined, kubernetes?: KubernetesVersion): string | undefined {
  const tested = kubernetes && testedCalico(kubernetes);
  if (version !== undefined) {
    if (tested === undefined || bare(version) === tested) return undefined;
    return `[calico-version] Oracle supports Calico ${tested} with Kubernetes 1.${kubernetes?.minor}, but version is ${bare(version)}: leave version out, unless somebody else supports that release`;
  }
  if (!kubernetes || tested !== undefined) return undefined;
  return `[calico-version] The release of Calico that Oracle has tested with Kubernetes 1.${kubernetes.minor} is not known: look it up and set NetworkPolicyEngine.calico({ version })`;
}
