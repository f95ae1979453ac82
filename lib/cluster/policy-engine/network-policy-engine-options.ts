import { Token } from "cdktf";
import * as engines from "./policy-engine-versions.json";
import { shown } from "../../core/display-value";
import { checkSubdomainName } from "../../core/kubernetes-names";
import { checkMembers } from "../../core/required";
import { type Problems } from "../../core/validation-error";
import { isOverlay, type PodNetworking } from "../../network/vcn/pod-networking";
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
const REGISTRY = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
// Inserted into YAML without quoting: nothing that begins a query, and no blanks.
const MANIFEST = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[A-Za-z0-9._~/-]+$/;

/** Adds a problem for each option that is not valid for a Kustomization of Calico. */
export function checkCalico(problems: Problems, options: CalicoOptions): void {
  const read = readOptions(problems, options);
  checkVersion(problems, "calico", read.version);
  checkRegistry(problems, "calico", read.imageRegistry);
  checkPullSecrets(problems, read.imagePullSecrets);
  const { manifestUrl, iptablesBackend = CalicoIptablesBackend.NFT } = read as CalicoOptions;
  if (manifestUrl !== undefined && !matches(MANIFEST, manifestUrl)) {
    problems.add(
      "VALUE_INVALID",
      `manifestUrl is ${shown(manifestUrl)}, not an https address of a file`,
      'Write it as a literal, for example "https://files.example.com/calico/3.31.5/calico-policy-only.yaml"',
    );
  }
  if (Object.values(CalicoIptablesBackend).includes(iptablesBackend)) return;
  const what = `iptablesBackend is ${shown(iptablesBackend)}, none of the choices`;
  problems.add("VALUE_INVALID", what, "Write CalicoIptablesBackend.NFT or CalicoIptablesBackend.AUTO");
}

/** Adds a problem for each option that is not valid for the values of Cilium. */
export function checkCilium(problems: Problems, options: CiliumOptions): void {
  const read = readOptions(problems, options);
  checkVersion(problems, "cilium", read.version);
  checkRegistry(problems, "cilium", read.imageRegistry);
  checkPullSecrets(problems, read.imagePullSecrets);
}

/** Adds a problem if a given value was not created by a factory. */
export function checkPolicyEngine(problems: Problems, value: unknown, podNetworking: unknown): void {
  const isEngine = checkMembers(
    problems,
    "networkPolicyEngine",
    value,
    ["name", "_acknowledge", "_installationFor"],
    "NetworkPolicyEngine.calico() or another of its choices",
  );
  const engine = value as { readonly name: string; readonly _installationFor?: unknown } | undefined;
  if (!isEngine || !engine?._installationFor || !isOverlay(podNetworking as PodNetworking | undefined))
    return;
  problems.add(
    "VALUE_INVALID",
    `networkPolicyEngine is ${engine.name}, whose files are written for VCN-native pods, but the cluster has a flannel overlay`,
    'Install an engine for flannel and declare it: NetworkPolicyEngine.existing({ reason: "Calico beside flannel, by the platform team" })',
  );
}

function readOptions(problems: Problems, options: unknown): CalicoOptions & CiliumOptions {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options;
  problems.add("VALUE_INVALID", `The options are ${shown(options)}`, "Write an object, or leave them out");
  return {};
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === "string" && !Token.isUnresolved(value) && pattern.test(value);
}

function checkVersion(problems: Problems, engine: keyof typeof OLDEST_ENGINES, version: unknown): void {
  if (version === undefined) return;
  const current = engine === "calico" ? calicoFor() : CILIUM_VERSION;
  if (!matches(VERSION, version)) {
    const what = `version is ${shown(version)}, which is not a release of ${engine}`;
    problems.add("VALUE_INVALID", what, `Write it as a literal, for example "${current}"`);
    return;
  }
  const [, major, minor] = (VERSION.exec(version as string) ?? []).map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_ENGINES[engine];
  if (major === oldestMajor && minor !== undefined && minor >= oldestMinor) return;
  problems.add(
    "VERSION_UNKNOWN",
    `version is ${String(version)}, which is not supported`,
    `Use ${oldestMajor}.${oldestMinor} or newer of the same major version, for example "${current}"`,
  );
}

/** Written into files immediately, so references to Terraform values are not allowed. */
function checkPullSecrets(problems: Problems, names: unknown): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || Token.isUnresolved(names)) {
    const what = `imagePullSecrets is ${shown(names)}`;
    problems.add("VALUE_INVALID", what, 'Write a list of names of Secrets, for example ["ocir"]');
    return;
  }
  for (const name of names as string[]) checkSubdomainName(problems, "imagePullSecrets", name);
}

function checkRegistry(problems: Problems, engine: string, registry: unknown): void {
  if (registry === undefined || matches(REGISTRY, registry)) return;
  problems.add(
    "IMAGE_INVALID",
    `imageRegistry is ${shown(registry)}, not a registry and its repositories`,
    `Write a literal without a tag and without a slash at its end, for example "fra.ocir.io/acme/${engine}"`,
  );
}
