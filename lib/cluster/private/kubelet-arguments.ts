import { checkMembers } from "../../core/required";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";
import { type NodeTaint } from "../node-taint";

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

/** Adds a problem for each invalid taint, and for two with the same key and effect. */
export function checkTaints(problems: Problems, taints: NodeTaint[] | undefined): boolean {
  if (taints === undefined || taints === null) return true;
  const instead = 'a list of taints: [NodeTaint.noSchedule("workload", "batch")]';
  if (!Array.isArray(taints)) {
    problems.add("VALUE_INVALID", `taints is ${shown(taints)}`, `Write ${instead}`);
    return false;
  }
  const members = ["key", "value", "effect"];
  const all = taints.every((taint) => checkMembers(problems, "taints", taint, members, instead));
  if (!all) return false;
  const seen = new Set<string>();
  for (const { key, effect } of taints) {
    const id = `${key}:${effect}`;
    if (seen.has(id)) {
      problems.add("LABEL_INVALID", `taints has ${key} with the effect ${effect} twice`, "Keep one of them");
    }
    seen.add(id);
  }
  return true;
}

/** Adds a problem for each argument that would prevent the node from joining or make it less secure, or that has a prop. */
export function checkKubeletArguments(
  problems: Problems,
  args: { [name: string]: string } | undefined,
): boolean {
  if (args === undefined || args === null) return true;
  if (typeof args !== "object" || Array.isArray(args)) {
    const fix = 'Write an object, for example { "image-gc-high-threshold": "80" }';
    problems.add("VALUE_INVALID", `kubeletArguments is ${shown(args)}`, fix);
    return false;
  }
  for (const [name, value] of Object.entries(args)) {
    const add = (what: string, fix: string) => problems.add("KUBELET_ARGUMENT_INVALID", what, fix);
    const bare = name.replace(/^-+/, "");
    if (!NAME.test(name)) {
      add(
        `kubeletArguments has ${shown(name)}`,
        `Write the name of a flag of the kubelet without dashes before it, such as ${NAME.test(bare) ? bare : "system-reserved"}`,
      );
    } else if (Object.keys(PROPS).includes(name)) {
      add(`kubeletArguments has ${name}`, `Use the prop ${PROPS[name]}`);
    } else if (FIXED.includes(name)) {
      add(
        `kubeletArguments has ${name}, which OKE sets so that the node can join or stays secure`,
        "Leave it out",
      );
    } else if (typeof value !== "string" || !VALUE.test(value)) {
      add(
        `kubeletArguments.${name} is ${shown(value)}`,
        "Write a text of letters, digits and . , : ; = / % @ + < > _ -, without spaces and without a reference to a Terraform value",
      );
    }
  }
  return true;
}

/** The kubelet arguments for taints and additional flags, in a stable order. */
export function kubeletArgumentsOf(
  taints: readonly NodeTaint[] = [],
  further: { readonly [name: string]: string } = {},
): string[] {
  const texts = taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`).sort();
  return [
    ...(texts.length > 0 ? [`--register-with-taints=${texts.join(",")}`] : []),
    ...Object.entries(further)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `--${name}=${value}`),
  ];
}
