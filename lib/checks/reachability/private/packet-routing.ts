import { hasPorts, isWithin, type Packets, rangeOf, TCP, UDP } from "./packets";
import { type Peer } from "./security-rules";
import { asList, type Json, type TerraformModel } from "./terraform-model";
import { Tri } from "./three-valued-logic";

/** The Zero Trust Packet Routing labels of an interface. */
export interface Labels {
  readonly own: readonly string[];
  readonly routing: PacketRoutingReader;
}

/** An end of a flow, with the members that routing policies refer to. */
interface End {
  readonly peer: Peer;
  readonly guard?: { readonly packetRouting?: Labels };
}

interface Statement {
  readonly address: string;
  readonly network: string;
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly port?: number;
}

const STATEMENT = /^in (.+) VCN allow (.+?) to connect to (.+?)(?: with protocol='(tcp|udp)\/(\d+)')?$/i;
const SERVICES = "'osn-services-ip-addresses'";

/** Reads the labels of resources, and the policies that allow connections between labelled resources. */
export class PacketRoutingReader {
  private readonly statements: Statement[];

  constructor(private readonly model: TerraformModel) {
    this.statements = model
      .ofType("oci_zpr_zpr_policy")
      .flatMap(({ body, address }) =>
        asList(body.statements).flatMap((text) => parseStatement(address, text)),
      );
  }

  /** The labels of a block, whatever their mode: Oracle documents the effect of "enforce" only. */
  public labels({ security_attributes: attributes }: Json): Labels | undefined {
    if (attributes === undefined || attributes === null) return undefined;
    const own = labelsIn(attributes);
    return own.length === 0 ? undefined : { own, routing: this };
  }

  /** The policy that certainly allows packets between two ends, at least one with labels. */
  public allowing(source: End, target: End, packets: Packets): string | undefined {
    const networks = [...this.networksOf(source), ...this.networksOf(target)];
    return this.statements.find(
      (statement) =>
        networks.includes(statement.network) &&
        matchesEnd(statement.from, source) &&
        matchesEnd(statement.to, target) &&
        matchesPackets(statement, packets),
    )?.address;
  }

  private networksOf({ peer: { home } }: End): string[] {
    const key = typeof home === "object" ? home.vcn?.key : undefined;
    const vcn = this.model.ofType("oci_core_vcn").find((resource) => resource.key === key);
    return vcn ? labelsIn(vcn.body.security_attributes) : [];
  }
}

function parseStatement(address: string, text: unknown): Statement[] {
  const [, network, from, to, protocol, port] = STATEMENT.exec(String(text)) ?? [];
  if (network === undefined || from === undefined || to === undefined) return [];
  const ends = { address, network, from: withoutSuffix(from), to: withoutSuffix(to) };
  if (protocol === undefined) return [ends];
  return [{ ...ends, protocol: protocol.toLowerCase() === "tcp" ? TCP : UDP, port: Number(port) }];
}

function withoutSuffix(end: string): string {
  return end.replace(/ endpoints$/, "");
}

/** The labels as policies write them; no policy can name a label whose value is a reference. */
function labelsIn(attributes: Json): string[] {
  if (attributes === undefined || attributes === null) return [];
  if (typeof attributes !== "object") return [String(attributes)];
  return Object.keys(attributes)
    .filter((name) => name.endsWith(".value"))
    .map((name) => `${name.replace(/\.value$/, "")}:${attributes[name]}`);
}

function matchesEnd(end: string, { peer, guard }: End): boolean {
  if (end === SERVICES) return peer.services !== undefined;
  const range = rangeOf(/^'(.*)'$/.exec(end)?.[1]);
  if (!range)
    return guard?.packetRouting?.own.includes(end.replace(/^'|'$/g, "").replace(/''/g, "'")) ?? false;
  return peer.places.length > 0 && peer.places.every((place) => isWithin(place, range) === Tri.YES);
}

function matchesPackets({ protocol, port }: Statement, packets: Packets): boolean {
  if (protocol === undefined) return true;
  if (!hasPorts(packets.protocol) || packets.protocol !== protocol) return false;
  return packets.destination.from === port && packets.destination.to === port;
}
