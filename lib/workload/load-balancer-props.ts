import { type HttpListener } from "./http-listener";
import { type LoadBalancerAccess } from "./load-balancer-access";
import { type LoadBalancerHealthCheck } from "./load-balancer-health-check";
import {
  type ExternalTrafficPolicy,
  type LoadBalancerPolicy,
  type LoadBalancerType,
  type ProxyProtocol,
} from "./load-balancer-kinds";
import { type LoadBalancerShape } from "./load-balancer-shape";
import { type SecurityRuleManagement } from "./security-rule-management";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { type Protocol } from "../core/port";
import { type INetworkSecurityGroup } from "../network/network-security-group";

/** How a workload is reached through a load balancer. */
export interface LoadBalancerOptions {
  /** The cluster that the workload runs in. */
  readonly cluster: ISecureOkeCluster;
  /** Who may connect. */
  readonly access: LoadBalancerAccess;
  /** Where TLS ends. */
  readonly tls: TlsTermination;
  /**
   * The port that clients connect to, 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;
  /**
   * The name of the pods' port that the load balancer leads to, such as `admin`; one of the workload's `ports`.
   *
   * @default - the workload's own port
   */
  readonly targetPort?: string;
  /**
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
  /**
   * What OCI makes of the Service; it can't change later.
   *
   * @default LoadBalancerType.LOAD_BALANCER
   */
  readonly type?: LoadBalancerType;
  /**
   * `Protocol.TCP` or `Protocol.UDP`; the last on the number of the workload's port, for a network load balancer whose rules
   * Terraform manages.
   *
   * @default Protocol.TCP
   */
  readonly transport?: Protocol;
  /**
   * Who writes the rules of the network security groups.
   *
   * @default SecurityRuleManagement.cloudManaged()
   */
  readonly securityRules?: SecurityRuleManagement;
  /**
   * Which nodes take the traffic.
   *
   * @default ExternalTrafficPolicy.CLUSTER
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
  /**
   * Whether pods see the addresses of the clients; for a network load balancer with the policy Local.
   *
   * The clients' ranges may then connect to the node port.
   *
   * @default false
   */
  readonly preserveSource?: boolean;
  /**
   * How a node is chosen.
   *
   * @default - the controller's: ROUND_ROBIN, FIVE_TUPLE for a network load balancer
   */
  readonly policy?: LoadBalancerPolicy;
  /**
   * How often nodes are asked whether they work.
   *
   * @default - every 10 seconds, answered within 3, three times in a row
   */
  readonly healthCheck?: LoadBalancerHealthCheck;
  /**
   * The header that tells the program who connects, for TCP that the load balancer does not read.
   *
   * @default - none
   */
  readonly proxyProtocol?: ProxyProtocol;
  /**
   * The address of the load balancer, an IPv4 address or a reference to one: public, a reserved one of OCI; internal, a free one
   * of the subnet, for a network load balancer only. It can't change later.
   *
   * @default - OCI chooses one
   */
  readonly reservedAddress?: string;
  /**
   * A second listener without TLS, for redirects.
   *
   * @default - none
   */
  readonly httpListener?: HttpListener;
  /**
   * Further groups of the load balancer, at most four; rules of theirs are yours.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * The bandwidth; not for a network load balancer, which has no bounds.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * Seconds after which a connection without traffic is closed, 1 to 7200; not for a network load balancer.
   *
   * @default 60
   */
  readonly idleTimeoutSeconds?: number;
}

/** How a workload is reached through a load balancer, and which one. */
export interface LoadBalancerProps extends LoadBalancerOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}
