import { isUnresolved, type ManifestModel, nameOf, namespaceOf, selects } from "./manifest-model";
import {
  type AddressRange,
  ALL_PORTS,
  isWithin,
  type Packets,
  type Place,
  type Span,
  spanContains,
  TCP,
  UDP,
} from "./packets";
import { type Peer, type PodIdentity } from "./security-rules";
import { asList, type Json } from "./terraform-model";
import { and, any, anyOrAll, not, or, Tri, when } from "./three-valued-logic";

const SCTP = 132;
const PROTOCOL_NUMBERS: { [name: string]: number | undefined } = { TCP, UDP, SCTP };

/** The rules for one direction of a policy that selects a pod, or may select it. */
interface SelectingPolicy {
  readonly name: string;
  readonly selected: Tri;
  readonly rules: readonly PolicyRule[];
}

interface PolicyRule {
  readonly ports: readonly Json[];
  readonly peers: readonly Json[];
}

/** All policies of a pod for one direction. */
interface Direction {
  readonly policies: readonly SelectingPolicy[];
  readonly ports: readonly Json[];
  readonly ranges: readonly AddressRange[];
}

/** Whether policies allow packets, and which policies decide. */
interface Admission {
  readonly verdict: Tri;
  readonly by: string[];
  readonly why: () => string;
}

function selectingPolicy(
  policy: Json,
  pod: PodIdentity,
  incoming: boolean,
  maximum: Tri,
): SelectingPolicy | undefined {
  if (namespaceOf(policy) !== pod.namespace) return undefined;
  const spec = policy.spec ?? {};
  const selected = and(maximum, selects(spec.podSelector, pod));
  // A policy without policyTypes applies to ingress, and to egress if it has egress rules.
  const declared = asList(spec.policyTypes);
  const types =
    declared.length > 0 ? declared : ["Ingress", ...(asList(spec.egress).length > 0 ? ["Egress"] : [])];
  if (selected === Tri.NO || !types.includes(incoming ? "Ingress" : "Egress")) return undefined;
  const rules = asList(incoming ? spec.ingress : spec.egress).map((rule) => ({
    ports: asList(rule?.ports),
    peers: asList(incoming ? rule?.from : rule?.to),
  }));
  return { name: `NetworkPolicy ${pod.namespace}/${nameOf(policy)}`, selected, rules };
}

/** The policies of one pod, for both directions. */
export class PodPolicies {
  private readonly ingress: Direction;
  private readonly egress: Direction;

  constructor(
    private readonly manifests: ManifestModel,
    policies: readonly Json[],
    private readonly pod: PodIdentity,
    /** Whether the policies may belong to another cluster than the pod. */
    private readonly mayBeOfOtherCluster = false,
  ) {
    this.ingress = this.direction(policies, true);
    this.egress = this.direction(policies, false);
  }

  /** Whether the policies allow packets from or to a peer; the packets were split by the ports of the policies. */
  public admit(packets: Packets, peer: Peer, place: Place, incoming: boolean): Admission {
    const { policies } = incoming ? this.ingress : this.egress;
    if (policies.length === 0) return { verdict: Tri.YES, by: [], why: () => "no policy selects it" };
    // Without a policy for the direction everything is allowed, so a policy that may not select the pod may have no effect.
    const unrestricted = not(any(policies, ({ selected }) => selected));
    const allows = ({ ports, peers }: PolicyRule) =>
      and(
        anyOrAll(ports, (port) => this.port(port, packets, peer, incoming)),
        anyOrAll(peers, (other) => this.peer(other, peer, place)),
      );
    const verdicts = policies.map(({ selected, rules }) => and(selected, any(rules, allows)));
    const most = or(...verdicts);
    const by = policies
      .filter((_, index) => most !== Tri.NO && verdicts[index] === most)
      .map(({ name }) => name);
    const verdict = or(unrestricted, most);
    return { verdict, by, why: () => explainPolicies(verdict, policies) };
  }

