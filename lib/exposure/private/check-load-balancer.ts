import { IpProtocol } from "../../core/port";
import { Problems } from "../../core/validation-error";
import { PodNetworkType } from "../../network/vcn/pod-networking";
import {
  ExternalTrafficPolicy,
  LoadBalancerType,
  RuleOwner,
  TlsTerminationPoint,
  LoadBalancingPolicy,
  ProxyProtocol,
} from "../load-balancer-settings";
import { type LoadBalancerInput } from "../load-balancer-props";
import { listenerProtocol } from "../workload-service";
import { shown } from "../../core/display-value";
import { isLabelValue, isQualifiedName } from "../../core/kubernetes-names";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { MAX_RULES } from "../../network/security-groups/security-group";
import { AppProtocol } from "../../workload/pods/ports";
import { checkListenerRules } from "../listener-rule";

/** The properties of an exposure whose combinations OCI supports or not. */
export interface Exposure {
  readonly type: LoadBalancerType;
  readonly isInternal: boolean;
  readonly transport: IpProtocol;
  readonly rules: RuleOwner;
  readonly policy: ExternalTrafficPolicy;
  readonly preserveSource: boolean;
  readonly tls: TlsTerminationPoint;
  /** The pod networking of the cluster; a load balancer always connects to node ports. */
  readonly podNetworking: PodNetworkType;
}

/** A combination that the cloud controller or OCI does not support. */
interface UnsupportedCombination {
  /** The name in the documentation. */
  readonly name: string;
  /** The values of the combination, a list of alternatives for each property. */
  readonly when: { readonly [K in keyof Exposure]?: readonly Exposure[K][] };
  readonly why: string;
  readonly fix: string;
}

const { LOAD_BALANCER, NETWORK_LOAD_BALANCER } = LoadBalancerType;
const USE_LOCAL = "Set externalTrafficPolicy: ExternalTrafficPolicy.LOCAL";

/**
 * The unsupported combinations; every other combination is supported.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer_spec.go
 */
export const UNSUPPORTED: readonly UnsupportedCombination[] = [
  {
    name: "UDP on a load balancer",
    when: { type: [LOAD_BALANCER], transport: [IpProtocol.UDP] },
    why: "an OCI load balancer is a TCP proxy, and the cloud controller rejects such a Service",
    fix: "Set type: LoadBalancerType.NETWORK_LOAD_BALANCER for UDP",
  },
  {
    name: "UDP with cloud-managed rules",
    when: { rules: [RuleOwner.CLOUD], transport: [IpProtocol.UDP] },
    why: "the cloud controller writes rules for TCP only, so all datagrams would be dropped",
    fix: "Set securityRules: SecurityRuleManagement.terraformManaged()",
  },
  {
    name: "TLS on UDP",
    when: {
      transport: [IpProtocol.UDP],
      tls: [
        TlsTerminationPoint.LOAD_BALANCER,
        TlsTerminationPoint.POD,
        TlsTerminationPoint.LOAD_BALANCER_AND_POD,
      ],
    },
    why: "TLS requires TCP; encryption of datagrams, such as DTLS or QUIC, is up to the program",
    fix: "Set tls: TlsTermination.none({ reason }), and name the encryption of the datagrams in the reason",
  },
  {
    name: "TLS at a network load balancer",
    when: {
      type: [NETWORK_LOAD_BALANCER],
      tls: [TlsTerminationPoint.LOAD_BALANCER, TlsTerminationPoint.LOAD_BALANCER_AND_POD],
    },
    why: "a network load balancer forwards packets and can't terminate TLS; the cloud controller ignores the certificate",
    fix: "Terminate TLS in the pod with TlsTermination.atPod(), or set type: LoadBalancerType.LOAD_BALANCER",
  },
  {
    name: "TLS at an ingress gateway",
    when: { tls: [TlsTerminationPoint.INGRESS] },
    why: "the gateway has its own load balancer, which serves the hosts of many workloads",
    fix: "Call exposeViaIngress({ gateway, host, tls }), or use TlsTermination.atLoadBalancer",
  },
  {
    name: "Source preservation on a load balancer",
    when: { type: [LOAD_BALANCER], preserveSource: [true] },
    why: "a load balancer is a proxy, so nodes see its address instead of the client's",
    fix: "Read the header X-Forwarded-For, use proxyProtocol for TCP, or set type: LoadBalancerType.NETWORK_LOAD_BALANCER",
  },
  {
    name: "Source preservation with the policy Cluster",
    when: { policy: [ExternalTrafficPolicy.CLUSTER], preserveSource: [true] },
    why: "with the policy Cluster, a node replaces the client's address with its own; the cloud controller rejects the combination",
    fix: USE_LOCAL,
  },
  {
    name: "A flannel overlay with the policy Cluster",
    when: { policy: [ExternalTrafficPolicy.CLUSTER], podNetworking: [PodNetworkType.FLANNEL_OVERLAY] },
    why: "a node forwards traffic for other nodes from its overlay address, which a NetworkPolicy can't distinguish from pods",
    fix: USE_LOCAL,
  },
];

