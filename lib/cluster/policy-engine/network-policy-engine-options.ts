import * as engines from "./policy-engine-versions.json";
import {
  checkedBy,
  choice,
  listOf,
  matching,
  optional,
  type PropsSchema,
  type Reader,
  readArguments,
  type Resolved,
  subdomainName,
  withDefault,
} from "../../core/readers";
import { type KubernetesVersion, NEWEST_MINOR, OLDEST_MINOR } from "../kubernetes-version";

/** Options for Calico: release, manifest and images. */
export interface CalicoOptions {
  /**
   * The release, such as `3.31.5`; 3.26 or newer.
   *
   * Oracle supports the releases that it has tested, one for each Kubernetes version; other releases give the warning `calico-version`.
   *
   * @default - the release that Oracle has tested with the cluster's Kubernetes version: 3.30.3 with 1.34, 3.31.5 with 1.35, 3.32.0 with
   * 1.36; for other versions, that of the nearest version; the newest if the version of an imported cluster is not given
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
   */
  readonly version?: string;
  /**
   * The registry that nodes pull the images from, such as `fra.ocir.io/acme/calico`, which must contain `node` and `kube-controllers` of
   * the release; releases after 3.32 have the second one in `calico`.
   *
   * Nodes of a cluster without egress can reach the registry of their region only.
   *
   * @default - quay.io/calico, for which nodes need an egress
   */
  readonly imageRegistry?: string;
  /**
   * The names of the pull Secrets in the namespace `kube-system`, such as `["ocir"]`; an empty list declares that the images need none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
  /**
   * The address from which `kubectl` reads the policy-only manifest of the release: an `https` address without `?` and `#`.
   *
   * @default - the file of the release's tag on GitHub
   */
  readonly manifestUrl?: string;
  /**
   * The backend by which Calico writes rules on nodes.
   *
   * @default CalicoIptablesBackend.NFT
   */
  readonly iptablesBackend?: CalicoIptablesBackend;
}

/**
 * The backend by which Calico writes rules on nodes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengsettingupcalico.htm
 */
export enum CalicoIptablesBackend {
  /** nftables, as Oracle requires for Oracle Linux 8. */
  NFT = "NFT",
  /** Detected by Calico on each node, for images of other operating systems. */
  AUTO = "Auto",
}

/** Options for Cilium: release and images. */
export interface CiliumOptions {
  /**
   * The release, such as `1.20.1`; 1.16 or newer.
   *
   * @default - the default release of this library version
   */
  readonly version?: string;
  /**
   * The registry that nodes pull the images from, such as `fra.ocir.io/acme/cilium`, which must contain `cilium` and `operator-generic`
   * with the same digests as on quay.io.
   *
   * Nodes of a cluster without egress can reach the registry of their region only.
   *
   * @default - quay.io/cilium, for which nodes need an egress
   */
  readonly imageRegistry?: string;
  /**
   * The names of the pull Secrets in the namespace `kube-system`, such as `["ocir"]`; an empty list declares that the images need none.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];
}

const CALICO: { readonly [minor: string]: string | undefined } = engines.calico.testedWith;

/** The default release of Cilium: the first one whose guide covers OKE. */
export const CILIUM_VERSION = engines.cilium.version;

/** The oldest supported releases: of Calico beside other plugins, as Oracle documents it, and of Cilium with a chaining target. */
const OLDEST_ENGINES = { calico: [3, 26], cilium: [1, 16] } as const;

/** The release of Calico that Oracle has tested with a Kubernetes version; undefined if none is known. */
export function testedCalico(kubernetes: KubernetesVersion): string | undefined {
  return CALICO[`1.${kubernetes.minor}`];
}

/**
 * The default release of Calico: Oracle's for the Kubernetes version, or for versions that Oracle's table doesn't list, that of the
 * nearest one. The newest if the version of the cluster is not known.
 */
export function calicoFor(kubernetes?: KubernetesVersion): string {
  const minor = Math.min(Math.max(kubernetes?.minor ?? NEWEST_MINOR, OLDEST_MINOR), NEWEST_MINOR);
  return String(CALICO[`1.${minor}`]);
}

const VERSION = /^v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
// Written into files immediately, so references to Terraform values are not allowed.
const pullSecrets = listOf(subdomainName(), 'a list of names of Secrets, for example ["ocir"]');

const registry = (engine: string) =>
  matching(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    `Give a registry and its repositories as a literal without a tag and a slash at its end, for example "fra.ocir.io/acme/${engine}"`,
    { code: "IMAGE_INVALID" },
  );

const CALICO_OPTIONS = {
  version: optional(engineVersion("calico")),
  imageRegistry: optional(registry("calico")),
  imagePullSecrets: optional(pullSecrets),
  manifestUrl: optional(
    // Inserted into YAML without quoting: nothing that begins a query, and no blanks.
    matching(
      /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[A-Za-z0-9._~/-]+$/,
      'Give the https address of a file as a literal, for example "https://files.example.com/calico/3.31.5/calico-policy-only.yaml"',
      { code: "VALUE_INVALID" },
    ),
  ),
  iptablesBackend: withDefault(
    choice(CalicoIptablesBackend, "CalicoIptablesBackend.NFT or CalicoIptablesBackend.AUTO"),
    CalicoIptablesBackend.NFT,
  ),
} satisfies PropsSchema<CalicoOptions>;

const CILIUM_OPTIONS = {
  version: withDefault(engineVersion("cilium"), CILIUM_VERSION),
  imageRegistry: optional(registry("cilium")),
  imagePullSecrets: optional(pullSecrets),
} satisfies PropsSchema<CiliumOptions>;

/** The options of Calico, with their defaults. */
export type ResolvedCalico = Resolved<typeof CALICO_OPTIONS>;
/** The options of Cilium, with their defaults. */
export type ResolvedCilium = Resolved<typeof CILIUM_OPTIONS>;

/** Reads the options of Calico; throws all problems together. */
export function readCalico(options: CalicoOptions): ResolvedCalico {
  return readArguments("NetworkPolicyEngine.calico", options, CALICO_OPTIONS);
}

/** Reads the options of Cilium; throws all problems together. */
export function readCilium(options: CiliumOptions): ResolvedCilium {
  return readArguments("NetworkPolicyEngine.cilium", options, CILIUM_OPTIONS);
}

/** Reads the release of an engine, as a literal. */
function engineVersion(engine: keyof typeof OLDEST_ENGINES): Reader<string> {
  const current = engine === "calico" ? calicoFor() : CILIUM_VERSION;
  const release = matching(VERSION, `Give a release of ${engine} as a literal, for example "${current}"`, {
    code: "VALUE_INVALID",
  });
  return checkedBy(release, (problems, name, version) => {
    const [, major, minor = 0] = (VERSION.exec(version) ?? []).map(Number);
    const [oldestMajor, oldestMinor] = OLDEST_ENGINES[engine];
    if (major === oldestMajor && minor >= oldestMinor) return;
    problems.add(
      "VERSION_UNKNOWN",
      `${name} is ${version}, which is not supported`,
      `Use ${oldestMajor}.${oldestMinor} or newer of the same major version, for example "${current}"`,
    );
  });
}
