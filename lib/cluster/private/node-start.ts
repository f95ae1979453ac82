import { shown } from "../../core/display-value";
import { type Reader } from "../../core/readers";
import { byKey } from "../../core/stable-order";
import { type Problems } from "../../core/validation-error";
import { type CloudInit, END_OF_SCRIPT, type NodeTaint } from "../node-setup";

const NAME = /^[a-z][a-z0-9-]*$/;
// Used within double quotes in a shell, and split at spaces by OKE's script.
const VALUE = /^[\w.,:;=/%@+<>-]*$/;

const PROPS: { readonly [name: string]: string } = {
  "register-with-taints": "taints",
  "node-labels": "labels",
  "max-pods": "maxPodsPerNode",
  "image-credential-provider-bin-dir": "registryAccess",
  "image-credential-provider-config": "registryAccess",
};

/** The arguments that OKE sets so that the node can join, and those that the CIS benchmark requires. */
const FIXED = [
  "anonymous-auth",
  "authentication-token-webhook",
  "authorization-mode",
  "bootstrap-kubeconfig",
  "cert-dir",
  "client-ca-file",
  "config",
  "container-runtime-endpoint",
  "hostname-override",
  "kubeconfig",
  "make-iptables-util-chains",
  "node-ip",
  "protect-kernel-defaults",
  "read-only-port",
  "rotate-certificates",
  "rotate-server-certificates",
  "streaming-connection-idle-timeout",
  "tls-cert-file",
  "tls-private-key-file",
];

/** Reads kubelet arguments that neither prevent the node from joining nor make it less secure, and that have no prop. */
export function kubeletArguments(): Reader<{ [name: string]: string }> {
  return (problems, name, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const fix = 'Give an object, for example { "image-gc-high-threshold": "80" }';
      problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, fix);
      return undefined;
    }
    const before = problems.count;
    const flags = value as { [flag: string]: string };
    for (const [flag, text] of Object.entries(flags)) checkArgument(problems, name, flag, text);
    return problems.count === before ? flags : undefined;
  };
}

function checkArgument(problems: Problems, list: string, name: string, value: unknown): void {
  const add = (what: string, fix: string) => problems.add("KUBELET_ARGUMENT_INVALID", what, fix);
  const withoutDashes = name.replace(/^-+/, "");
  if (!NAME.test(name)) {
    add(
      `${list} has ${shown(name)}`,
      `Write the name of a kubelet flag without dashes before it, for example ${NAME.test(withoutDashes) ? withoutDashes : "system-reserved"}`,
    );
  } else if (Object.keys(PROPS).includes(name)) {
    add(`${list} has ${name}`, `Use the prop ${PROPS[name]}`);
  } else if (FIXED.includes(name)) {
    add(`${list} has ${name}, which OKE sets so that the node can join or stays secure`, "Leave it out");
  } else if (typeof value !== "string" || !VALUE.test(value)) {
    add(
      `${list}.${name} is ${shown(value)}`,
      "Write a literal text of letters, digits and . , : ; = / % @ + < > _ -, without spaces",
    );
  }
}

/** The kubelet arguments for taints and additional flags, in a stable order. */
export function kubeletArgumentsOf(
  taints: readonly NodeTaint[],
  flags: { readonly [name: string]: string },
): string[] {
  const texts = taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`).sort();
  return [
    ...(texts.length > 0 ? [`--register-with-taints=${texts.join(",")}`] : []),
    ...Object.entries(flags)
      .sort(byKey)
      .map(([name, value]) => `--${name}=${value}`),
  ];
}

/** The files of the kubelet's credential provider in the image of a node. */
export interface CredentialProvider {
  readonly folder: string;
  readonly config: string;
}

/** The settings of a node's start that differ from OKE's own script. */
export interface NodeStart {
  readonly credentialProvider?: CredentialProvider;
  /** Kubelet arguments, such as `--max-pods=50`. */
  readonly kubeletArguments?: readonly string[];
  /** A script that runs after the node has joined the cluster. */
  readonly cloudInit?: string;
}

const OWN_SCRIPT = "/var/lib/cloud/node-pool-cloud-init";

/**
 * The start script of a node, in Base64 as in its metadata; undefined if OKE's own is enough.
 *
 * OKE runs it instead of its own script, which it therefore downloads and runs first, with the additional kubelet arguments.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingcustomcloudinitscripts.htm
 */
export function userDataOf(start: NodeStart): string | undefined {
  const { credentialProvider, kubeletArguments = [], cloudInit } = start;
  if (!credentialProvider && kubeletArguments.length === 0 && cloudInit === undefined) return undefined;
  return Buffer.from(startScript(start)).toString("base64");
}

function startScript({ credentialProvider, kubeletArguments = [], cloudInit }: NodeStart): string {
  const init = credentialProvider
    ? withCredentialProvider(credentialProvider, kubeletArguments)
    : runInit(kubeletArguments);
  return `#!/usr/bin/env bash
set -o errexit -o nounset -o pipefail
metadata=http://169.254.169.254/opc/v2/instance/metadata/oke_init_script
init=/var/run/oke-init.sh
curl --fail --silent --show-error --location --retry 10 --header "Authorization: Bearer Oracle" "$metadata" | base64 --decode > "$init"
${init}${cloudInit === undefined ? "" : runOwn(cloudInit)}`;
}

function runInit(args: readonly string[], indent = ""): string {
  const further = args.length > 0 ? ` --kubelet-extra-args "${args.join(" ")}"` : "";
  return `${indent}bash "$init"${further}\n`;
}

function withCredentialProvider({ folder, config }: CredentialProvider, args: readonly string[]): string {
  const provider = [
    `--image-credential-provider-bin-dir=${folder}`,
    `--image-credential-provider-config=${config}`,
  ];
  return `# The kubelet does not start if these files are missing; without the arguments, it runs pods with public images.
if [ -d ${folder} ] && [ -f ${config} ]; then
${runInit([...provider, ...args], "  ")}else
  echo "No credential provider: ${folder} or ${config} is missing in the image of this node, so it can't pull private images" >&2
${runInit(args, "  ")}fi
`;
}

function runOwn(script: string): string {
  return `own=${OWN_SCRIPT}
cat > "$own" <<'${END_OF_SCRIPT}'
${script.endsWith("\n") ? script : `${script}\n`}${END_OF_SCRIPT}
chmod 0700 "$own"
"$own"
`;
}

/** The maximum size of an instance's metadata, which includes OKE's own. */
const MAX_METADATA = 32_000;

/** The props that become the start script of a node. */
interface StartProps {
  readonly taints?: readonly NodeTaint[];
  readonly kubeletArguments?: { readonly [name: string]: string };
  readonly cloudInit?: CloudInit;
}

/** Adds a problem if the start script doesn't fit into the metadata of an instance. */
export function checkStartSize(problems: Problems, props: StartProps): void {
  const length = startDataOf(props)?.length ?? 0;
  if (length <= MAX_METADATA) return;
  problems.add(
    "CLOUD_INIT_INVALID",
    `cloudInit and the kubelet arguments take ${length} bytes in Base64, but instance metadata holds at most ${MAX_METADATA}`,
    "Move what the script installs into a custom image, or into an object of Object Storage that the script downloads",
  );
}

/** The start script of a pool's nodes in Base64. */
export function startDataOf(
  { taints = [], kubeletArguments = {}, cloudInit }: StartProps,
  credentialProvider?: CredentialProvider,
): string | undefined {
  return userDataOf({
    credentialProvider,
    kubeletArguments: kubeletArgumentsOf(taints, kubeletArguments),
    cloudInit: cloudInit?.text,
  });
}
