interface Pod {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

/**
 * Whether NetworkPolicies allow a TCP connection from one pod to another, as the Kubernetes documentation defines it.
 *
 * It supports label equality and ports, as the library writes them, and throws for match expressions.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function reaches(policies: readonly any[], from: Pod, to: Pod, port: number): boolean {
  return allowed(policies, "Egress", from, to, port) && allowed(policies, "Ingress", to, from, port);
}

/** Whether one direction is allowed: a pod without a policy allows all traffic, otherwise any of its policies may allow it. */
function allowed(
  policies: readonly any[],
  type: "Egress" | "Ingress",
  pod: Pod,
  peer: Pod,
  port: number,
): boolean {
  const own = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      spec.policyTypes.includes(type) &&
      matches(spec.podSelector, pod.labels),
  );
  const [rules, peers] = type === "Egress" ? ["egress", "to"] : ["ingress", "from"];
  return (
    own.length === 0 ||
    own
      .flatMap(({ spec }) => spec[rules!] ?? [])
      .some((rule) => opens(rule.ports, port) && meets(rule[peers!], pod, peer))
  );
}

function opens(ports: any[] | undefined, port: number): boolean {
  if (!ports || ports.length === 0) return true;
  return ports.some(
    ({ protocol, port: first, endPort = first }) =>
      protocol === "TCP" && port >= first && port <= (endPort as number),
  );
}

function meets(peers: any[] | undefined, pod: Pod, other: Pod): boolean {
  if (!peers || peers.length === 0) return true;
  return peers.some(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) return false;
    const namespace = { "kubernetes.io/metadata.name": other.namespace };
    const isNamespaceSelected = namespaceSelector
      ? matches(namespaceSelector, namespace)
      : other.namespace === pod.namespace;
    return isNamespaceSelected && matches(podSelector, other.labels);
  });
}

function matches(selector: any, labels: { readonly [key: string]: string }): boolean {
  if (selector?.matchExpressions) throw new Error("Only label equality is supported");
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
