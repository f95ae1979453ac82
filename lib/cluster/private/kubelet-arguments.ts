import { shown } from "../../core/display-value";
import { type Reader } from "../../core/readers";
import { byKey } from "../../core/stable-order";
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
  } else if (Object.hasOwn(PROPS, name)) {
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
