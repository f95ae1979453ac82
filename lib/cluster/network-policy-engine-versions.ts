/**
 * The releases of policy engines that are taken where none is named; the one place that says them.
 *
 * Calico 3.31 is tested by its makers with Kubernetes 1.32 to 1.35; Cilium 1.20.1 is the first release whose guide has OKE.
 *
 * @see https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements
 * @see https://docs.cilium.io/en/latest/installation/cni-chaining-oracle-oke/
 */
export const ENGINE_VERSIONS = { calico: "3.31.7", cilium: "1.20.1" } as const;

/** The oldest releases that can do what is asked of them: Calico beside other plugins as Oracle says, Cilium by a target. */
export const OLDEST_ENGINES = { calico: [3, 26], cilium: [1, 16] } as const;
