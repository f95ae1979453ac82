import { IpProtocol } from "../core/port";
import { type Problems } from "../core/validation-error";
import { PodNetworkType } from "../network/vcn/pod-networking";

/** The type of the OCI load balancer of a Service. */
export enum LoadBalancerType {
  /** A load balancer: a proxy for TCP, HTTP and gRPC, which can terminate TLS. */
  LOAD_BALANCER = "lb",
  /** A network load balancer: forwards TCP and UDP unchanged, and can preserve the client's address. */
  NETWORK_LOAD_BALANCER = "nlb",
}

/**
 * The nodes that receive the traffic of a load balancer.
 *
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
 */
export enum ExternalTrafficPolicy {
  /** Every node, which forwards the traffic to a pod on any node with its own source address. */
  CLUSTER = "Cluster",
  /** Only nodes with a ready pod, which forward the traffic to that pod with the source address preserved. */
  LOCAL = "Local",
}

/**
 * How a load balancer selects a node; each type of load balancer supports three policies.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Reference/lbpolicies.htm
 */
export enum LoadBalancingPolicy {
  /** Load balancer: round robin. */
  ROUND_ROBIN = "ROUND_ROBIN",
  /** Load balancer: the node with the fewest connections. */
  LEAST_CONNECTIONS = "LEAST_CONNECTIONS",
  /** Load balancer: by a hash of the client's address. */
  IP_HASH = "IP_HASH",
  /**
   * Network load balancer: by a hash of the source and destination addresses and ports and the protocol, thus
   * per connection.
   */
  FIVE_TUPLE = "FIVE_TUPLE",
  /** Network load balancer: by a hash of the source and destination addresses and the protocol. */
  THREE_TUPLE = "THREE_TUPLE",
  /** Network load balancer: by a hash of the source and destination addresses. */
  TWO_TUPLE = "TWO_TUPLE",
}

/**
 * The proxy protocol header, which carries the client's address to the program; the program must expect it.
 *
 * @see https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt
 */
export enum ProxyProtocol {
  /** The text header of version 1; load balancers only. */
  V1 = "1",
  /** The binary header of version 2. */
  V2 = "2",
}

/** The point at which TLS is terminated. */
export enum TlsTerminationPoint {
  /** The load balancer, which connects to the nodes without TLS. */
  LOAD_BALANCER = "loadBalancer",
  /** The pod: the load balancer forwards the encrypted traffic. */
  POD = "pod",
  /** The load balancer, which opens a new TLS connection to the pod. */
  LOAD_BALANCER_AND_POD = "loadBalancerAndPod",
  /** An ingress gateway, which connects to the pods without TLS. */
  INGRESS = "ingress",
  /** None: there is no TLS. */
  NONE = "none",
}

/** The owner of the rules of the network security groups. */
export enum RuleOwner {
  /** The cluster's cloud controller, at run time. */
  CLOUD = "cloud",
  /** Terraform. */
  TERRAFORM = "terraform",
}

/** The properties that distinguish kinds of exposure. */
export interface WayIn {
  readonly type: LoadBalancerType;
  readonly isInternal: boolean;
  readonly transport: IpProtocol;
  readonly rules: RuleOwner;
  readonly policy: ExternalTrafficPolicy;
  readonly preserveSource: boolean;
  readonly tls: TlsTerminationPoint;
  /** The pod networking of the cluster; a load balancer always connects to node ports. */
  readonly podNetworking: PodNetworkType;
}

/** All values of each property of an exposure. */
export const CHOICES: { readonly [K in keyof WayIn]: readonly WayIn[K][] } = {
  type: Object.values(LoadBalancerType),
  isInternal: [true, false],
  transport: [IpProtocol.TCP, IpProtocol.UDP],
  rules: Object.values(RuleOwner),
  policy: Object.values(ExternalTrafficPolicy),
  preserveSource: [false, true],
  tls: Object.values(TlsTerminationPoint),
  podNetworking: Object.values(PodNetworkType),
};

/** An unsupported combination. */
interface RefusedCombination {
  /** Its name in the documentation. */
  readonly name: string;
  /** The values of the combination, a list of alternatives for each property. */
  readonly of: { readonly [K in keyof WayIn]?: readonly WayIn[K][] };
  /** The reason. */
  readonly because: string;
  /** The fix. */
  readonly instead: string;
}

