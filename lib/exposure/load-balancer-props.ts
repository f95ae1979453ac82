import { type Duration } from "cdk8s";
import { type ListenerRule } from "./listener-rule";
import {
  type LoadBalancerAccess,
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
  type LoadBalancerHealthCheck,
  healthCheck,
} from "./load-balancer-settings";
import { SecurityRuleManagement } from "./security-rule-management";
import { type IServiceBackend } from "./workload-service";
import { type TlsTermination } from "./tls-termination";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { IpProtocol } from "../core/port";
import { Problems } from "../core/validation-error";
import { type INetworkSecurityGroup } from "../network/security-groups/security-group";
import { type HttpListener } from "../workload/pods/load-balancer-listeners";
import {
  boolean,
  choice,
  listOf,
  mapOf,
  ocid,
  optional,
  portNumber,
  type PropsSchema,
  type Resolved,
  text,
  valueOf,
  wholeDuration,
  withDefault,
} from "../core/readers";

const MIN_MBPS = 10;
// The highest bandwidth that Oracle documents; the cloud controller itself takes up to 8192.
const MAX_MBPS = 8000;

/**
 * The bandwidth of a load balancer.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
@checked
export class LoadBalancerShape {
  /**
   * A bandwidth that scales with the traffic between a minimum and a maximum.
   *
   * @param minimumMbps the guaranteed bandwidth, 10 to 8000 Mbps
   * @param maximumMbps the maximum bandwidth, from the minimum to 8000 Mbps
   */
  public static flexible(minimumMbps: number, maximumMbps: number): LoadBalancerShape {
    const problems = new Problems("LoadBalancerShape.flexible");
    const fix = `Give whole numbers from ${MIN_MBPS} to ${MAX_MBPS}, the lower one first, for example LoadBalancerShape.flexible(10, 100)`;
    for (const [name, mbps] of Object.entries({ minimumMbps, maximumMbps })) {
      if (Number.isInteger(mbps) && mbps >= MIN_MBPS && mbps <= MAX_MBPS) continue;
      problems.add("COUNT_INVALID", `${name} is ${shown(mbps)}`, fix);
    }
    if (!problems.any && minimumMbps > maximumMbps) {
      problems.add(
        "COUNT_INVALID",
        `minimumMbps is ${minimumMbps}, above maximumMbps, which is ${maximumMbps}`,
        fix,
      );
    }
    problems.throwIfAny();
    return new LoadBalancerShape(minimumMbps, maximumMbps);
  }

  private constructor(
    /** The guaranteed bandwidth in Mbps. */
    public readonly minimumMbps: number,
    /** The maximum bandwidth in Mbps. */
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

/** Options of `exposeViaLoadBalancer`. */
export interface LoadBalancerOptions {
  /** The cluster that the workload runs in. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The clients that may connect.
   *
   * The ranges may change at any time. Whether the load balancer is internal or public can't be changed on an
   * existing Service: the cloud controller ignores it, so a public load balancer stays public. Give the new
   * one another `name`, move the clients, and delete the old Service.
   */
  readonly access: LoadBalancerAccess;
  /** Where TLS is terminated. */
  readonly tls: TlsTermination;
  /**
   * The port that clients connect to, 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;
  /**
   * The name of the pods' port that the load balancer routes to, such as `admin`; one of the workload's
   * `ports`.
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
   * The type of the OCI load balancer; it can't be changed later: the cloud controller would create a second
   * load balancer and abandon the first.
   *
   * @default LoadBalancerType.LOAD_BALANCER
   */
  readonly type?: LoadBalancerType;
  /**
   * The transport, `IpProtocol.TCP` or `IpProtocol.UDP`; UDP uses the number of the workload's port and needs a
   * network load balancer whose rules Terraform manages.
   *
   * @default IpProtocol.TCP
   */
  readonly transport?: IpProtocol;
  /**
   * The transports of the port, for DNS or HTTP/3, which need TCP and UDP on one address and port; excludes
   * `transport`.
   *
   * UDP has the requirements of `transport`; the node port is the same for both. Two calls for one workload
   * that differ only in `transport`, `name`, `tls` and reasons have the same result: one Service under the
   * name of the first call, for both transports.
   *
   * @default - `transport` alone
   */
  readonly transports?: IpProtocol[];
  /**
   * What manages the rules of the network security groups: the cloud controller or Terraform.
   *
   * Migration from cloud-managed to Terraform-managed needs a procedure: the cloud controller leaves its
   * group and its rules behind. See the page on load balancers.
   *
   * @default SecurityRuleManagement.cloudManaged()
   */
  readonly securityRules?: SecurityRuleManagement;
  /**
   * The nodes that receive the traffic.
   *
   * @default ExternalTrafficPolicy.CLUSTER
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
  /**
   * Whether pods see the clients' source addresses; for a network load balancer with the policy Local.
   *
   * The clients' ranges may then connect to the node port.
   *
   * @default false
   */
  readonly preserveSource?: boolean;
  /**
   * How a node is selected.
   *
   * @default - the controller's default: ROUND_ROBIN, or FIVE_TUPLE for a network load balancer
   */
  readonly policy?: LoadBalancingPolicy;
  /**
   * The health check of the nodes.
   *
   * @default - an interval of 10 seconds, a timeout of 3 seconds, three retries
   */
  readonly healthCheck?: LoadBalancerHealthCheck;
  /**
   * The proxy protocol header with the client's address, for TCP traffic that the load balancer does not
   * parse.
   *
   * @default - none
   */
  readonly proxyProtocol?: ProxyProtocol;
  /**
   * The address of the load balancer, an IPv4 address or a reference to one.
   *
   * For a public load balancer, a reserved public IP of OCI; for an internal one, a reserved private IP of
   * the load balancers' subnet; for an internal network load balancer, any free address of that subnet. It
   * can't be changed later, nor be set on an existing load balancer. An address may be used only once in an
   * app.
   *
   * @default - OCI chooses an address
   */
  readonly reservedAddress?: string;
  /**
   * A second listener without TLS, for redirects.
   *
   * @default - none
   */
  readonly httpListener?: HttpListener;
  /**
   * Rules for requests, responses and connections: headers such as HSTS, methods, limits; not for a network
   * load balancer.
   *
   * @default - none
   */
  readonly listenerRules?: ListenerRule[];
  /**
   * The labels of the nodes that receive the traffic, such as those of one node pool.
   *
   * With `ExternalTrafficPolicy.LOCAL` the pods must run on these nodes.
   *
   * @default - all nodes
   */
  readonly nodeLabels?: { [key: string]: string };
  /**
   * The OCID, or a reference to it, of the compartment of the load balancer and of the cloud controller's
   * group.
   *
   * It can't be changed later: the cloud controller would create a second load balancer and abandon the
   * first. The cluster is granted the permissions that it needs there: `manage load-balancers`, `manage
   * network-load-balancers`, `manage network-security-groups`, and for a public one `use public-ips`. For an
   * imported cluster, a warning lists the statements. This project has not tried them in a tenancy.
   *
   * @default - the compartment of the cluster
   */
  readonly compartmentId?: string;
  /**
   * Additional groups of the load balancer, at most four; you manage their rules.
   *
   * @default - none
   */
  readonly securityGroups?: INetworkSecurityGroup[];
  /**
   * The bandwidth; not for a network load balancer, which has no limits.
   *
   * @default LoadBalancerShape.flexible(10, 100)
   */
  readonly shape?: LoadBalancerShape;
  /**
   * The idle timeout of connections, in whole seconds from 1 second to 2 hours; not for a network load balancer.
   *
   * @default Duration.minutes(1)
   */
  readonly idleTimeout?: Duration;
}

/** Props for LoadBalancer. */
export interface LoadBalancerProps extends LoadBalancerOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}

