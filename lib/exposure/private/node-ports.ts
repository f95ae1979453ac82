import { createHash } from "node:crypto";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { StateOfTree } from "../../core/construct-state";
import { identityOf } from "../../core/terraform-text";
import { type Reader, wholeNumber } from "../../core/readers";
import { type Problems } from "../../core/validation-error";

const FIRST = 30_000;
const LAST = 32_767;

const registries = new StateOfTree(() => new Map<unknown, NodePorts>());

/** A request for a node port: its purpose, and the user's choice, if any. */
export interface NodePortRequest {
  /** The purpose, such as `shop/web tcp-443`; it must be stable. */
  readonly purpose: string;
  /** The name of the property that overrides the port. */
  readonly property: string;
  readonly port?: number;
}

/** Reads a node port. */
export function nodePort(): Reader<number> {
  return wholeNumber({ least: FIRST, most: LAST, code: "NODE_PORT_INVALID" });
}

/**
 * The fixed node ports of a cluster, across all stacks of an app.
 *
 * A port is a hash of its purpose only, so that no other Service can change it: a Service whose port changed
 * would lose its traffic until rules and nodes agree again.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
 */
export class NodePorts {
  /** The node ports of a cluster; constructs for the cluster with the same OCID in several stacks share them. */
  public static of(cluster: ISecureOkeCluster): NodePorts {
    const clusters = registries.of(cluster);
    const { clusterId } = cluster;
    const key = typeof clusterId === "string" ? identityOf(cluster, clusterId) : cluster;
    const ports = clusters.get(key) ?? new NodePorts();
    clusters.set(key, ports);
    return ports;
  }

  /** The default port for a purpose. */
  public static hashed(purpose: string): number {
    const hash = createHash("sha256").update(purpose).digest().readUInt32BE(0);
    return FIRST + (hash % (LAST - FIRST + 1));
  }

  private readonly claims = new Map<number, string>();
  private readonly services = new Set<string>();

  private constructor() {}

  /** The ports of one Service by purpose, not yet claimed; a port that is taken is a problem. */
  public read(
    problems: Problems,
    service: string,
    requests: readonly NodePortRequest[],
  ): ReadonlyMap<string, number> {
    if (this.services.has(service)) {
      problems.add(
        "NAME_DUPLICATE",
        `The cluster already has rules for a Service ${service}`,
        "Give each Service of a namespace its own name",
      );
      return new Map();
    }
    const read = new Map<number, string>();
    for (const { purpose, property, port = NodePorts.hashed(purpose) } of requests) {
      const taken = this.claims.get(port) ?? read.get(port);
      if (taken === undefined) {
        read.set(port, purpose);
        continue;
      }
      problems.add(
        "NODE_PORT_INVALID",
        `The node port ${port} of ${purpose} belongs to ${taken}`,
        `Give one of them another port, for example SecurityRuleManagement.terraformManaged({ ${property}: ` +
          `${this.free(read)} })`,
      );
    }
    return new Map([...read].map(([port, purpose]) => [purpose, port]));
  }

  /** Claims the ports for the lifetime of the app. */
  public claim(service: string, ports: ReadonlyMap<string, number>): void {
    this.services.add(service);
    for (const [purpose, port] of ports) this.claims.set(port, purpose);
  }

  /** From the lowest: the API server allocates the ports up to 30085 last. */
  private free(read: ReadonlyMap<number, string>): number {
    let port = FIRST;
    while (port < LAST && (this.claims.has(port) || read.has(port))) port++;
    return port;
  }
}
