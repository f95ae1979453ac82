import { shown } from "../../core/display-value";
import { isLabelValue, isQualifiedName } from "../../core/kubernetes-names";
import { checkOcidIfGiven } from "../../core/ocid";
import { Port, IpProtocol } from "../../core/port";
import { Problems } from "../../core/validation-error";
import { wholeDurationOf } from "../../core/whole-duration";
import { checkGroupVcn } from "../../network/security-groups/network-security-group";
import { MAX_RULES } from "../../network/security-groups/security-group";
import { AppProtocol, portName, servicePort } from "../../workload/pods/app-protocol";
import { checkListenerRules } from "../listener-rule";
import { type HealthCheckSeconds, readHealthCheck } from "../load-balancer-health-check";
import {
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
  RuleOwner,
  TlsTerminationPoint,
  type WayIn,
} from "../load-balancer-kinds";
import { type LoadBalancerProps } from "../load-balancer-props";
import { type IServiceBackend, targetOf } from "../service-backend";

/** A port of the Service, and the corresponding listener of the load balancer. */
export interface Listener {
  /** The purpose of the node port, from which it is derived. */
  readonly purpose: string;
  readonly port: Port;
  readonly nodePort?: number;
  /** Whether it is the listener for redirects, without TLS. */
  readonly isPlain?: boolean;
}

/** The protocol between clients and the load balancer: TCP if it does not parse the traffic. */
export function listenerProtocol(
  type: LoadBalancerType,
  place: TlsTerminationPoint,
  workload: IServiceBackend,
): AppProtocol {
  const unread = type === LoadBalancerType.NETWORK_LOAD_BALANCER || place === TlsTerminationPoint.POD;
  return unread ? AppProtocol.TCP : workload.protocol;
}

/** A single port of a transport. */
export function portOf(transport: IpProtocol, port: number): Port {
  return transport === IpProtocol.UDP ? Port.udp(port) : Port.tcp(port);
}

/** The ports of the Service, the TLS port first. */
export function servicePorts(
  listeners: readonly Listener[],
  workload: IServiceBackend,
  place: TlsTerminationPoint,
): object[] {
  return listeners.map((listener) => ({
    ...(listener.isPlain ? httpPort(listener, workload) : mainPort(listener, workload, place)),
    ...nodePortOf(listener),
  }));
}

function httpPort({ port }: Listener, workload: IServiceBackend): object {
  const { from = 0 } = port;
  const { protocol, _redirectPort: redirects } = workload;
  if (redirects === undefined) return servicePort("http", from, protocol, targetOf(workload));
  return { name: "http", port: from, targetPort: redirects, protocol: "TCP" };
}

function nodePortOf({ nodePort }: Listener): object {
  return nodePort === undefined ? {} : { nodePort };
}

function mainPort({ port }: Listener, workload: IServiceBackend, place: TlsTerminationPoint): object {
  const { protocol } = workload;
  const number = port.from ?? 0;
  if (port.protocol === IpProtocol.UDP) {
    // The pods' port is named for TCP, and a Service can't target a port of another transport by its name.
    return { name: "udp", port: number, targetPort: workload.port, protocol: "UDP" };
  }
  const name =
    protocol === AppProtocol.HTTP && place !== TlsTerminationPoint.NONE ? "https" : portName(protocol);
  const isSecret = place === TlsTerminationPoint.POD || place === TlsTerminationPoint.LOAD_BALANCER_AND_POD;
  if (!isSecret) return servicePort(name, number, protocol, targetOf(workload));
  const inside = protocol === AppProtocol.HTTP ? { appProtocol: "https" } : {};
  return { name, port: number, targetPort: targetOf(workload), protocol: "TCP", ...inside };
}

const DEFAULT_IDLE_SECONDS = 60;
const MAX_IDLE_SECONDS = 7200;
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

/** The durations of the options in seconds. */
export interface BalancerSeconds {
  readonly idle: number;
  readonly healthCheck?: HealthCheckSeconds;
}

/** Reads the durations of the options, and adds a problem for each that OCI does not accept. */
export function readBalancerSeconds(
  problems: Problems,
  props: Partial<LoadBalancerProps>,
  type: LoadBalancerType,
): BalancerSeconds {
  return {
    idle: idleSecondsOf(problems, props),
    healthCheck: props.healthCheck && readHealthCheck(problems, type, props.healthCheck),
  };
}