/** The unsupported combinations that an exposure matches. */
export function unsupportedIn(exposure: Exposure): readonly UnsupportedCombination[] {
  return UNSUPPORTED.filter(({ when }) =>
    Object.entries<readonly unknown[]>(when).every(([name, values]) =>
      values.includes(exposure[name as keyof Exposure]),
    ),
  );
}

/** Adds a problem for each unsupported combination among the exposures, each once. */
export function checkCombinations(problems: Problems, ...exposures: readonly Exposure[]): void {
  for (const { name, why, fix } of new Set(exposures.flatMap(unsupportedIn))) {
    problems.add("LOAD_BALANCER_INVALID", `${name}: ${why}`, fix);
  }
}

const MAX_GROUPS = 4;

const POLICIES = {
  [LoadBalancerType.LOAD_BALANCER]: [
    LoadBalancingPolicy.ROUND_ROBIN,
    LoadBalancingPolicy.LEAST_CONNECTIONS,
    LoadBalancingPolicy.IP_HASH,
  ],
  [LoadBalancerType.NETWORK_LOAD_BALANCER]: [
    LoadBalancingPolicy.FIVE_TUPLE,
    LoadBalancingPolicy.THREE_TUPLE,
    LoadBalancingPolicy.TWO_TUPLE,
  ],
};

/** The options to check, with the values that they depend on. */
interface OptionsToCheck {
  readonly input: LoadBalancerInput;
  readonly exposure: Exposure;
  /** The protocol of the pods. */
  readonly protocol: AppProtocol;
  /** All transports of the Service, including those of an earlier call. */
  readonly transports: readonly IpProtocol[];
}

/** Adds a problem for each option that the type of load balancer does not support. */
export function checkOptions(problems: Problems, options: OptionsToCheck): void {
  const { input, exposure, protocol, transports } = options;
  if (exposure.type === LoadBalancerType.NETWORK_LOAD_BALANCER) checkNetworkOptions(problems, input);
  checkPolicy(problems, input, exposure);
  checkProxyProtocol(problems, options);
  if (exposure.type === LoadBalancerType.LOAD_BALANCER) checkListeners(problems, options);
  const { type, tls } = exposure;
  checkListenerRules(problems, input.listenerRules ?? [], {
    type,
    tls,
    protocol: listenerProtocol(type, tls, protocol),
  });
  checkNodePorts(problems, input, exposure);
  checkGroups(problems, input, transports.length + (input.httpListener ? 1 : 0));
  checkNodeLabels(problems, input.nodeLabels);
}

function addProblem(problems: Problems, what: string, fix: string): void {
  problems.add("LOAD_BALANCER_INVALID", what, fix);
}

/** Adds a problem for each option that the controller would ignore for a network load balancer. */
function checkNetworkOptions(problems: Problems, input: LoadBalancerInput): void {
  for (const name of ["shape", "idleTimeout", "httpListener"] as const) {
    if (input[name] === undefined) continue;
    addProblem(
      problems,
      `${name} is set for a network load balancer, which does not support it`,
      `Leave ${name} out, or set type: LoadBalancerType.LOAD_BALANCER`,
    );
  }
}

function checkPolicy(problems: Problems, { policy }: LoadBalancerInput, { type }: Exposure): void {
  if (policy === undefined || POLICIES[type].includes(policy)) return;
  addProblem(
    problems,
    `policy is ${policy}, which this type of load balancer does not support`,
    `Use one of LoadBalancingPolicy.${POLICIES[type].join(", ")}`,
  );
}

function checkProxyProtocol(problems: Problems, options: OptionsToCheck): void {
  const { input, exposure, protocol, transports } = options;
  const { proxyProtocol } = input;
  if (proxyProtocol === undefined) return;
  if (transports.includes(IpProtocol.UDP)) {
    addProblem(
      problems,
      "proxyProtocol is set for UDP, whose datagrams have no such header",
      "Set preserveSource: true instead of proxyProtocol",
    );
  } else if (exposure.type === LoadBalancerType.NETWORK_LOAD_BALANCER) {
    if (proxyProtocol === ProxyProtocol.V2) return;
    addProblem(
      problems,
      "proxyProtocol is version 1, but network load balancers support version 2 only",
      "Set proxyProtocol: ProxyProtocol.V2",
    );
  } else if (listenerProtocol(exposure.type, exposure.tls, protocol) !== AppProtocol.TCP) {
    addProblem(
      problems,
      `proxyProtocol is set for ${protocol}, which has its own headers for the client's address`,
      "Read the header X-Forwarded-For; or terminate TLS in the pod, so that the load balancer forwards TCP",
    );
  }
}

