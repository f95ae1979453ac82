import { type TraefikRouting } from "./traefik-routing";
import { type ISecureOkeCluster } from "../../cluster/cluster";
import { type AutoscaleOptions } from "../../workload/autoscale";
import { type ContainerImage } from "../../workload/container-image";
import { type ContainerResources } from "../../workload/container-resources";
import { type HttpListener } from "../../workload/http-listener";
import { type LoadBalancerAccess } from "../../workload/load-balancer-access";
import { type ExternalTrafficPolicy } from "../../workload/load-balancer-kinds";
import { type LoadBalancerShape } from "../../workload/load-balancer-shape";
import { type SecurityRuleManagement } from "../../workload/security-rule-management";
import { type TlsVersion } from "../../workload/tls-termination";
import { type Toleration } from "../../workload/toleration";

/** What a Traefik is made of. */
export interface TraefikIngressProps {
  /** The cluster that Traefik runs in, and that its chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** Who may connect to its load balancer; whether that is internal or public can't change on an existing one. */
  readonly access: LoadBalancerAccess;
  /**
   * The image of Traefik, 3.7 or newer, best from a registry of your own.
   *
   * An older one is refused where the image is called after Traefik and has a tag that begins with the version.
   *
   * @see https://doc.traefik.io/traefik/migrate/v3/
   */
  readonly image: ContainerImage;
  /**
   * The names of Secrets that the image is pulled with, such as `["ocir"]`; an empty list says that it needs none.
   *
   * @default - those of the namespace
   */
  readonly imagePullSecrets?: string[];
  /**
   * The kinds of objects that configure Traefik; another choice later replaces them all.
   *
   * @default TraefikRouting.ingress()
   */
  readonly routing?: TraefikRouting;
  /**
   * The oldest version of TLS that clients may use.
   *
   * @default TlsVersion.V1_2
   */
  readonly minimumVersion?: TlsVersion;
  /**
   * A listener on port 80 without TLS, whose requests Traefik itself answers with redirects to `https`.
   *
   * @default - none: nothing listens on port 80
   */
  readonly httpListener?: HttpListener;
  /**
   * Who writes the rules of the network security groups.
   *
   * @default SecurityRuleManagement.cloudManaged()
   */
  readonly securityRules?: SecurityRuleManagement;
  /**
   * Which nodes take the traffic of the load balancer.
   *
   * @default ExternalTrafficPolicy.CLUSTER
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
  /**
   * The address of the load balancer: public, a reserved public IP of OCI; internal, a reserved private IP of the load
   * balancers' subnet. It can't change later.
   *
   * @default - OCI chooses one
   */
  readonly reservedAddress?: string;
  /**
   * The bandwidth of the load balancer.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * How many pods run, 2 or more.
   *
   * @default - 2; with `autoscale` as many as it says
   */
  readonly replicas?: number;
  /**
   * Lets a HorizontalPodAutoscaler say how many pods run, 2 or more.
   *
   * @default - as many as `replicas`, always
   */
  readonly autoscale?: AutoscaleOptions;
  /**
   * Processors, memory and disk of each pod.
   *
   * @default - 100m to 500m processors, 256Mi of memory, 256Mi of disk
   */
  readonly resources?: ContainerResources;
  /**
   * Labels that a node must have to run the pods.
   *
   * @default - every node
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Taints of nodes that the pods may run in spite of.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * The name of a PriorityClass.
   *
   * @default - that of the cluster
   */
  readonly priorityClassName?: string;
}
