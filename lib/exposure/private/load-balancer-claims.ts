import { byKey } from "../../core/stable-order";
import { createHash } from "node:crypto";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { StateOfTree, StateOf } from "../../core/construct-state";
import { identityOf } from "../../core/terraform-text";
import { NODE_PORTS } from "../security-rule-management";
import { Problems } from "../../core/validation-error";
import { Token } from "cdktf";
import { type Exposure } from "./check-load-balancer";
import { type Cidr, contains, isPrivate, readIpv4Cidr, readIpv4CidrIfKnown } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { isUnreachable } from "../../network/egress/egress";
import { LoadBalancerType, RuleOwner, type HealthCheckSeconds } from "../load-balancer-settings";
import { type ApiObject } from "cdk8s";
import { type Node } from "constructs";
import { type LoadBalancerInput } from "../load-balancer-props";
import { type IpProtocol } from "../../core/port";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type IServiceBackend } from "../workload-service";

const registries = new StateOfTree(() => new Map<unknown, NodePorts>());

/** A request for a node port: its purpose, and the user's choice, if any. */
export interface NodePortRequest {
  /** The purpose, such as `shop/web tcp-443`; it must be stable. */
  readonly purpose: string;
  /** The name of the property that overrides the port. */
  readonly property: string;
  readonly port?: number;
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
    return NODE_PORTS.first + (hash % (NODE_PORTS.last - NODE_PORTS.first + 1));
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
    let port = NODE_PORTS.first;
    while (port < NODE_PORTS.last && (this.claims.has(port) || read.has(port))) port++;
    return port;
  }
}

/** The subnet of a load balancer, as far as it is known. */
interface BalancerSubnet {
  readonly subnetId: string;
  readonly cidr: string;
}

/** A reserved address of a Service, with its context. */
export interface AddressRequest {
  readonly cluster: ISecureOkeCluster;
  /** The namespace and the name of the Service. */
  readonly service: string;
  readonly address: string;
  readonly isInternal: boolean;
  readonly subnet: BalancerSubnet | undefined;
}

/**
 * The Services of an app with reserved addresses, by address.
 *
 * OCI assigns an address to one load balancer only; a second Service would stay pending. Public addresses are
 * unique in the whole app, private ones in their subnet.
 */
const services = new StateOfTree(() => new Map<string, string>());

/** A key for the address, the same for one reference in several stacks. */
function keyOf({ cluster, address, isInternal, subnet }: AddressRequest): string {
  const where = isInternal ? identityOf(cluster, subnet?.subnetId ?? "") : "public";
  return `${where} ${identityOf(cluster, address)}`;
}

