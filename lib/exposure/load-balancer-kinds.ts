import { IpProtocol } from "../core/port";
import { type Problems } from "../core/validation-error";
import { PodNetworkType } from "../network/vcn/pod-networking";

/** What OCI makes of the Service. */
export enum LoadBalancerType {
  /** A load balancer: a proxy for TCP, HTTP and gRPC, which can end TLS. */
  LOAD_BALANCER = "lb",
  /** A network load balancer: passes TCP and UDP on as they come, and can leave the client's address in place. */
  NETWORK_LOAD_BALANCER = "nlb",
}

/**
 * Which nodes take the traffic of a load balancer.
 *
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
 */
export enum ExternalTrafficPolicy {
  /** Every node, which passes it on to a pod of any node under its own address. */
  CLUSTER = "Cluster",
  /** Only nodes that run a ready pod, which pass it on to that pod as it came. */
  LOCAL = "Local",
}

/**
 * How a load balancer chooses a node; each kind of load balancer has three of its own.
 *
 * @see https://docs.oracle.com/iaas/Content/Balance/Reference/lbpolicies.htm
 */
export enum LoadBalancingPolicy {
  /** Load balancer: one after the other. */
  ROUND_ROBIN = "ROUND_ROBIN",
  /** Load balancer: the one with the fewest connections. */
  LEAST_CONNECTIONS = "LEAST_CONNECTIONS",
  /** Load balancer: the same for a client's address. */
  IP_HASH = "IP_HASH",
  /** Network load balancer: the same for addresses, ports and protocol of both ends, so for a connection. */
  FIVE_TUPLE = "FIVE_TUPLE",
  /** Network load balancer: the same for the addresses of both ends and the protocol. */
  THREE_TUPLE = "THREE_TUPLE",
  /** Network load balancer: the same for the addresses of both ends. */
  TWO_TUPLE = "TWO_TUPLE",
}

/**
 * The header by which a load balancer tells the program who connects; the program must expect it.
 *
 * @see https://www.haproxy.org/download/1.8/doc/proxy-protocol.txt
 */
export enum ProxyProtocol {
  /** A line of text; load balancers only. */
  V1 = "1",
  /** A binary header. */
  V2 = "2",
}

/** Where TLS ends. */
export enum TlsTerminationPoint {
  /** At the load balancer, which speaks to the nodes without it. */
  LOAD_BALANCER = "loadBalancer",
  /** In the pod: the load balancer passes on what it can't read. */
  POD = "pod",
  /** At the load balancer, which speaks TLS of its own to the pod. */
  LOAD_BALANCER_AND_POD = "loadBalancerAndPod",
  /** At an ingress gateway, which speaks to the pods without it. */
  INGRESS = "ingress",
  /** Nowhere. */
  NONE = "none",
}

/** Who writes the rules of the network security groups. */
export enum RuleOwner {
  /** The cluster's cloud controller, at run time. */
  CLOUD = "cloud",
  /** Terraform. */
  TERRAFORM = "terraform",
}

/** What makes one way in differ in kind from another one. */
export interface WayIn {
  readonly type: LoadBalancerType;
  readonly isInternal: boolean;
  readonly transport: IpProtocol;
  readonly rules: RuleOwner;
  readonly policy: ExternalTrafficPolicy;
  readonly preserveSource: boolean;
  readonly tls: TlsTerminationPoint;
  /** That of the cluster; a load balancer reaches node ports in any case. */
  readonly podNetworking: PodNetworkType;
}

/** All values of each property of a way in. */
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

/** A combination that does not go together. */
interface RefusedCombination {
  /** What it is called in the documentation. */
  readonly name: string;
  /** The values that it is made of, each any of some. */
  readonly of: { readonly [K in keyof WayIn]?: readonly WayIn[K][] };
  /** Why. */
  readonly because: string;
  /** What to write. */
  readonly instead: string;
}

/**
 * The combinations that are refused; every other one is made.
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

/** The refusals that a way in falls under. */
export function refusalsOf(way: WayIn): readonly RefusedCombination[] {
  return REFUSED.filter(({ of }) =>
    Object.entries<readonly unknown[]>(of).every(([name, values]) =>
      values.includes(way[name as keyof WayIn]),
    ),
  );
}

/** Adds a problem for each combination of ways in that does not go together, each once. */
export function checkCombination(problems: Problems, ...ways: readonly WayIn[]): void {
  for (const { name, because, instead } of new Set(ways.flatMap(refusalsOf))) {
    problems.add("LOAD_BALANCER_INVALID", `${name}: ${because}`, instead);
  }
}
