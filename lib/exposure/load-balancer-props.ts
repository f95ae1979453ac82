import { type ApiObject } from "cdk8s";
import { type ListenerRule } from "./listener-rule";
import { type LoadBalancerAccess } from "./load-balancer-access";
import { type LoadBalancerHealthCheck } from "./load-balancer-health-check";
import {
  type ExternalTrafficPolicy,
  type LoadBalancingPolicy,
  LoadBalancerType,
  type ProxyProtocol,
  RuleOwner,
} from "./load-balancer-kinds";
import { type SecurityRuleManagement } from "./security-rule-management";
import { type IServiceBackend } from "./service-backend";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { type IpProtocol } from "../core/port";
import { Problems } from "../core/validation-error";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type HttpListener } from "../workload/pods/http-listener";

const LEAST = 10;
// The highest bandwidth that Oracle documents; the cloud controller itself takes up to 8192.
const MOST = 8000;

/**
 * The bandwidth of a load balancer.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
@checked
export class LoadBalancerShape {
  /**
   * A bandwidth that follows the traffic between two bounds.
   *
   * @param minimumMbps kept ready, 10 to 8000 megabits a second
   * @param maximumMbps never exceeded, from the minimum to 8000 megabits a second
   * @throws COUNT_INVALID
   */
  public static flexible(minimumMbps: number, maximumMbps: number): LoadBalancerShape {
    const problems = new Problems("LoadBalancerShape.flexible");
    const fix = `Give whole numbers from ${LEAST} to ${MOST}, the lower one first`;
    for (const value of new Set([minimumMbps, maximumMbps])) {
      if (Number.isInteger(value) && value >= LEAST && value <= MOST) continue;
      problems.add("COUNT_INVALID", `${value} is not a bandwidth that OCI offers`, fix);
    }
    if (!problems.any && minimumMbps > maximumMbps) {
      problems.add("COUNT_INVALID", `The minimum ${minimumMbps} is above the maximum ${maximumMbps}`, fix);
    }
    problems.throwIfAny();
    return new LoadBalancerShape(minimumMbps, maximumMbps);
  }

  private constructor(
    /** The bandwidth that is kept ready, in megabits a second. */
    public readonly minimumMbps: number,
    /** The bandwidth that is never exceeded, in megabits a second. */
    public readonly maximumMbps: number,
  ) {}

  /** @internal */
  public _annotations(): { [key: string]: string } {
    const key = "service.beta.kubernetes.io/oci-load-balancer-shape";
    return {
      [key]: "flexible",
      [`${key}-flex-min`]: String(this.minimumMbps),
      [`${key}-flex-max`]: String(this.maximumMbps),
    };
  }
}

