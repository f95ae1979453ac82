import { type NativeIngressController } from "../../cluster/native-ingress-controller";
import { type LoadBalancerAccess } from "../../workload/load-balancer-access";
import { type LoadBalancerShape } from "../../workload/load-balancer-shape";

/** What a gateway of the OCI native ingress controller is made of. */
export interface OciNativeIngressProps {
  /** The controller of the cluster whose workloads the gateway leads to. */
  readonly controller: NativeIngressController;
  /** Who may connect to the load balancer. */
  readonly access: LoadBalancerAccess;
  /**
   * The OCID of a policy of the Web Application Firewall, which the controller puts before the load balancer.
   *
   * @default - no firewall
   */
  readonly wafPolicyId?: string;
  /**
   * The OCID of a reserved public address, for a public load balancer; it can't change later.
   *
   * @default - OCI chooses an address
   */
  readonly reservedAddressId?: string;
  /**
   * The bandwidth.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
}
