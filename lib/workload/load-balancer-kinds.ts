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
export enum LoadBalancerPolicy {
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
export enum TlsPlace {
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
