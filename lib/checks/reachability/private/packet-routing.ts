import { Tri } from "./label-selector";
import { hasPorts, type Packets, TCP, UDP } from "./packets";
import { isWithin, rangeOf } from "./ranges";
import { type Peer } from "./rule-index";
import { asList, type Json, type TerraformModel } from "./terraform-model";

/** What Zero Trust Packet Routing knows of an interface that has labels of it. */
export interface Labels {
  readonly own: readonly string[];
  readonly routing: PacketRoutingReader;
}

/** One end of a question, as far as policies tell ends apart. */
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

/** Reads the labels of resources, and the policies that say what those with labels may receive and send. */
export class PacketRoutingReader {
  private readonly statements: Statement[];

  constructor(private readonly model: TerraformModel) {
    this.statements = model
      .ofType("oci_zpr_zpr_policy")
      .flatMap(({ body, address }) => asList(body.statements).flatMap((text) => read(address, text)));
  }

  /** The labels of a block, whatever their mode: Oracle does not say what others than "enforce" do. */
  public labels({ security_attributes: given }: Json): Labels | undefined {
    if (given === undefined || given === null) return undefined;
    const own = labelsIn(given);
    return own.length === 0 ? undefined : { own, routing: this };
  }

  /** The policy that certainly allows packets between two ends, at least one with labels. */
  public allowing(source: End, target: End, packets: Packets): string | undefined {
    const networks = [...this.networksOf(source), ...this.networksOf(target)];
    return this.statements.find(
      (one) =>
        networks.includes(one.network) &&
        isMeant(one.from, source) &&
        isMeant(one.to, target) &&
        isAbout(one, packets),
    )?.address;
  }

  private networksOf({ peer: { home } }: End): string[] {
    const key = typeof home === "object" ? home.vcn?.key : undefined;
    const vcn = this.model.ofType("oci_core_vcn").find((one) => one.key === key);
    return vcn ? labelsIn(vcn.body.security_attributes) : [];
  }
}

function read(address: string, text: unknown): Statement[] {
  const [, network, from, to, protocol, port] = STATEMENT.exec(String(text)) ?? [];
  if (network === undefined || from === undefined || to === undefined) return [];
  const ends = { address, network, from: withoutWord(from), to: withoutWord(to) };
  if (protocol === undefined) return [ends];
  return [{ ...ends, protocol: protocol.toLowerCase() === "tcp" ? TCP : UDP, port: Number(port) }];
}

function withoutWord(end: string): string {
  return end.replace(/ endpoints$/, "");
}

/** As policies name them; one whose value is a reference is named by nobody. */
function labelsIn(given: Json): string[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== "object") return [String(given)];
  return Object.keys(given)
    .filter((name) => name.endsWith(".value"))
    .map((name) => `${name.replace(/\.value$/, "")}:${given[name]}`);
}

function isMeant(end: string, { peer, guard }: End): boolean {
  if (end === SERVICES) return peer.services !== undefined;
  const range = rangeOf(/^'(.*)'$/.exec(end)?.[1]);
  if (!range)
    return guard?.packetRouting?.own.includes(end.replace(/^'|'$/g, "").replace(/''/g, "'")) ?? false;
  return peer.places.length > 0 && peer.places.every((place) => isWithin(place, range) === Tri.YES);
}

function isAbout({ protocol, port }: Statement, packets: Packets): boolean {
  if (protocol === undefined) return true;
  if (!hasPorts(packets.protocol) || packets.protocol !== protocol) return false;
  return packets.destination.from === port && packets.destination.to === port;
}