  /** The ports that packets are split by. */
  public spans(peer: Peer, incoming: boolean): Span[] {
    return (incoming ? this.ingress : this.egress).ports.flatMap((port) => {
      const spans = this.spansOf(port, peer, incoming);
      return spans === undefined || spans === "unknown" ? [] : spans;
    });
  }

  /** The ranges that places are split by. */
  public ranges(incoming: boolean): readonly AddressRange[] {
    return (incoming ? this.ingress : this.egress).ranges;
  }

  private direction(all: readonly Json[], incoming: boolean): Direction {
    const maximum = this.mayBeOfOtherCluster ? Tri.MAYBE : Tri.YES;
    const policies = all.flatMap((policy) => selectingPolicy(policy, this.pod, incoming, maximum) ?? []);
    const rules = policies.flatMap((policy) => policy.rules);
    const ranges = rules
      .flatMap(({ peers }) => peers)
      .flatMap((peer) => [peer?.ipBlock?.cidr, ...asList(peer?.ipBlock?.except)])
      .flatMap((cidr) => this.manifests.range(cidr) ?? []);
    return { policies, ports: rules.flatMap(({ ports }) => ports), ranges };
  }

  private port(port: Json, packets: Packets, peer: Peer, incoming: boolean): Tri {
    const protocol = PROTOCOL_NUMBERS[String(port?.protocol ?? "TCP")];
    if (![TCP, UDP, SCTP].includes(packets.protocol)) {
      // Kubernetes does not define the effect of a rule with ports on other protocols.
      return Tri.MAYBE;
    }
    if (protocol !== packets.protocol) return Tri.NO;
    const spans = this.spansOf(port, peer, incoming);
    if (spans === "unknown") return Tri.MAYBE;
    return any(spans ?? [], (span) => when(spanContains(span, packets.destination)));
  }

  /** The numbers of a port in a rule; a name refers to a port of the target pod. */
  private spansOf(port: Json, peer: Peer, incoming: boolean): Span[] | undefined | "unknown" {
    if (port?.port === undefined) return [ALL_PORTS];
    if (isUnresolved(port.port) || isUnresolved(port.endPort)) return "unknown";
    const from = Number(port.port);
    if (Number.isInteger(from)) return [{ from, to: Number(port.endPort ?? from) }];
    const pod = incoming ? this.pod : peer.pod;
    if (!pod) return undefined;
    if (!pod.ports) return "unknown";
    const protocol = String(port.protocol ?? "TCP");
    const named = pod.ports.filter(
      ({ name, ...target }) => name === port.port && target.protocol === protocol,
    );
    return named.map((target) => ({ from: target.port, to: target.port }));
  }

  private peer(other: Json, peer: Peer, place: Place): Tri {
    if (other?.ipBlock) return this.block(other.ipBlock, peer.pod?.overlay ?? place);
    if (!peer.pod) return peer.maybePod ? Tri.MAYBE : Tri.NO;
    const { namespace } = peer.pod;
    const inNamespace = other?.namespaceSelector
      ? selects(other.namespaceSelector, this.manifests.namespace(namespace))
      : when(namespace === this.pod.namespace);
    const isSelected = other?.podSelector ? selects(other.podSelector, peer.pod) : Tri.YES;
    return and(inNamespace, isSelected);
  }

  private block({ cidr, except }: Json, place: Place): Tri {
    const inside = this.inRange(cidr, place);
    const excluded = any(asList(except), (block) => this.inRange(block, place));
    return and(inside, not(excluded));
  }

  private inRange(text: Json, place: Place): Tri {
    const range = this.manifests.range(text);
    return range ? isWithin(place, range) : Tri.MAYBE;
  }
}

function explainPolicies(verdict: Tri, policies: readonly SelectingPolicy[]): string {
  const names = policies.map(({ name }) => name).join(", ");
  if (verdict === Tri.YES) return "policies allow it";
  return verdict === Tri.NO
    ? `none of ${names} allows it`
    : `it is unknown whether one of ${names} allows it`;
}