const MAX_IDLE_SECONDS = 7200;
const TRANSPORT = choice({ TCP: IpProtocol.TCP, UDP: IpProtocol.UDP }, "IpProtocol.TCP or IpProtocol.UDP");

/** How each prop of a load balancer is read; its type determines which options are valid. */
export const LOAD_BALANCER = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  access: valueOf<LoadBalancerAccess>("LoadBalancerAccess"),
  tls: valueOf<TlsTermination>("TlsTermination"),
  workload: valueOf<IServiceBackend>("IServiceBackend"),
  port: withDefault(portNumber(), 443),
  targetPort: optional(text('the name of a port, for example "admin"')),
  name: optional(text('a name, for example "web"')),
  type: withDefault(
    choice(LoadBalancerType, "LoadBalancerType.LOAD_BALANCER or LoadBalancerType.NETWORK_LOAD_BALANCER"),
    LoadBalancerType.LOAD_BALANCER,
  ),
  transport: optional(TRANSPORT),
  transports: optional(listOf(TRANSPORT, "a list, for example [IpProtocol.TCP, IpProtocol.UDP]")),
  securityRules: withDefault(
    valueOf<SecurityRuleManagement>("SecurityRuleManagement"),
    SecurityRuleManagement.cloudManaged(),
  ),
  externalTrafficPolicy: withDefault(
    choice(ExternalTrafficPolicy, "ExternalTrafficPolicy.CLUSTER or ExternalTrafficPolicy.LOCAL"),
    ExternalTrafficPolicy.CLUSTER,
  ),
  preserveSource: withDefault(boolean(), false),
  policy: optional(choice(LoadBalancingPolicy, "LoadBalancingPolicy.ROUND_ROBIN, or another policy")),
  healthCheck: optional(healthCheck()),
  proxyProtocol: optional(choice(ProxyProtocol, "ProxyProtocol.V1 or ProxyProtocol.V2")),
  reservedAddress: optional(text('an IPv4 address, for example "192.0.2.10"')),
  httpListener: optional(valueOf<HttpListener>("HttpListener")),
  listenerRules: withDefault(
    listOf(
      valueOf<ListenerRule>("ListenerRule"),
      "a list, for example [ListenerRule.strictTransportSecurity()]",
    ),
    [],
  ),
  nodeLabels: optional(mapOf(text(), 'an object of labels, for example { pool: "edge" }')),
  compartmentId: optional(ocid("compartment", "tenancy")),
  securityGroups: withDefault(
    listOf(valueOf<INetworkSecurityGroup>("INetworkSecurityGroup"), "a list of network security groups"),
    [],
  ),
  shape: optional(valueOf<LoadBalancerShape>("LoadBalancerShape")),
  idleTimeout: optional(
    wholeDuration("seconds", { least: 1, most: MAX_IDLE_SECONDS, example: "Duration.minutes(1)" }),
  ),
} satisfies PropsSchema<LoadBalancerProps>;

/** The props of a load balancer; undefined members were left out or are invalid. */
export type LoadBalancerInput = Partial<Resolved<typeof LOAD_BALANCER>>;
