import { type AddressRange, ANYWHERE, contains, isWithin, type Place, PUBLIC, rangeOf } from "./packets";
import { type RuleReader } from "./rule-reader";
import { matchesLabel, type Peer, type RuleEnd } from "./security-rules";
import {
  asList,
  blocksOf,
  type Json,
  type Resolved,
  type Resource,
  type TerraformModel,
} from "./terraform-model";
import { and, any, or, Tri, when } from "./three-valued-logic";

/** The kind of the target of a route. */
type Gateway = "internet" | "nat" | "services" | "private" | "address" | "closed" | "unknown";

const LOCAL_PEERING = "oci_core_local_peering_gateway";
const PRIVATE_ADDRESSES = ["oci_core_private_ip", "data.oci_core_private_ip", "data.oci_core_private_ips"];
const REMOTE_PEERING = "oci_core_remote_peering_connection";

/**
 * Reads the targets of the routes of a table, and whether they are connected yet.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/localVCNpeering.htm
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/remoteVCNpeering.htm
 */
class GatewayReader {
  /** The other ends of the peerings in the configuration: keys of resources, or OCIDs. */
  private readonly peers: Set<string>;
  /**
   * The DRGs with a remote peering that the other side has yet to connect: until then, the networks behind it
   * may be unreachable.
   */
  private readonly unconnectedDrgs: Set<string>;

  constructor(private readonly model: TerraformModel) {
    const connections = model.ofType(REMOTE_PEERING);
    const peerings = [...model.ofType(LOCAL_PEERING), ...connections];
    this.peers = new Set(peerings.map(({ body, document }) => keyOf(model.resolve(body.peer_id, document))));
    this.unconnectedDrgs = new Set(
      connections
        .filter(({ body, document, key }) => !this.isConnected(body.peer_id, document, key))
        .map(({ body, document }) => keyOf(model.resolve(body.drg_id, document))),
    );
  }

  /** The kind of the target of a route; unknown if a peering is not connected yet. */
  public gateway(value: Json, document: number): Gateway {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind === "unknown") return "unknown";
    if (resolved.kind === "literal") return this.gatewayOfOcid(String(resolved.value));
    const { type, body, key } = resolved.resource;
    if (PRIVATE_ADDRESSES.includes(type)) return "address";
    switch (type) {
      case "oci_core_drg":
        return this.drg(key);
      case LOCAL_PEERING:
        return this.isConnected(body.peer_id, document, key) ? "private" : "unknown";
      case "oci_core_service_gateway":
        return "services";
      case "oci_core_internet_gateway":
        return this.ifSet(body.enabled ?? true, true, "internet", document);
      case "oci_core_nat_gateway":
        return this.ifSet(body.block_traffic ?? false, false, "nat", document);
      default:
        return "unknown";
    }
  }

  private gatewayOfOcid(ocid: string): Gateway {
    const [, kind] = /^ocid1\.(drg|internetgateway|natgateway|privateip|servicegateway)\./.exec(ocid) ?? [];
    switch (kind) {
      case "drg":
        return this.drg(ocid);
      case "internetgateway":
        return "internet";
      case "natgateway":
        return "nat";
      case "privateip":
        return "address";
      case "servicegateway":
        return "services";
      default:
        return "unknown";
    }
  }

  private drg(key: string): Gateway {
    return this.unconnectedDrgs.has(key) || this.unconnectedDrgs.has(UNRESOLVED) ? "unknown" : "private";
  }

  /** Whether a peering is connected: one of the two sides must name the other. */
  private isConnected(peerId: Json, document: number, key: string): boolean {
    const peer = this.model.resolve(peerId ?? undefined, document);
    return (
      peer.kind === "resource" || (peer.kind === "literal" && Boolean(peer.value)) || this.peers.has(key)
    );
  }

  private ifSet(value: Json, expected: boolean, gateway: Gateway, document: number): Gateway {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind !== "literal") return "unknown";
    return String(resolved.value) === String(expected) ? gateway : "closed";
  }
}

const UNRESOLVED = "";

