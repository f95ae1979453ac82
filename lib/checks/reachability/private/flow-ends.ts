import { and, any, anyOrAll, isUnresolved, not, or, selects, Tri, when } from "./label-selector";
import { type ManifestModel, nameOf, namespaceOf } from "./manifest-model";
import { type Labels } from "./packet-routing";
import { ALL_PORTS, type Packets, type Span, spanHolds, TCP, UDP } from "./packets";
import { type AddressRange, isWithin, type Place } from "./ranges";
import { type Exposure, type RouteTable } from "./routes";
import { type Peer, type PodIdentity, type RuleIndex } from "./rule-index";
import { asList, type Json } from "./terraform-model";
import { type Vcn, type VcnRanges } from "./vcn";

const SCTP = 132;
const NUMBERS: { [name: string]: number | undefined } = { TCP, UDP, SCTP };

/** What a policy that selects a pod, or may select it, says of one direction. */
interface Selecting {
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
  readonly policies: readonly Selecting[];
  readonly ports: readonly Json[];
  readonly ranges: readonly AddressRange[];
}

/** Whether policies let packets through, and which. */
interface Admitted {
  readonly verdict: Tri;
  readonly by: string[];
  readonly why: () => string;
}

function selecting(
  policy: Json,
  pod: PodIdentity,
  incoming: boolean,
  mostSelected: Tri,
): Selecting | undefined {
  if (namespaceOf(policy) !== pod.namespace) return undefined;
  const spec = policy.spec ?? {};
  const selected = and(mostSelected, selects(spec.podSelector, pod));
  // A policy that does not say its types is one for ingress, and one for egress where it has such rules.
  const given = asList(spec.policyTypes);
  const types = given.length > 0 ? given : ["Ingress", ...(asList(spec.egress).length > 0 ? ["Egress"] : [])];
  if (selected === Tri.NO || !types.includes(incoming ? "Ingress" : "Egress")) return undefined;
  const rules = asList(incoming ? spec.ingress : spec.egress).map((rule) => ({
    ports: asList(rule?.ports),
    peers: asList(incoming ? rule?.from : rule?.to),
  }));
  return { name: `NetworkPolicy ${pod.namespace}/${nameOf(policy)}`, selected, rules };
}

/** The policies of one pod: all it takes to say what it may send and get. */
export class PodPolicies {
  private readonly ingress: Direction;
  private readonly egress: Direction;

  constructor(
    private readonly manifests: ManifestModel,
    policies: readonly Json[],
    private readonly pod: PodIdentity,
    /** Whether the policies may be those of another cluster than the pod's. */
    private readonly elsewhere = false,
  ) {
    this.ingress = this.direction(policies, true);
    this.egress = this.direction(policies, false);
  }

  /** Whether the policies let packets of or to a peer through; the packets were cut along the policies' ports. */
  public admit(packets: Packets, peer: Peer, place: Place, incoming: boolean): Admitted {
    const { policies } = incoming ? this.ingress : this.egress;
    if (policies.length === 0) return { verdict: Tri.YES, by: [], why: () => "no policy selects it" };
    // Without a policy for the direction everything is allowed, so one that only may select may change nothing.
    const free = not(any(policies, ({ selected }) => selected));
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
    const verdict = or(free, most);
    return { verdict, by, why: () => why(verdict, policies) };
  }

  /** The ports along which packets are cut. */
  public spans(peer: Peer, incoming: boolean): Span[] {
    return (incoming ? this.ingress : this.egress).ports.flatMap((port) => {
      const at = this.spanOf(port, peer, incoming);
      return at === undefined || at === "unknown" ? [] : at;
    });
  }

  /** The ranges along which places are cut. */
  public ranges(incoming: boolean): readonly AddressRange[] {
    return (incoming ? this.ingress : this.egress).ranges;
  }

  private direction(all: readonly Json[], incoming: boolean): Direction {
    const mostSelected = this.elsewhere ? Tri.MAYBE : Tri.YES;
    const policies = all.flatMap((policy) => selecting(policy, this.pod, incoming, mostSelected) ?? []);
    const rules = policies.flatMap((policy) => policy.rules);
    const ranges = rules
      .flatMap(({ peers }) => peers)
      .flatMap((peer) => [peer?.ipBlock?.cidr, ...asList(peer?.ipBlock?.except)])
      .flatMap((cidr) => this.manifests.range(cidr) ?? []);
    return { policies, ports: rules.flatMap(({ ports }) => ports), ranges };
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
    if (isUnresolved(port.port) || isUnresolved(port.endPort)) return "unknown";
    const from = Number(port.port);
    if (Number.isInteger(from)) return [{ from, to: Number(port.endPort ?? from) }];
    const pod = incoming ? this.pod : peer.pod;
    if (!pod) return undefined;
    if (!pod.ports) return "unknown";
    const protocol = String(port.protocol ?? "TCP");
    const hits = pod.ports.filter((one) => one.name === port.port && one.protocol === protocol);
    return hits.map((hit) => ({ from: hit.port, to: hit.port }));
  }

  private peer(other: Json, peer: Peer, place: Place): Tri {
    if (other?.ipBlock) return this.block(other.ipBlock, peer.pod?.overlay ?? place);
    if (!peer.pod) return peer.maybePod ? Tri.MAYBE : Tri.NO;
    const { namespace } = peer.pod;
    const inNamespace = other?.namespaceSelector
      ? selects(other.namespaceSelector, this.manifests.namespace(namespace))
      : when(namespace === this.pod.namespace);
    const hit = other?.podSelector ? selects(other.podSelector, peer.pod) : Tri.YES;
    return and(inNamespace, hit);
  }

  private block({ cidr, except }: Json, place: Place): Tri {
    const inside = this.inRange(cidr, place);
    const excluded = any(asList(except), (one) => this.inRange(one, place));
    return and(inside, not(excluded));
  }

  private inRange(text: Json, place: Place): Tri {
    const range = this.manifests.range(text);
    return range ? isWithin(place, range) : Tri.MAYBE;
  }
}

function why(verdict: Tri, policies: readonly Selecting[]): string {
  const names = policies.map(({ name }) => name).join(", ");
  if (verdict === Tri.YES) return "policies allow it";
  return verdict === Tri.NO ? `none of ${names} allows it` : `whether one of ${names} allows it is not known`;
}

/** The rules and routes of an interface, and the policies of its pod. */
export interface Guard {
  /** What carries the rules, in the words of a sentence. */
  readonly carriers: string;
  readonly ingress: RuleIndex;
  readonly egress: RuleIndex;
  readonly routes: RouteTable;
  readonly exposure: Exposure;
  /** The VCN, where it is known. */
  readonly vcn?: Vcn;
  /** The addresses of the VCN. */
  readonly vcnRanges: VcnRanges;
  /** Set for what has labels of Zero Trust Packet Routing. */
  readonly packetRouting?: Labels;
  /** Set where no Terraform was given, so that only policies can be judged. */
  readonly policiesOnly?: boolean;
  /** Set for a pod that policies can select. */
  readonly policies?: PodPolicies;
}

/** One end of a question: its peer as the other end sees it, and its guard; undefined if unknown. */
export interface End {
  readonly peer: Peer;
  readonly guard?: Guard;
  /** Set for a pod of an overlay network: where its nodes' packets for it are. */
  readonly overlay?: Place;
  readonly isNode?: boolean;
  /** A name shared by several ends if only one of them exists, and it is unknown which. */
  readonly oneOf?: string;
}