function checkListeners(problems: Problems, { input, exposure: { tls }, protocol }: OptionsToCheck): void {
  const { workload, httpListener, port } = input;
  if (protocol === AppProtocol.GRPC && input.tls) checkGrpcTls(problems, tls, input.tls.certificateId);
  if (!httpListener) return;
  if (port === httpListener.port) {
    problems.add(
      "PORT_INVALID",
      `port is ${port}, which is also the port of httpListener`,
      "Give another port, for example port: 443",
    );
  }
  if (tls === TlsTerminationPoint.POD && workload?._redirectPort !== undefined) return;
  if (tls === TlsTerminationPoint.LOAD_BALANCER && protocol === AppProtocol.HTTP) return;
  addProblem(
    problems,
    "httpListener requires an HTTP workload with TLS termination at the load balancer",
    "Use TlsTermination.atLoadBalancer for a workload of AppProtocol.HTTP, or leave httpListener out",
  );
}

function checkGrpcTls(problems: Problems, tls: TlsTerminationPoint, certificateId: string | undefined): void {
  if (certificateId !== undefined) {
    addProblem(
      problems,
      "tls has a certificateId, but the cloud controller supports gRPC with certificates of Secrets only",
      "Give secretName instead of certificateId; or use TlsTermination.atPod(), which forwards TCP",
    );
  }
  if (tls !== TlsTerminationPoint.NONE && tls !== TlsTerminationPoint.LOAD_BALANCER) return;
  addProblem(
    problems,
    "tls covers only the clients, but a load balancer requires gRPC to use TLS on both sides",
    "Use TlsTermination.reencrypt, with a certificate of the pods; or TlsTermination.atPod(), which forwards TCP",
  );
}

/** Adds a problem for node ports without a use. */
function checkNodePorts(
  problems: Problems,
  { securityRules, httpListener }: LoadBalancerInput,
  { policy, rules }: Exposure,
): void {
  if (rules !== RuleOwner.TERRAFORM) return;
  const { httpNodePort, healthCheckNodePort } = securityRules?._options ?? {};
  if (httpNodePort !== undefined && !httpListener) {
    addProblem(
      problems,
      "securityRules has an httpNodePort without an httpListener",
      "Leave httpNodePort out, or give httpListener",
    );
  }
  if (healthCheckNodePort === undefined || policy === ExternalTrafficPolicy.LOCAL) return;
  addProblem(
    problems,
    "securityRules has a healthCheckNodePort with the policy Cluster, whose health check probes kube-proxy",
    "Leave healthCheckNodePort out, or set externalTrafficPolicy: ExternalTrafficPolicy.LOCAL",
  );
}

function checkGroups(problems: Problems, input: LoadBalancerInput, listeners: number): void {
  const { securityGroups = [], access } = input;
  checkVcn(problems, input);
  if (securityGroups.length > MAX_GROUPS) {
    problems.add(
      "NSG_LIMIT",
      `securityGroups has ${securityGroups.length} groups, in addition to that of the load balancer`,
      `Give at most ${MAX_GROUPS} groups`,
    );
  }
  const ranges = access?.sourceRanges.length ?? 0;
  // Ingress for each range and listener; egress for each node port and for the health check.
  const count = ranges * listeners + listeners + 1;
  if (count <= MAX_RULES) return;
  problems.add(
    "COUNT_INVALID",
    `access has ${ranges} ranges, which need ${count} rules in the group of the load balancer`,
    `Use at most ${MAX_RULES} rules: merge ranges, or split them over several load balancers` +
      (access?.isInternal === false
        ? "; or use publicFromAnywhere({ reason }) with a WebApplicationFirewall that blocks addresses outside of a NetworkAddressList"
        : ""),
  );
}

function checkVcn(problems: Problems, { cluster, securityGroups = [] }: LoadBalancerInput): void {
  if (!cluster) return;
  const { network } = cluster;
  // A missing attribute is reported where it is needed.
  const vcnId = new Problems("network").collect(() => network.vcnId);
  for (const group of securityGroups) checkGroupVcn(problems, "The group", group, network, vcnId);
}

/**
 * Adds a problem for invalid node labels: they become a label selector, in which a reference would not be
 * resolved.
 */
function checkNodeLabels(problems: Problems, labels: { readonly [key: string]: string } | undefined): void {
  if (!labels) return;
  if (Object.keys(labels).length === 0) {
    addProblem(
      problems,
      "nodeLabels is empty",
      'Give a label, for example { pool: "edge" }, or leave nodeLabels out',
    );
  }
  for (const [key, value] of Object.entries(labels)) {
    if (isQualifiedName(key) && isLabelValue(value)) continue;
    problems.add(
      "LABEL_INVALID",
      `nodeLabels contains the invalid label ${shown(key)}: ${shown(value)}`,
      'Give the key and the value of a node label, for example { pool: "edge" }',
    );
  }
}
