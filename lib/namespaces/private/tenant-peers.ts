import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { type Cidr, contains, overlaps } from "../../core/cidr";
import { type Problems } from "../../core/validation-error";
import { NAMESPACE_LABEL } from "../../network-policy/private/network-rules";
import { blockOf } from "../../network/egress/egress";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";

interface Selector {
  readonly matchLabels?: { readonly [key: string]: string };
  readonly matchExpressions?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

interface Policy {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: { readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] };
}

const DNS = "kube-system";

/**
 * Adds a problem for each NetworkPolicy of a tenant that allows connections with a namespace that is not a
 * peer.
 *
 * Address ranges are accepted if they are outside of the cluster: a range with pods would allow every
 * namespace.
 *
 * @param pods the range of the cluster's pods, if it is known
 */
export function checkPeers(
  problems: Problems,
  scope: IConstruct,
  tenant: string,
  allowed: readonly string[],
  pods?: Cidr,
): void {
  for (const policy of apiObjectsIn(scope).filter(isPolicy)) {
    const { metadata, spec } = dataOf(policy) as Policy;
    if (metadata?.namespace !== tenant) continue;
    for (const range of pods ? [...new Set(rangesIn(spec, pods))].sort() : []) {
      problems.add(
        "PEER_NOT_ALLOWED",
        `The NetworkPolicy ${metadata.name} of the tenant ${tenant} allows ${range}, which contains the pods of all namespaces (${pods?.text})`,
        "Use a range outside of the cluster; for a workload of another tenant, write workload.connections.allowTo(other, port)",
      );
    }
    for (const namespace of [...new Set(namespacesIn(spec))].sort()) {
      if (namespace === tenant || allowed.includes(namespace)) continue;
      problems.add(
        "PEER_NOT_ALLOWED",
        `The NetworkPolicy ${metadata.name} of the tenant ${tenant} allows ${described(namespace)}`,
        namespace === ""
          ? `Select one namespace by its name: matchLabels: { "${NAMESPACE_LABEL}": "shop" }`
          : `Allow it in both tenants, here with allowedPeers: ${JSON.stringify([...allowed, namespace].sort())}, or remove the connection`,
      );
    }
  }
}

function isPolicy({ apiGroup, kind }: ApiObject): boolean {
  return apiGroup === "networking.k8s.io" && kind === "NetworkPolicy";
}

function described(namespace: string): string {
  return namespace === "" ? "any namespace" : `the namespace ${namespace}, which is not in its allowedPeers`;
}

/** The namespaces that a policy allows; an empty name stands for any. */
function namespacesIn({ ingress = [], egress = [] }: Policy["spec"] = {}): string[] {
  return [
    ...ingress.flatMap(({ from = [{ namespaceSelector: {} }] }) => peersOrAll(from)),
    ...egress.flatMap(({ to = [{ namespaceSelector: {} }] }) => peersOrAll(to).filter(notDns(to))),
  ];
}

/** The ranges that contain pod addresses without excluding them. */
function rangesIn({ ingress = [], egress = [] }: Policy["spec"] = {}, pods: Cidr): string[] {
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  return peers.flatMap(({ ipBlock }) => {
    const block = blockOf(ipBlock?.cidr ?? "");
    if (!block || !overlaps(block, pods)) return [];
    const isExcluded = (ipBlock?.except ?? []).some((text) => {
      const except = blockOf(text);
      return except !== undefined && contains(except, pods);
    });
    return isExcluded ? [] : [block.text];
  });
}

/** An empty list of peers means all peers in Kubernetes. */
function peersOrAll(peers: readonly Peer[]): string[] {
  return peers.length === 0 ? [""] : peers.flatMap(namespacesOf);
}

function namespacesOf({ namespaceSelector: selector }: Peer): string[] {
  if (!selector) return [];
  const label = selector.matchLabels?.[NAMESPACE_LABEL];
  if (label !== undefined) return [label];
  const within = selector.matchExpressions?.find(
    ({ key, operator }) => key === NAMESPACE_LABEL && operator === "In",
  );
  return within ? [...(within.values ?? [])] : [""];
}

/** Filters out the system's DNS, the only allowed peer in its namespace. */
function notDns(peers: readonly Peer[]): (namespace: string) => boolean {
  const isDns = peers.every(
    (peer) => !namespacesOf(peer).includes(DNS) || peer.podSelector?.matchLabels?.["k8s-app"] === "kube-dns",
  );
  return (namespace) => !(isDns && namespace === DNS);
}
