import { type LoadBalancerAccess } from "./load-balancer-access";
import { type LoadBalancerShape } from "./load-balancer-shape";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster";

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
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
  /**
   * The bandwidth.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * Seconds after which a connection without traffic is closed, 1 to 7200.
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
