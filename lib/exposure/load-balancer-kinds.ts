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
