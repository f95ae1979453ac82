import { type IConstruct } from "constructs";
import { bare, calicoKustomization } from "./calico-kustomization";
import { ciliumValues } from "./cilium-values";
import { checkCalico, checkCilium } from "./check-policy-engine";
import { type CalicoOptions, type CiliumOptions } from "./network-policy-engine-options";
import { type KubernetesVersion } from "./kubernetes-version";
import { CILIUM_VERSION, testedCalico } from "./network-policy-engine-versions";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

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