/** Adds a problem if another Service has the address. */
export function checkAddressFree(problems: Problems, request: AddressRequest): void {
  if (typeof request.address !== "string") return;
  const taken = services.of(request.cluster).get(keyOf(request));
  if (taken === undefined) return;
  const { address, service } = request;
  const text = Token.isUnresolved(address) ? "a reference" : address;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress of ${service} is ${text}, which belongs to the Service ${taken}`,
    "Give each load balancer its own address; for TCP and UDP on one address, set transports: [IpProtocol.TCP, IpProtocol.UDP]",
  );
}

/** Claims the address for the lifetime of the app. */
export function claimAddress(request: AddressRequest): void {
  services.of(request.cluster).set(keyOf(request), request.service);
}

/** Adds a problem for an address that the load balancer can't use; a reference may hold any. */
export function checkAddress(
  problems: Problems,
  address: string,
  { isInternal }: Pick<Exposure, "isInternal">,
  subnet: BalancerSubnet | undefined,
): void {
  if (Token.isUnresolved(address)) return;
  const ignored = new Problems("");
  const block = readIpv4Cidr(ignored, "reservedAddress", `${address}/32`);
  if (!block) {
    problems.add(
      "VALUE_INVALID",
      `reservedAddress is ${shown(address)}, which is not an IPv4 address`,
      "Give an IPv4 address, for example 192.0.2.10, or a reference to one",
    );
    return;
  }
  if (!isInternal) {
    checkPublic(problems, address, block);
    return;
  }
  const range = subnet && readIpv4CidrIfKnown(ignored, "cidr", subnet.cidr);
  if (range) checkOfSubnet(problems, address, block, range);
}

/** OCI keeps the first two addresses and the last one of each subnet. See https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm */
function checkOfSubnet(problems: Problems, address: string, { first }: Cidr, range: Cidr): void {
  const isInside = contains(range, { ...range, first, last: first });
  const isReserved = first === range.first || first === range.first + 1n || first === range.last;
  if (isInside && !isReserved) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    isInside
      ? `reservedAddress is ${address}, which OCI reserves: the first two addresses and the last one of ${range.text}`
      : `reservedAddress is ${address}, outside of the load balancer subnet ${range.text}`,
    "Give a free address of the subnet",
  );
}

/** Adds a problem if an address can't be a reserved public IP of OCI. */
function checkPublic(problems: Problems, address: string, block: Cidr): void {
  if (!isPrivate(block) && !isUnreachable(block)) return;
  problems.add(
    "LOAD_BALANCER_INVALID",
    `reservedAddress is ${address}, which is not a public address, but the load balancer is public`,
    "Give a reserved public IP of OCI, for example 192.0.2.10; or use LoadBalancerAccess.internalFrom(cidrs)",
  );
}

/**
 * The annotation for a reserved address.
 *
 * `reserved-ips` (Kubernetes 1.30) and `reserved-private-ips` (1.32) are supported by the controller that OKE
 * runs, not by its open-source edition v1.35.0; the field `loadBalancerIP`, which they replace, is
 * deprecated.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 */
export function addressAnnotations(
  address: string | undefined,
  { isInternal, type }: Pick<Exposure, "isInternal" | "type">,
): { [key: string]: string } {
  if (address === undefined) return {};
  if (!isInternal) return { "oci.oraclecloud.com/reserved-ips": address };
  // Accepts any free address of the subnet, reserved or not.
  return type === LoadBalancerType.NETWORK_LOAD_BALANCER
    ? { "oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4": address }
    : { "oci.oraclecloud.com/reserved-private-ips": address };
}

/** The port of a Service in the manifest. */
export interface ServicePort {
  readonly protocol?: string;
}

/** A load balancer that a second call for the same workload, port and clients may share. */
export interface SharedBalancer {
  /** The key that both calls have in common. */
  readonly key: string;
  /** The name of the Service. */
  readonly name: string;
  /** The namespace and the name of the Service, for messages. */
  readonly service: string;
  readonly transports: IpProtocol[];
  readonly nodePort?: number;
  readonly object: ApiObject;
  /** The ports in the spec of the Service. */
  readonly ports: ServicePort[];
  readonly securityGroup: INetworkSecurityGroup;
}

const balancersOf = new StateOf<Node, SharedBalancer[]>(() => []);

/**
 * The key of calls that may share one load balancer.
 *
 * It leaves out the name, the transport, reasons, and TLS termination: a network load balancer terminates
 * none, and UDP has none.
 */
export function shareKeyOf(
  input: LoadBalancerInput,
  healthCheck: HealthCheckSeconds | undefined,
): string | undefined {
  const { cluster, access, workload, securityRules, type, port } = input;
  if (!cluster || !access || !workload || securityRules?._owner !== RuleOwner.TERRAFORM) return undefined;
  if (type !== LoadBalancerType.NETWORK_LOAD_BALANCER) return undefined;
  return JSON.stringify([
    cluster.node.path,
    port,
    input.targetPort,
    [access.isInternal, access.sourceRanges],
    [input.externalTrafficPolicy, input.preserveSource, input.policy, input.proxyProtocol],
    healthCheck,
    input.reservedAddress,
    (input.securityGroups ?? []).map(({ node }) => node.path).sort(),
    [input.compartmentId, Object.entries(input.nodeLabels ?? {}).sort(byKey)],
    securityRules._options,
  ]);
}

/** The load balancer that already serves the other transport of the same port, if there is one. */
export function sharedBalancerOf(
  workload: IServiceBackend | undefined,
  key: string | undefined,
  transports: readonly IpProtocol[],
): SharedBalancer | undefined {
  return (workload ? balancersOf.of(workload.node) : []).find(
    (balancer) =>
      balancer.key === key && !transports.some((transport) => balancer.transports.includes(transport)),
  );
}

/** Lets later calls share a load balancer. */
export function offerBalancer({ node }: IServiceBackend, balancer: SharedBalancer): void {
  balancersOf.of(node).push(balancer);
}
