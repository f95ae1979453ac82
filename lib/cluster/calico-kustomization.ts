import { Yaml } from "cdk8s";
import { CalicoIptablesBackend, type CalicoOptions } from "./network-policy-engine-options";
import { type KubernetesVersion } from "./kubernetes-version";
import { calicoFor } from "./network-policy-engine-versions";

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
export function calicoKustomization(options: CalicoOptions, kubernetes?: KubernetesVersion): string {
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
export function bare(version: string): string {
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
