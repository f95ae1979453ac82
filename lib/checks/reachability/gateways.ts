import { type Json, type Resolved, type TerraformModel } from "./terraform-model";

/** What a route leads to. */
export type Gateway = "internet" | "nat" | "services" | "private" | "address" | "closed" | "unknown";

const LOCAL_PEERING = "oci_core_local_peering_gateway";
const PRIVATE_ADDRESSES = ["oci_core_private_ip", "data.oci_core_private_ip", "data.oci_core_private_ips"];
const REMOTE_PEERING = "oci_core_remote_peering_connection";

/**
 * Reads what the routes of a table lead to, and whether that is connected yet.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/localVCNpeering.htm
 * @see https://docs.oracle.com/iaas/Content/Network/Tasks/remoteVCNpeering.htm
 */
export class GatewayReader {
  /** What the peering gateways and connections of the configuration connect to: keys of resources, or OCIDs. */
  private readonly peers: Set<string>;
  /** The DRGs with a remote peering that the other side has to connect: what is behind them may be there only then. */
  private readonly waiting: Set<string>;

  constructor(private readonly model: TerraformModel) {
    const connections = model.ofType(REMOTE_PEERING);
    const peerings = [...model.ofType(LOCAL_PEERING), ...connections];
    this.peers = new Set(peerings.map(({ body, document }) => keyOf(model.resolve(body.peer_id, document))));
    this.waiting = new Set(
      connections
        .filter(({ body, document, key }) => !this.isConnected(body.peer_id, document, key))
        .map(({ body, document }) => keyOf(model.resolve(body.drg_id, document))),
    );
  }

  /** What the entity of a route is; unknown too where it leads nowhere before somebody else connects it. */
  public gateway(value: Json, document: number): Gateway {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind === "unknown") return "unknown";
    if (resolved.kind === "literal") return this.named(String(resolved.value));
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
        return this.open(body.enabled ?? true, true, "internet", document);
      case "oci_core_nat_gateway":
        return this.open(body.block_traffic ?? false, false, "nat", document);
      default:
        return "unknown";
    }
  }

  private named(ocid: string): Gateway {
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
    return this.waiting.has(key) || this.waiting.has(UNRESOLVED) ? "unknown" : "private";
  }

  /** One of the two sides names the other one; who names none waits for it. */
  private isConnected(peerId: Json, document: number, key: string): boolean {
    const peer = this.model.resolve(peerId ?? undefined, document);
    return (
      peer.kind === "resource" || (peer.kind === "literal" && Boolean(peer.value)) || this.peers.has(key)
    );
  }

  private open(value: Json, wanted: boolean, gateway: Gateway, document: number): Gateway {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind !== "literal") return "unknown";
    return String(resolved.value) === String(wanted) ? gateway : "closed";
  }
}

const UNRESOLVED = "";

function keyOf(resolved: Resolved): string {
  if (resolved.kind === "resource") return resolved.resource.key;
  return resolved.kind === "literal" ? String(resolved.value ?? UNRESOLVED) : UNRESOLVED;
}
