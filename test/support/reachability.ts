interface Pod {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

/**
 * Whether one pod may open a TCP connection to another, as the API's description of NetworkPolicies says.
 *
 * It knows label equality and single ports, which is what the library writes, and throws where a policy has more.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function reaches(policies: readonly any[], from: Pod, to: Pod, port: number): boolean {
  return allowed(policies, "Egress", from, to, port) && allowed(policies, "Ingress", to, from, port);
}

/** One end: without a policy for the pod all is allowed, with some of them what any of them allows. */
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
    (one) => one.protocol === "TCP" && port >= one.port && port <= ((one.endPort ?? one.port) as number),
  );
}

function meets(peers: any[] | undefined, pod: Pod, other: Pod): boolean {
  if (!peers || peers.length === 0) return true;
  return peers.some(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) return false;
    const namespace = { "kubernetes.io/metadata.name": other.namespace };
    const near = namespaceSelector
      ? matches(namespaceSelector, namespace)
      : other.namespace === pod.namespace;
    return near && matches(podSelector, other.labels);
  });
}

function matches(selector: any, labels: { readonly [key: string]: string }): boolean {
  if (selector?.matchExpressions) throw new Error("Label equality only");
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
