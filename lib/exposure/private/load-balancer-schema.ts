import { IpProtocol } from "../../core/port";
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
} from "../../core/readers";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { type INetworkSecurityGroup } from "../../network/security-groups/security-group";
import { type HttpListener } from "../../workload/pods/load-balancer-listeners";
import { type ListenerRule } from "../listener-rule";
import { type LoadBalancerAccess } from "../load-balancer-access";
import { healthCheck } from "../load-balancer-health-check";
import {
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
} from "../load-balancer-kinds";
import { type LoadBalancerProps, type LoadBalancerShape } from "../load-balancer-props";
import { SecurityRuleManagement } from "../security-rule-management";
import { type IServiceBackend } from "../service-backend";
import { type TlsTermination } from "../tls-termination";

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
