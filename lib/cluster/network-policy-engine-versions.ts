import { NEWEST_MINOR, OLDEST_MINOR } from "./known-kubernetes-versions";
import { type KubernetesVersion } from "./kubernetes-version";
import * as engines from "./policy-engine-versions.json";

const CALICO: { readonly [minor: string]: string | undefined } = engines.calico.testedWith;

/** The release of Cilium that is taken where none is named: the first one whose guide has OKE. */
export const CILIUM_VERSION = engines.cilium.version;

/** The oldest releases that can do what is asked of them: Calico beside other plugins as Oracle says, Cilium by a target. */
export const OLDEST_ENGINES = { calico: [3, 26], cilium: [1, 16] } as const;

/** The release of Calico that Oracle has tested with a Kubernetes version; undefined where none is known. */
export function testedCalico(kubernetes: KubernetesVersion): string | undefined {
  return CALICO[`1.${kubernetes.minor}`];
}

/**
 * The release of Calico that is taken where none is named: Oracle's for the Kubernetes version, and for versions of which
 * Oracle's table says nothing that of the nearest one. The newest where the version of a cluster is not known.
 */
export function calicoFor(kubernetes?: KubernetesVersion): string {
  const minor = Math.min(Math.max(kubernetes?.minor ?? NEWEST_MINOR, OLDEST_MINOR), NEWEST_MINOR);
  return String(CALICO[`1.${minor}`]);
}
