/** How Calico finds its manifest and its images. */
export interface CalicoOptions {
  /**
   * The release, such as `3.31.5`; 3.26 or newer.
   *
   * Oracle supports one for each Kubernetes version, those that it has tested; another one gives the warning `calico-version`.
   *
   * @default - the one that Oracle has tested with the cluster's Kubernetes version: 3.30.3 with 1.34, 3.31.5 with 1.35, 3.32.0
   * with 1.36; that of the nearest version with another one; the newest where the version of an imported cluster is not given
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
   */
  readonly version?: string;
  /**
   * Where nodes pull the images from, such as `fra.ocir.io/acme/calico`, which then holds `node` and `kube-controllers` of the
   * release; releases after 3.32 have the second one in `calico`.
   *
   * Nodes of a cluster without ways out reach the registry of their region and nothing else.
   *
   * @default - quay.io/calico, for which nodes need a way out
   */
  readonly imageRegistry?: string;
  /**
   * The names of Secrets of the namespace `kube-system` that the images are pulled with, such as `["ocir"]`; an empty list says
   * that they need none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * Where `kubectl` reads the policy-only manifest of the release from, an `https` address without `?` and `#`.
   *
   * @default - the file of the release's tag on GitHub
   */
  readonly manifestUrl?: string;
  /**
   * How the rules of nodes are written.
   *
   * @default CalicoIptablesBackend.NFT
   */
  readonly iptablesBackend?: CalicoIptablesBackend;
}

/**
 * How Calico writes rules on nodes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
export enum CalicoIptablesBackend {
  /** By nftables, as Oracle asks for on Oracle Linux 8. */
  NFT = "NFT",
  /** As Calico finds the node, for images of another system. */
  AUTO = "Auto",
}

/** How Cilium finds its images. */
export interface CiliumOptions {
  /**
   * The release, such as `1.20.1`; 1.16 or newer.
   *
   * @default - the one that this release of the library knows
   */
  readonly version?: string;
  /**
   * Where nodes pull the images from, such as `fra.ocir.io/acme/cilium`, which then holds `cilium` and `operator-generic` with the
   * digests that they have on quay.io.
   *
   * Nodes of a cluster without ways out reach the registry of their region and nothing else.
   *
   * @default - quay.io/cilium, for which nodes need a way out
   */
  readonly imageRegistry?: string;
  /**
   * The names of Secrets of the namespace `kube-system` that the images are pulled with, such as `["ocir"]`; an empty list says
   * that they need none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
}