/** Adds a problem for each option that the type of load balancer does not support. */
export function checkOptions(
  problems: Problems,
  props: Partial<LoadBalancerProps>,
  way: WayIn,
  transports: readonly IpProtocol[],
): void {
  if (way.type === LoadBalancerType.NETWORK_LOAD_BALANCER) checkNetworkOptions(problems, props);
  if (props.policy !== undefined && !POLICIES[way.type].includes(props.policy)) {
    refuse(
      problems,
      `policy is ${props.policy}, which this type of load balancer does not have`,
      `Take one of LoadBalancingPolicy.${POLICIES[way.type].join(", ")}`,
    );
  }
  checkProxyProtocol(problems, props, way, transports);
  checkListeners(problems, props, way);
  checkRules(problems, props, way);
  checkNodePorts(problems, props, way);
  checkGroups(problems, props, transports.length + (props.httpListener ? 1 : 0));
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkNodeLabels(problems, props.nodeLabels);
}

function checkRules(
  problems: Problems,
  { listenerRules = [], workload }: Partial<LoadBalancerProps>,
  { type, tls }: WayIn,
): void {
  if (!workload) return;
  checkListenerRules(problems, listenerRules, { type, tls, protocol: listenerProtocol(type, tls, workload) });
}

/**
 * Adds a problem for invalid node labels: they become a label selector, in which a reference would not be
 * resolved.
 */
function checkNodeLabels(problems: Problems, labels: { readonly [key: string]: string } | undefined): void {
  if (!labels) return;
  if (Object.keys(labels).length === 0) {
    refuse(
      problems,
      "nodeLabels names no label",
      'Give one, for example { pool: "edge" }, or leave nodeLabels out',
    );
  }
  for (const [key, value] of Object.entries(labels)) {
    if (isQualifiedName(key) && isLabelValue(value)) continue;
    problems.add(
      "LABEL_INVALID",
      `nodeLabels holds ${shown(key)}: ${shown(value)}, which no node has as a label`,
      "Write the key and the value of a label as the nodes have it",
    );
  }
}

function refuse(problems: Problems, what: string, fix: string): void {
  problems.add("LOAD_BALANCER_INVALID", what, fix);
}

/** The idle timeout of connections in seconds; adds a problem for one that OCI does not accept. */
function idleSecondsOf(problems: Problems, { idleTimeout }: Partial<LoadBalancerProps>): number {
  if (idleTimeout === undefined) return DEFAULT_IDLE_SECONDS;
  return wholeDurationOf(problems, "idleTimeout", idleTimeout, "seconds", {
    least: 1,
    most: MAX_IDLE_SECONDS,
  });
}

/** Adds a problem for each option that the controller would ignore for a network load balancer. */
function checkNetworkOptions(problems: Problems, props: Partial<LoadBalancerProps>): void {
  for (const name of ["shape", "idleTimeout", "httpListener"] as const) {
    if (props[name] === undefined) continue;
    refuse(
      problems,
      `${name} is given, which a network load balancer does not have`,
      `Leave ${name} out, or take LoadBalancerType.LOAD_BALANCER`,
    );
  }
}

function checkProxyProtocol(
  problems: Problems,
  { proxyProtocol, workload }: Partial<LoadBalancerProps>,
  { type, tls }: WayIn,
  transports: readonly IpProtocol[],
): void {
  if (proxyProtocol === undefined) return;
  if (transports.includes(IpProtocol.UDP)) {
    refuse(
      problems,
      "proxyProtocol is given for UDP, whose datagrams have no such header",
      "Take preserveSource",
    );
  } else if (type === LoadBalancerType.NETWORK_LOAD_BALANCER) {
    if (proxyProtocol === ProxyProtocol.V2) return;
    refuse(
      problems,
      "Network load balancers speak version 2 of the proxy protocol only",
      "Take ProxyProtocol.V2",
    );
  } else if (workload && listenerProtocol(type, tls, workload) !== AppProtocol.TCP) {
    refuse(
      problems,
      `proxyProtocol is given for ${workload.protocol}, which has headers of its own for the client's address`,
      "Read the header X-Forwarded-For; or end TLS in the pod, so that the load balancer passes TCP on",
    );
  }
}