function keyOf(resolved: Resolved): string {
  if (resolved.kind === "resource") return resolved.resource.key;
  return resolved.kind === "literal" ? String(resolved.value ?? UNRESOLVED) : UNRESOLVED;
}

interface Route {
  readonly address: string;
  readonly end: RuleEnd;
  readonly gateway: Gateway;
}

/** A route table, as far as it is known. */
export interface RouteTable {
  readonly name: string;
  readonly routes: readonly Route[];
  /** The reason why there may be further routes. */
  readonly doubt?: string;
}

/** The conditions, besides the routes, for an interface to reach the internet. */
export interface Exposure {
  /** Whether the interface has a public IPv4 address. */
  readonly publicAddress: Tri;
  /** Whether its subnet allows ingress from the internet. */
  readonly internetIngress: Tri;
}

/** Whether there is a route, and the reason. */
export interface Routed {
  readonly verdict: Tri;
  readonly by: string[];
  readonly why: string;
}

/** Reads route tables and the targets of their routes. */
export class RouteReader {
  private readonly gateways: GatewayReader;

  constructor(
    private readonly model: TerraformModel,
    private readonly rules: RuleReader,
  ) {
    this.gateways = new GatewayReader(model);
  }

  /** The routes of a table. */
  public table(resource: Resource): RouteTable {
    const { body, document, address: name } = resource;
    const blocks = blocksOf(body, "route_rules");
    const doubt = blocks.includes(undefined) ? "its route_rules are unknown until Terraform runs" : undefined;
    const literalCount = asList(body.route_rules).length;
    const routes = blocks
      .filter((block) => block !== undefined)
      .map((block, index) => ({
        address: `${name} route_rules[${index}]`,
        end: this.end(block, document),
        // A loop may create no route.
        gateway:
          index < literalCount
            ? this.gateways.gateway(block.network_entity_id, document)
            : ("unknown" as const),
      }));
    return { name, routes, ...(doubt === undefined ? {} : { doubt }) };
  }

  private end(block: Json, document: number): RuleEnd {
    const value = block.destination ?? block.cidr_block;
    if (block.destination_type === "SERVICE_CIDR_BLOCK") {
      return { kind: "services", label: this.rules.label(value, document) };
    }
    const resolved = this.model.resolve(value, document);
    const range = resolved.kind === "literal" ? rangeOf(resolved.value) : undefined;
    return range ? { kind: "range", range } : { kind: "unknown", why: `its destination is ${value}` };
  }
}

/** The ranges that places are split by, so that each piece has a single answer. */
export function rangesOfRoutes(table: RouteTable): AddressRange[] {
  return table.routes.flatMap(({ end }) => (end.kind === "range" ? [end.range] : []));
}

/** Whether packets are routed from an interface to a place and back. */
export function route(
  table: RouteTable,
  exposure: Exposure,
  peer: Peer,
  place: Place,
  incoming: boolean,
): Routed {
  const found = routesTo(table, peer, place, incoming);
  const answers = found.map((route) => ({
    route,
    verdict: passes(route, exposure, peer, place, incoming),
  }));
  const most = any(answers, ({ verdict }) => verdict);
  const certain = table.doubt === undefined && table.routes.every(({ end }) => end.kind !== "unknown");
  // With inexact addresses, another address may match another route.
  const agreed = place.exact || answers.every((answer) => answer.verdict === most);
  const verdict = (most === Tri.NO && certain) || (most !== Tri.NO && agreed) ? most : Tri.MAYBE;
  const by = answers
    .filter((answer) => answer.verdict === most && most !== Tri.NO)
    .map((answer) => answer.route.address);
  return {
    verdict,
    by,
    why: verdict === Tri.YES ? "a route exists" : explainRoutes(table, found, exposure, incoming),
  };
}

function explainRoutes(
  table: RouteTable,
  found: readonly Route[],
  exposure: Exposure,
  incoming: boolean,
): string {
  if (found.length === 0) return table.doubt ?? `${table.name} has no route for these addresses`;
  if (found.some(({ gateway }) => gateway === "address")) {
    return `${table.name} routes to a private address, whose firewall or instance decides`;
  }
  if (!found.some(({ gateway }) => gateway === "internet")) {
    return `${table.name} routes to a gateway that does not serve these addresses`;
  }
  if (incoming && exposure.internetIngress === Tri.NO) return "its subnet prohibits internet ingress";
  if (exposure.publicAddress === Tri.NO) return "it has no public address";
  return `${table.name} has a route, but it is unknown whether the interface has a public address`;
}