/** How a workload is reached through a load balancer. */
export interface LoadBalancerOptions {
  /** The cluster that the workload runs in. */
  readonly cluster: ISecureOkeCluster;
  /**
   * Who may connect.
   *
   * The ranges may change at any time. Whether the load balancer is internal or public can't change on an existing Service: the
   * cloud controller ignores it, so a load balancer that was made public stays public. Give the new one another `name`, move the
   * clients, and delete the old Service.
   */
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
   * What OCI makes of the Service; it can't change later: the cloud controller would make a second load balancer and forget the
   * first.
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
  readonly transport?: IpProtocol;
  /**
   * The transports of the port, for DNS or HTTP/3, which need TCP and UDP on one address and port; not beside `transport`.
   *
   * With UDP as `transport` has it; the node port is the same for both. Two calls for one workload that differ in nothing but
   * `transport`, `name`, `tls` and reasons make the same: one Service under the name of the first call, for both transports.
   *
   * @default - `transport` alone
   */
  readonly transports?: IpProtocol[];
  /**
   * Who writes the rules of the network security groups.
   *
   * From cloud-managed to Terraform-managed is a step with a procedure: the cloud controller leaves its group and its rules
   * behind. See the page on load balancers.
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
  readonly policy?: LoadBalancingPolicy;
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
   * The address of the load balancer, an IPv4 address or a reference to one.
   *
   * Of a public load balancer a reserved public IP of OCI; of an internal one a reserved private IP of the load balancers'
   * subnet; of an internal network load balancer any free address of that subnet. It can't change later, nor be given to a load
   * balancer that is there. Each address once in an app.
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
   * What the load balancer does with requests, responses and connections: headers such as HSTS, methods, limits; not for a
   * network load balancer.
   *
   * @default - none
   */
  readonly listenerRules?: ListenerRule[];
  /**
   * The labels of the nodes that take the traffic, each with its value, such as those of one node pool.
   *
   * With `ExternalTrafficPolicy.LOCAL` the pods must run on these nodes.
   *
   * @default - all nodes
   */
  readonly nodeLabels?: { [key: string]: string };
  /**
   * The OCID of the compartment that the load balancer and the group of the cloud controller are made in, or a reference to it.
   *
   * It can't change later: the cloud controller would make a second load balancer and forget the first. The cluster gets the rights
   * that it needs there: `manage load-balancers`, `manage network-load-balancers`, `manage network-security-groups`, and for a public
   * one `use public-ips`. For an imported cluster a warning names the statements. This project has not tried them in a tenancy.
   *
   * @default - that of the cluster
   */
  readonly compartmentId?: string;
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

/** The port of a Service in the manifest. */
export interface ServicePort {
  readonly protocol?: string;
}

/** A load balancer that a second call for the same workload, port and clients may share. */
export interface SharedBalancer {
  /** What the two calls have in common. */
  readonly key: string;
  /** The name of the Service. */
  readonly name: string;
  /** The namespace and the name of the Service, for people. */
  readonly service: string;
  readonly transports: IpProtocol[];
  readonly nodePort?: number;
  readonly object: ApiObject;
  /** The ports in the spec of the Service. */
  readonly ports: ServicePort[];
  readonly securityGroup: INetworkSecurityGroup;
}

const shared = new WeakMap<object, SharedBalancer[]>();

/**
 * What two calls must have in common so that one load balancer serves both.
 *
 * Left out are the name, the transport, reasons, and where TLS ends: a network load balancer ends none, and UDP has none.
 */
function keyOf(props: Partial<LoadBalancerProps>): string | undefined {
  const { cluster, access, workload, securityRules, type, port = 443 } = props;
  if (!cluster || !access || !workload || securityRules?._owner !== RuleOwner.TERRAFORM) return undefined;
  if (type !== LoadBalancerType.NETWORK_LOAD_BALANCER) return undefined;
  return JSON.stringify([
    cluster.node.path,
    port,
    [props.targetPort, workload.port],
    [access.isInternal, access.sourceRanges],
    [props.externalTrafficPolicy, props.preserveSource, props.policy, props.proxyProtocol],
    props.healthCheck,
    props.reservedAddress,
    (props.securityGroups ?? []).map(({ node }) => node.path).sort(),
    [props.compartmentId, Object.entries(props.nodeLabels ?? {}).sort()],
    securityRules._options,
  ]);
}

/** The load balancer that already serves the other transport of the same port, where there is one. */
export function sharedBalancerOf(
  props: Partial<LoadBalancerProps>,
  transports: readonly IpProtocol[],
): SharedBalancer | undefined {
  const key = keyOf(props);
  const known = props.workload ? shared.get(props.workload.node) : undefined;
  return known?.find((one) => one.key === key && !transports.some((each) => one.transports.includes(each)));
}

/** Lets later calls share a load balancer. */
export function offerBalancer(props: LoadBalancerProps, balancer: Omit<SharedBalancer, "key">): void {
  const key = keyOf(props);
  if (key === undefined) return;
  const { node } = props.workload;
  shared.set(node, [...(shared.get(node) ?? []), { ...balancer, key }]);
}