function checkListeners(
  problems: Problems,
  { workload, httpListener, port = 443, tls: termination }: Partial<LoadBalancerProps>,
  { type, tls }: WayIn,
): void {
  const isBalancer = type === LoadBalancerType.LOAD_BALANCER;
  if (isBalancer && workload?.protocol === AppProtocol.GRPC && termination?.certificateId !== undefined) {
    refuse(
      problems,
      "A load balancer takes the certificate for gRPC of a Secret only; the cloud controller fails without one",
      "Give secretName in the place of certificateId; or take TlsTermination.atPod(), which passes TCP on unread",
    );
  }
  const isHalfSecret = tls === TlsTerminationPoint.NONE || tls === TlsTerminationPoint.LOAD_BALANCER;
  if (isBalancer && workload?.protocol === AppProtocol.GRPC && isHalfSecret) {
    refuse(
      problems,
      "A load balancer takes gRPC with TLS on both sides only, from the clients and to the pods",
      "Take TlsTermination.reencrypt, with a certificate of the pods; or TlsTermination.atPod(), which passes TCP on unread",
    );
  }
  if (!httpListener || !isBalancer) return;
  if (port === httpListener.port) {
    problems.add("PORT_INVALID", `The port ${port} is that of the listener without TLS too`, "Take 443");
  }
  if (tls === TlsTerminationPoint.POD && workload?._redirectPort !== undefined) return;
  if (
    tls === TlsTerminationPoint.LOAD_BALANCER &&
    (workload?.protocol ?? AppProtocol.HTTP) === AppProtocol.HTTP
  )
    return;
  refuse(
    problems,
    "A listener for redirects stands beside one of HTTP whose TLS ends at the load balancer",
    "Take TlsTermination.atLoadBalancer for a workload of AppProtocol.HTTP, or leave httpListener out",
  );
}

/** Adds a problem for node ports that nothing would use. */
function checkNodePorts(
  problems: Problems,
  { securityRules, httpListener }: Partial<LoadBalancerProps>,
  { policy, rules }: WayIn,
): void {
  if (rules !== RuleOwner.TERRAFORM) return;
  const { httpNodePort, healthCheckNodePort } = securityRules?._options ?? {};
  if (httpNodePort !== undefined && !httpListener) {
    refuse(problems, "httpNodePort is given without httpListener", "Leave it out, or give httpListener");
  }
  if (healthCheckNodePort === undefined || policy === ExternalTrafficPolicy.LOCAL) return;
  refuse(
    problems,
    "healthCheckNodePort is given with the policy Cluster, whose health check asks kube-proxy",
    "Leave it out, or take ExternalTrafficPolicy.LOCAL",
  );
}

function checkGroups(problems: Problems, props: Partial<LoadBalancerProps>, listeners: number): void {
  const { securityGroups = [], access } = props;
  checkVcn(problems, props);
  if (securityGroups.length > MAX_GROUPS) {
    problems.add(
      "NSG_LIMIT",
      `securityGroups has ${securityGroups.length} groups, and the load balancer one more`,
      `Give at most ${MAX_GROUPS}`,
    );
  }
  const ranges = access?.sourceRanges.length ?? 0;
  // Ingress for each range and listener; egress for each node port and for the health check.
  const count = ranges * listeners + listeners + 1;
  if (count <= MAX_RULES) return;
  problems.add(
    "COUNT_INVALID",
    `${ranges} ranges make ${count} rules of the load balancer's group`,
    `A group has at most ${MAX_RULES}; join ranges, or share them out over several load balancers` +
      (access?.isInternal === false
        ? "; or open it by publicFromAnywhere({ reason }), with a WebApplicationFirewall that blocks who is not in a NetworkAddressList"
        : ""),
  );
}

function checkVcn(problems: Problems, { cluster, securityGroups = [] }: Partial<LoadBalancerProps>): void {
  if (!cluster) return;
  const { network } = cluster;
  // If it is unknown, that is reported elsewhere, or it is not needed.
  const vcnId = new Problems("network").collect(() => network.vcnId);
  for (const group of securityGroups) checkGroupVcn(problems, "The group", group, network, vcnId);
}
