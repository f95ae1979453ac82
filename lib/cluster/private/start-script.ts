import { END_OF_SCRIPT } from "../cloud-init";

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
  return `# A kubelet that is told of files that are not there does not start at all; without them it still runs what needs no private image.
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
