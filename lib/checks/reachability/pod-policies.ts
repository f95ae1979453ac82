import { anyOrAll, selects } from "./label-selector";
import { nameOf, namespaceOf, type ManifestModel } from "./manifest-model";
import { ALL_PORTS, spanHolds, TCP, UDP, type Packets, type Span } from "./packets";
import { isWithin, rangeOf, type AddressRange, type Place } from "./ranges";
import { type Peer, type PodIdentity } from "./security-rule";
import { asList, type Json } from "./terraform-model";
import { and, any, not, or, Tri, when } from "./tri";

const SCTP = 132;
const NUMBERS: { [name: string]: number | undefined } = { TCP, UDP, SCTP };

/** A policy that selects a pod, or may select it. */
interface Selecting {
  readonly name: string;
  readonly selected: Tri;
  readonly ingress?: Json[];
  readonly egress?: Json[];
}

/** Whether policies let packets through, and which. */
export interface Admitted {
  readonly verdict: Tri;
  readonly by: string[];
  readonly why: string;
}

function selecting(policy: Json, pod: PodIdentity): Selecting | undefined {
  if (namespaceOf(policy) !== pod.namespace) return undefined;
  const spec = policy.spec ?? {};
  const selected = selects(spec.podSelector, { labels: pod.labels });
  if (selected === Tri.NO) return undefined;
  const egress = asList(spec.egress);
  // A policy that does not say its types is one for ingress, and one for egress where it has such rules.
  const types = spec.policyTypes ?? ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])];
  return {
    name: `NetworkPolicy ${pod.namespace}/${nameOf(policy)}`,
    selected,
    ...(types.includes("Ingress") ? { ingress: asList(spec.ingress) } : {}),
    ...(types.includes("Egress") ? { egress } : {}),
  };
}

/** The policies of one pod: all it takes to say what it may send and get. */
export class PodPolicies {
  private readonly policies: Selecting[];
  private cidrs?: { [direction: string]: AddressRange[] };

  constructor(
    private readonly manifests: ManifestModel,
    policies: readonly Json[],
    private readonly pod: PodIdentity,
  ) {
    this.policies = policies.flatMap((policy) => selecting(policy, pod) ?? []);
  }

  /** Whether the policies let packets of or to a peer through; the packets were cut along the policies' ports. */
  public admit(packets: Packets, peer: Peer, place: Place, incoming: boolean): Admitted {
    const all = this.policies.filter((policy) => rulesOf(policy, incoming) !== undefined);
    if (all.length === 0) return { verdict: Tri.YES, by: [], why: "no policy selects it" };
    // Without a policy for the direction everything is allowed, so one that only may select may change nothing.
    const free = not(any(all, ({ selected }) => selected));
    const answers = all.map((policy) => ({
      policy,
      verdict: and(
        policy.selected,
        any(rulesOf(policy, incoming) ?? [], (rule) => this.rule(rule, packets, peer, place, incoming)),
      ),
    }));
    const most = any(answers, ({ verdict }) => verdict);
    const names = (wanted: Tri) =>
      answers.filter(({ verdict }) => verdict === wanted).map(({ policy }) => policy.name);
    const by = most === Tri.NO ? [] : names(most);
    const verdict = or(free, most);
    return { verdict, by, why: why(verdict, all) };
  }

  /** The ports along which packets are cut. */
  public spans(peer: Peer, incoming: boolean): Span[] {
    return this.ports(incoming).flatMap((port) => {
      const at = this.spanOf(port, peer, incoming);
      return at === undefined || at === "unknown" ? [] : at;
    });
  }

  /** The ranges along which places are cut. */
  public ranges(incoming: boolean): AddressRange[] {
    this.cidrs ??= {};
    return (this.cidrs[String(incoming)] ??= this.policies
      .flatMap((policy) => rulesOf(policy, incoming) ?? [])
      .flatMap((rule) => asList(incoming ? rule?.from : rule?.to))
      .flatMap((peer) => [peer?.ipBlock?.cidr, ...asList(peer?.ipBlock?.except)])
      .flatMap((cidr) => rangeOf(cidr) ?? []));
  }

  private ports(incoming: boolean): Json[] {
    return this.policies
      .flatMap((policy) => rulesOf(policy, incoming) ?? [])
      .flatMap((rule) => asList(rule?.ports));
  }

  private rule(rule: Json, packets: Packets, peer: Peer, place: Place, incoming: boolean): Tri {
    return and(
      anyOrAll(asList(rule?.ports), (port) => this.port(port, packets, peer, incoming)),
      anyOrAll(asList(incoming ? rule?.from : rule?.to), (other) => this.peer(other, peer, place)),
    );
  }

  private port(port: Json, packets: Packets, peer: Peer, incoming: boolean): Tri {
    const protocol = NUMBERS[String(port?.protocol ?? "TCP")];
    if (![TCP, UDP, SCTP].includes(packets.protocol)) {
      // Kubernetes leaves open what a rule with ports means for other protocols.
      return Tri.MAYBE;
    }
    if (protocol !== packets.protocol) return Tri.NO;
    const at = this.spanOf(port, peer, incoming);
    if (at === "unknown") return Tri.MAYBE;
    return any(at ?? [], (span) => when(spanHolds(span, packets.destination)));
  }

  /** What a port of a rule means: a named one is whatever the pod that is reached calls so. */
  private spanOf(port: Json, peer: Peer, incoming: boolean): Span[] | undefined | "unknown" {
    if (port?.port === undefined) return [ALL_PORTS];
    const from = Number(port.port);
    if (Number.isInteger(from)) return [{ from, to: Number(port.endPort ?? from) }];
    const pod = incoming ? this.pod : peer.pod;
    if (!pod) return undefined;
    if (!pod.ports || String(port.port).includes("${")) return "unknown";
    const protocol = String(port.protocol ?? "TCP");
    const hits = pod.ports.filter((one) => one.name === port.port && one.protocol === protocol);
    return hits.map((hit) => ({ from: hit.port, to: hit.port }));
  }

  private peer(other: Json, peer: Peer, place: Place): Tri {
    if (other?.ipBlock) return block(other.ipBlock, peer.pod?.overlay ?? place);
    if (!peer.pod) return peer.maybePod ? Tri.MAYBE : Tri.NO;
    const { namespace, labels } = peer.pod;
    const inNamespace = other?.namespaceSelector
      ? selects(other.namespaceSelector, this.manifests.namespace(namespace))
      : when(namespace === this.pod.namespace);
    const hit = other?.podSelector ? selects(other.podSelector, { labels }) : Tri.YES;
    return and(inNamespace, hit);
  }
}

function why(verdict: Tri, policies: readonly Selecting[]): string {
  const names = policies.map(({ name }) => name).join(", ");
  if (verdict === Tri.YES) return "policies allow it";
  return verdict === Tri.NO ? `none of ${names} allows it` : `whether one of ${names} allows it is not known`;
}

function rulesOf(policy: Selecting, incoming: boolean): Json[] | undefined {
  return incoming ? policy.ingress : policy.egress;
}

function block({ cidr, except }: Json, place: Place): Tri {
  const inside = inRange(cidr, place);
  const excluded = any(asList(except), (one) => inRange(one, place));
  return and(inside, not(excluded));
}

function inRange(text: Json, place: Place): Tri {
  const range = rangeOf(text);
  return range ? isWithin(place, range) : Tri.MAYBE;
}
