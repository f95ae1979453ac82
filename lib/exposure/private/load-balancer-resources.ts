import { type ResolvedLoadBalancer } from "./read-load-balancer";
import { addressAnnotations } from "./load-balancer-claims";
import { listenerProtocol, portOf } from "../workload-service";
import { IpProtocol, Port } from "../../core/port";
import { ruleAnnotations } from "../listener-rule";
import {
  healthCheckAnnotations,
  ExternalTrafficPolicy,
  LoadBalancerType,
  RuleOwner,
} from "../load-balancer-settings";
import { byKey } from "../../core/stable-order";
import { Construct } from "constructs";
import { nameOf, stemOf } from "../../core/resource-name";
import {
  type INetworkPeer,
  NetworkPeer,
  type INetworkSecurityGroup,
  recordRange,
} from "../../network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../network/security-groups/network-security-group";

const OCI = "oci.oraclecloud.com";
const BETA = "service.beta.kubernetes.io";
const NLB = "oci-network-load-balancer.oraclecloud.com";

interface Annotations {
  [key: string]: string;
}

/**
 * The annotations of the Service for the cloud controller.
 *
 * @param groups the OCIDs of the load balancer's groups besides the controller's own
 */
export function annotationsOf(resolved: ResolvedLoadBalancer, groups: readonly string[]): Annotations {
  const isNetwork = resolved.type === LoadBalancerType.NETWORK_LOAD_BALANCER;
  const ofType = isNetwork ? networkLoadBalancer : loadBalancer;
  return { ...common(resolved), ...ofType(resolved, groups.join(",")) };
}

function common(resolved: ResolvedLoadBalancer): Annotations {
  const { exposure, compartmentId, proxyProtocol, reservedAddress, workerGroupId } = resolved;
  const isCloud = exposure.rules === RuleOwner.CLOUD;
  // Pods reach the address through the load balancer too if it modifies the traffic: kube-proxy's shortcut
  // would bypass TLS termination and the proxy protocol header.
  const isProxy = exposure.type === LoadBalancerType.LOAD_BALANCER || proxyProtocol !== undefined;
  return {
    [`${OCI}/load-balancer-type`]: exposure.type,
    // Without it, the cloud controller changes security lists outside of Terraform.
    [`${OCI}/security-rule-management-mode`]: isCloud ? "NSG" : "None",
    ...(isCloud ? { [`${OCI}/oci-backend-network-security-group`]: workerGroupId } : {}),
    [`${OCI}/ingress-ip-mode`]: isProxy ? "proxy" : "VIP",
    ...(compartmentId === undefined ? {} : { [`${OCI}/compartment-id`]: compartmentId }),
    ...addressAnnotations(reservedAddress, exposure),
  };
}

function loadBalancer(resolved: ResolvedLoadBalancer, groups: string): Annotations {
  const { exposure, healthCheck, policy, port, proxyProtocol, target, tls } = resolved;
  const protocol = listenerProtocol(exposure.type, exposure.tls, target.protocol);
  return {
    [`${BETA}/oci-load-balancer-internal`]: String(exposure.isInternal),
    [`${BETA}/oci-load-balancer-subnet1`]: resolved.subnetId,
    ...resolved.shape._annotations(),
    [`${BETA}/oci-load-balancer-backend-protocol`]: protocol,
    [`${BETA}/oci-load-balancer-connection-idle-timeout`]: String(resolved.idleTimeout),
    ...tls._annotations(port, protocol, resolved.certificateMap),
    ...ruleAnnotations(resolved.listenerRules),
    ...nodeLabels(`${OCI}/node-label-selector`, resolved.nodeLabels),
    ...(groups === "" ? {} : { [`${OCI}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${OCI}/loadbalancer-policy`]: policy }),
    ...healthCheckAnnotations(`${BETA}/oci-load-balancer-health-check-`, healthCheck),
    ...(proxyProtocol === undefined
      ? {}
      : { [`${BETA}/oci-load-balancer-connection-proxy-protocol-version`]: proxyProtocol }),
  };
}