/**
 * The refused combinations; every other combination is supported.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer_spec.go
 */
export const REFUSED: readonly RefusedCombination[] = [
  {
    name: "UDP on a load balancer",
    of: { type: [LoadBalancerType.LOAD_BALANCER], transport: [IpProtocol.UDP] },
    because: "OCI load balancers are proxies for TCP; the cloud controller refuses such a Service",
    instead: "Take type: LoadBalancerType.NETWORK_LOAD_BALANCER for UDP",
  },
  {
    name: "UDP with cloud-managed rules",
    of: { rules: [RuleOwner.CLOUD], transport: [IpProtocol.UDP] },
    because: "The cloud controller writes rules for TCP only, so no datagram would come through",
    instead: "Let Terraform write the rules: securityRules: SecurityRuleManagement.terraformManaged()",
  },
  {
    name: "TLS on UDP",
    of: {
      transport: [IpProtocol.UDP],
      tls: [
        TlsTerminationPoint.LOAD_BALANCER,
        TlsTerminationPoint.POD,
        TlsTerminationPoint.LOAD_BALANCER_AND_POD,
      ],
    },
    because:
      "TLS runs over TCP; what encrypts datagrams, such as DTLS or QUIC, is a matter of the program alone",
    instead: "Say what protects the datagrams: TlsTermination.none({ reason })",
  },
  {
    name: "TLS at a network load balancer",
    of: {
      type: [LoadBalancerType.NETWORK_LOAD_BALANCER],
      tls: [TlsTerminationPoint.LOAD_BALANCER, TlsTerminationPoint.LOAD_BALANCER_AND_POD],
    },
    because:
      "A network load balancer passes packets on and ends no TLS; the cloud controller ignores the certificate",
    instead: "End TLS in the pod: TlsTermination.atPod(); or take LoadBalancerType.LOAD_BALANCER",
  },
  {
    name: "TLS at an ingress gateway",
    of: { tls: [TlsTerminationPoint.INGRESS] },
    because: "The gateway has a load balancer of its own, which serves the hosts of many workloads",
    instead: "Call exposeViaIngress({ gateway, host, tls }); or take TlsTermination.atLoadBalancer",
  },
  {
    name: "The client's address through a load balancer",
    of: { type: [LoadBalancerType.LOAD_BALANCER], preserveSource: [true] },
    because: "A load balancer is a proxy, so nodes see its own address",
    instead:
      "Read the header X-Forwarded-For, or take proxyProtocol for TCP, or LoadBalancerType.NETWORK_LOAD_BALANCER",
  },
  {
    name: "The client's address with the policy Cluster",
    of: { policy: [ExternalTrafficPolicy.CLUSTER], preserveSource: [true] },
    because:
      "With the policy Cluster a node puts its own address in the place of the client's; the cloud controller refuses both together",
    instead: "Take externalTrafficPolicy: ExternalTrafficPolicy.LOCAL",
  },
  {
    name: "A flannel overlay with the policy Cluster",
    of: { policy: [ExternalTrafficPolicy.CLUSTER], podNetworking: [PodNetworkType.FLANNEL_OVERLAY] },
    because:
      "A node passes on what comes for another node under its address in the overlay, and a NetworkPolicy can't tell that range from the pods in it",
    instead: "Take externalTrafficPolicy: ExternalTrafficPolicy.LOCAL",
  },
];

/** The refused combinations that an exposure matches. */
export function refusalsOf(way: WayIn): readonly RefusedCombination[] {
  return REFUSED.filter(({ of }) =>
    Object.entries<readonly unknown[]>(of).every(([name, values]) =>
      values.includes(way[name as keyof WayIn]),
    ),
  );
}

/** Adds a problem for each refused combination among the exposures, each once. */
export function checkCombination(problems: Problems, ...ways: readonly WayIn[]): void {
  for (const { name, because, instead } of new Set(ways.flatMap(refusalsOf))) {
    problems.add("LOAD_BALANCER_INVALID", `${name}: ${because}`, instead);
  }
}
