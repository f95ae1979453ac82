import { Construct } from "constructs";
import { type ResolvedLoadBalancer } from "./read-load-balancer";
import { portOf } from "./service-ports";
import { Port } from "../../core/port";
import { nameOf, stemOf } from "../../core/resource-name";
import {
  type INetworkPeer,
  NetworkPeer,
  type INetworkSecurityGroup,
  recordRange,
} from "../../network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../network/security-groups/network-security-group";

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