function networkLoadBalancer(resolved: ResolvedLoadBalancer, groups: string): Annotations {
  const { exposure, healthCheck, policy, proxyProtocol } = resolved;
  return {
    [`${NLB}/internal`]: String(exposure.isInternal),
    [`${NLB}/subnet`]: resolved.subnetId,
    ...(groups === "" ? {} : { [`${NLB}/oci-network-security-groups`]: groups }),
    ...(policy === undefined ? {} : { [`${NLB}/backend-policy`]: policy }),
    ...healthCheckAnnotations(`${NLB}/health-check-`, healthCheck),
    // Set explicitly with the policy Local, where true is the default; with Cluster the controller rejects
    // even false.
    ...(exposure.policy === ExternalTrafficPolicy.LOCAL
      ? { [`${NLB}/is-preserve-source`]: String(exposure.preserveSource) }
      : {}),
    ...(resolved.transports.includes(IpProtocol.TCP) ? proxyHeader(proxyProtocol !== undefined) : {}),
    ...nodeLabels(`${NLB}/node-label-selector`, resolved.nodeLabels),
  };
}

/**
 * The proxy protocol annotation, always set for TCP: without it, the controller leaves a listener unchanged,
 * including the header.
 */
export function proxyHeader(isEnabled: boolean): Annotations {
  return { [`${NLB}/is-ppv2-enabled`]: String(isEnabled) };
}

function nodeLabels(key: string, labels: { readonly [key: string]: string } | undefined): Annotations {
  const entries = Object.entries(labels ?? {}).sort(byKey);
  return entries.length === 0
    ? {}
    : { [key]: entries.map(([label, value]) => `${label}=${value}`).join(",") };
}

/** The health check port of kube-proxy. */
const KUBE_PROXY_HEALTH = 10256;

/**
 * Creates the group of a load balancer in the cluster's stack, with one rule for each flow, none for more
 * than one port.
 *
 * If the client's address is preserved, nodes see the clients as sources, so the ingress rule is for their
 * ranges.
 */
export function addTerraformRules(resolved: ResolvedLoadBalancer): NetworkSecurityGroup {
  const { cluster, service, healthPort = KUBE_PROXY_HEALTH } = resolved;
  const group = addGroup(resolved);
  addListenerRules(group, resolved, service);
  group.allowTo(cluster.workerSecurityGroup, Port.tcp(healthPort), {
    reason: `Health check of the load balancer of the Service ${service}`,
  });
  return group;
}

/**
 * Adds the rules of listeners to an existing group.
 *
 * @param service the namespace and the name of the Service, for the descriptions
 */
export function addListenerRules(
  group: INetworkSecurityGroup,
  { access, cluster, exposure, listeners }: ResolvedLoadBalancer,
  service: string,
): void {
  const workers = cluster.workerSecurityGroup;
  const clients = access.sourceRanges.map((range) =>
    range === "0.0.0.0/0" ? NetworkPeer.anywhere({ reason: access.reason ?? "" }) : NetworkPeer.cidr(range),
  );
  for (const { port, nodePort = 0 } of listeners) {
    const backend = portOf(port.protocol, nodePort);
    const fromClients = { reason: `Clients of the Service ${service}` };
    const toNodes = { reason: `The load balancer of the Service ${service} connects to its node port` };
    for (const client of clients) group.allowFrom(client, port, fromClients);
    if (!exposure.preserveSource) {
      group.allowTo(workers, backend, toNodes);
      continue;
    }
    group.allowTo(oneSided(workers), backend, toNodes);
    for (const client of clients) workers.allowFrom(client, backend, fromClients);
  }
}

function addGroup({
  balancerCidr,
  cluster,
  name,
  namespace = "",
  securityRules,
}: ResolvedLoadBalancer): NetworkSecurityGroup {
  const scope = childOf(childOf(cluster, "LoadBalancers"), namespace);
  const group = new NetworkSecurityGroup(scope, name, {
    compartmentId: cluster.network.compartmentId,
    vcnId: cluster.network.vcnId,
    displayName: stemOf(`${nameOf(cluster)}-lb-${namespace}-${name}`),
    freeformTags: securityRules._options.freeformTags,
    definedTags: securityRules._options.definedTags,
  });
  recordRange(group, balancerCidr);
  return group;
}

function childOf(scope: Construct, id: string): Construct {
  return (scope.node.tryFindChild(id) as Construct | undefined) ?? new Construct(scope, id);
}

/**
 * The number of rules that the cloud controller adds to the workers' group for a Service: one for each node
 * port and one for the health check; with the client's address preserved, one more for each node port and
 * range.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer_network_security_group.go
 */
export function controllerRules({ access, exposure, listeners }: ResolvedLoadBalancer): number {
  const ranges = exposure.preserveSource ? access.sourceRanges.length : 0;
  return listeners.length * (1 + ranges) + 1;
}

/** A group as a peer that gets no rule itself. */
function oneSided(group: INetworkPeer): INetworkPeer {
  return { toRuleEnd: () => group.toRuleEnd() };
}
