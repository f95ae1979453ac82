import { Token } from "cdktf";
import {
  CalicoIptablesBackend,
  type CalicoOptions,
  type CiliumOptions,
} from "./network-policy-engine-options";
import { calicoFor, CILIUM_VERSION, OLDEST_ENGINES } from "./network-policy-engine-versions";
import { checkSubdomainName } from "../core/kubernetes-names";
import { checkMembers } from "../core/required";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";
import { isOverlay, type PodNetworking } from "../network/pod-networking";

const VERSION = /^v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const REGISTRY = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
// Written into YAML as it is: nothing that begins a query, and no blanks.
const MANIFEST = /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[A-Za-z0-9._~/-]+$/;

/** Adds a problem for each option that does not lead to a Kustomization of Calico. */
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

/** Adds a problem for each option that does not lead to values of Cilium. */
export function checkCilium(problems: Problems, options: CiliumOptions): void {
  const read = readOptions(problems, options);
  checkVersion(problems, "cilium", read.version);
  checkRegistry(problems, "cilium", read.imageRegistry);
  checkPullSecrets(problems, read.imagePullSecrets);
}

/** Adds a problem where a value was given that no factory made. */
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
    `networkPolicyEngine is ${engine.name}, whose files are written for VCN-native pods, and the cluster has a flannel overlay`,
    'Install an engine for flannel and say so: NetworkPolicyEngine.existing({ reason: "Calico beside flannel, by the platform team" })',
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
  const known = engine === "calico" ? calicoFor() : CILIUM_VERSION;
  if (!matches(VERSION, version)) {
    const what = `version is ${shown(version)}, which is no release of ${engine}`;
    problems.add("VALUE_INVALID", what, `Write it as a literal, for example "${known}"`);
    return;
  }
  const [, major, minor] = (VERSION.exec(version as string) ?? []).map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_ENGINES[engine];
  if (major === oldestMajor && minor !== undefined && minor >= oldestMinor) return;
  problems.add(
    "VERSION_UNKNOWN",
    `version is ${String(version)}, for which what is written is not made`,
    `Take ${oldestMajor}.${oldestMinor} or newer, up to the next major version, for example "${known}"`,
  );
}

/** Written into files at once, so no reference to a Terraform value can be one. */
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