/** The applicable routes: of several that contain a place, the narrowest. */
function routesTo(table: RouteTable, peer: Peer, place: Place, incoming: boolean): Route[] {
  const ofServices = table.routes.filter(
    ({ end }) => end.kind === "services" && matchesLabel(end.label, peer, place) !== Tri.NO,
  );
  // Traffic from a service that bypasses its gateway, such as over the internet, takes another route.
  if (ofServices.length > 0 && peer.services !== undefined && !incoming) return ofServices;
  const matching = table.routes.filter(
    ({ end }) => end.kind === "range" && isWithin(place, end.range) !== Tri.NO,
  );
  if (!place.exact) return [...ofServices, ...matching];
  const sizes = matching.map(({ end }) => (end.kind === "range" ? end.range.last - end.range.first : 0n));
  const smallest = sizes.reduce((a, b) => (b < a ? b : a), sizes[0] ?? 0n);
  return [...ofServices, ...matching.filter((_, index) => sizes[index] === smallest)];
}

function passes(found: Route, exposure: Exposure, peer: Peer, place: Place, incoming: boolean): Tri {
  const verdict = passesGateway(found, exposure, peer, place, incoming);
  return found.end.kind === "range" ? and(verdict, isWithin(place, found.end.range)) : verdict;
}

function passesGateway(found: Route, exposure: Exposure, peer: Peer, place: Place, incoming: boolean): Tri {
  const isOpen = isPublic(place);
  switch (found.gateway) {
    case "services":
      // Services do not open connections through a service gateway.
      if (incoming) return Tri.NO;
      return found.end.kind === "services"
        ? matchesLabel(found.end.label, peer, place)
        : when(peer.services !== undefined);
    case "nat":
      return incoming || isIpv6(place) ? Tri.NO : isOpen;
    case "internet":
      return internet(exposure, place, incoming);
    case "private":
      // Whether a hub routes to the internet, and which traffic arrives from it, depends on the networks
      // behind it.
      return isOpen !== Tri.NO && (incoming || isDefault(found)) ? Tri.MAYBE : Tri.YES;
    case "address":
      // The policy of a firewall, which determines what passes and where to, is not part of the
      // configuration.
      return Tri.MAYBE;
    case "closed":
      return Tri.NO;
    case "unknown":
      return Tri.MAYBE;
  }
}

/** A NAT gateway is for IPv4 only. See https://docs.oracle.com/iaas/Content/Network/Tasks/NATgateway.htm */
function isIpv6({ ranges }: Place): boolean {
  return ranges.every(({ family }) => family === 6);
}

/** Whether a route is the default route. */
function isDefault({ end }: Route): boolean {
  return end.kind === "range" && ANYWHERE.ranges.some((everything) => contains(end.range, everything));
}

function internet(exposure: Exposure, place: Place, incoming: boolean): Tri {
  const isOpen = isPublic(place);
  // IPv6 addresses are public by themselves.
  const needsAddress = !place.ranges.every(({ family }) => family === 6);
  // Oracle does not document whether the prohibition covers only ingress for IPv6, or egress too.
  return and(
    isOpen,
    needsAddress ? exposure.publicAddress : Tri.YES,
    incoming ? exposure.internetIngress : isIpv6(place) ? or(exposure.internetIngress, Tri.MAYBE) : Tri.YES,
  );
}

function isPublic({ ranges }: Place): Tri {
  const open = ranges.filter((range) => PUBLIC.some((other) => contains(other, range))).length;
  if (open === ranges.length) return Tri.YES;
  return or(
    when(open > 0),
    any(ranges, (range) => any(PUBLIC, (other) => isWithin({ ranges: [range], exact: false }, other))),
  ) === Tri.NO
    ? Tri.NO
    : Tri.MAYBE;
}
