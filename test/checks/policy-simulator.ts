// A naive NetworkPolicy simulator. It shares no code with the library, so that the two can disagree.

export interface SimPod {
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
}

/** A packet between a pod and another pod or an address. */
export interface PolicyPacket {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  readonly from: { readonly pod?: SimPod; readonly address: number };
  readonly to: { readonly pod?: SimPod; readonly address: number };
}

/** The named ports of every simulated pod. */
export const NAMED: { readonly [name: string]: { port: number; protocol: string } } = {
  web: { port: 2, protocol: "TCP" },
  dns: { port: 3, protocol: "UDP" },
};

function selected(selector: any, labels: { readonly [key: string]: string }): boolean {
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {}))
    if (labels[key] !== value) return false;
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const has = key in labels;
    if (operator === "Exists" && !has) return false;
    if (operator === "DoesNotExist" && has) return false;
    if (operator === "In" && !(has && values.includes(labels[key]))) return false;
    if (operator === "NotIn" && has && values.includes(labels[key])) return false;
  }
  return true;
}

function inBlock(cidr: string, address: number): boolean {
  const [first, bits] = cidr.split("/") as [string, string];
  const start = Number(first.split(".")[3]);
  return address >= start && address < start + 2 ** (32 - Number(bits));
}

function isPeer(peer: any, policyNamespace: string, end: PolicyPacket["from"], namespaces: any): boolean {
  if (peer.ipBlock) {
    const { cidr, except = [] } = peer.ipBlock;
    return inBlock(cidr, end.address) && !except.some((element: string) => inBlock(element, end.address));
  }
  if (!end.pod) return false;
  if (peer.namespaceSelector) {
    const labels = { ...namespaces[end.pod.namespace], "kubernetes.io/metadata.name": end.pod.namespace };
    if (!selected(peer.namespaceSelector, labels)) return false;
  } else if (end.pod.namespace !== policyNamespace) return false;
  return !peer.podSelector || selected(peer.podSelector, end.pod.labels);
}

function isPort(entry: any, packet: PolicyPacket): boolean {
  if ((entry.protocol ?? "TCP") !== packet.protocol) return false;
  if (entry.port === undefined) return true;
  if (typeof entry.port === "string") {
    const named = NAMED[entry.port];
    return packet.to.pod !== undefined && named?.protocol === packet.protocol && named.port === packet.port;
  }
  return packet.port >= entry.port && packet.port <= (entry.endPort ?? entry.port);
}

function endAllows(
  policies: any[],
  way: "ingress" | "egress",
  packet: PolicyPacket,
  namespaces: any,
): boolean {
  const [own, other] = way === "ingress" ? [packet.to, packet.from] : [packet.from, packet.to];
  if (!own.pod) return true;
  let isolated = false;
  for (const { metadata, spec } of policies) {
    if (metadata.namespace !== own.pod.namespace || !selected(spec.podSelector, own.pod.labels)) continue;
    const types: string[] =
      spec.policyTypes ?? (spec.egress?.length > 0 ? ["Ingress", "Egress"] : ["Ingress"]);
    if (!types.map((type) => type.toLowerCase()).includes(way)) continue;
    isolated = true;
    for (const rule of spec[way] ?? []) {
      const peers = (way === "ingress" ? rule.from : rule.to) ?? [];
      const ports = rule.ports ?? [];
      const peerFits =
        peers.length === 0 ||
        peers.some((element: any) => isPeer(element, metadata.namespace, other, namespaces));
      if (peerFits && (ports.length === 0 || ports.some((element: any) => isPort(element, packet))))
        return true;
    }
  }
  return !isolated;
}

/** Whether the policies of both ends allow a packet. */
export function policiesAllow(policies: any[], packet: PolicyPacket, namespaces: any): boolean {
  return (
    endAllows(policies, "egress", packet, namespaces) && endAllows(policies, "ingress", packet, namespaces)
  );
}
