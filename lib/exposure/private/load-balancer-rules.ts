import { Construct } from "constructs";
import { portOf } from "./check-load-balancer";
import { type ReadLoadBalancer } from "./read-load-balancer";
import { Port } from "../../core/port";
import { nameOf, stemOf } from "../../core/resource-name";
import { type INetworkPeer, NetworkPeer } from "../../network/security-groups/network-peer";
import { NetworkSecurityGroup } from "../../network/security-groups/network-security-group";
import { type INetworkSecurityGroup, recordRange } from "../../network/security-groups/security-group";
import { type LoadBalancerProps } from "../load-balancer-props";

/** The health check port of kube-proxy. */
const KUBE_PROXY_HEALTH = 10256;

/**
 * Creates the group of a load balancer in the cluster's stack, with one rule for each flow, none for more
 * than one port.
 *
 * If the client's address is preserved, nodes see the clients as sources, so the ingress rule is for their
 * ranges.
 */
export function addTerraformRules(props: LoadBalancerProps, read: ReadLoadBalancer): NetworkSecurityGroup {
  const { service, healthPort = KUBE_PROXY_HEALTH } = read;
  const group = addGroup(props, read);
  addListenerRules(group, props, read);
  group.allowTo(props.cluster.workerSecurityGroup, Port.tcp(healthPort), {
    reason: `The load balancer of the Service ${service} asks which nodes work`,
  });
  return group;
}

/** Adds the rules of listeners to an existing group. */
export function addListenerRules(
  group: INetworkSecurityGroup,
  { cluster, access }: LoadBalancerProps,
  { service, listeners, way }: Pick<ReadLoadBalancer, "service" | "listeners" | "way">,
): void {
  const workers = cluster.workerSecurityGroup;
  const clients = access.sourceRanges.map((range) =>
    range === "0.0.0.0/0" ? NetworkPeer.anywhere({ reason: access.reason ?? "" }) : NetworkPeer.cidr(range),
  );
  for (const { port, nodePort = 0 } of listeners) {
    const backend = portOf(port.protocol, nodePort);
    const toClients = { reason: `Clients of the Service ${service}` };
    const toNodes = { reason: `The load balancer of the Service ${service} reaches its node port` };
    for (const client of clients) group.allowFrom(client, port, toClients);
    if (!way.preserveSource) {
      group.allowTo(workers, backend, toNodes);
      continue;
    }
    group.allowTo(oneSided(workers), backend, toNodes);
    for (const client of clients) workers.allowFrom(client, backend, toClients);
  }
}

function addGroup(
  { cluster, securityRules }: LoadBalancerProps,
  read: ReadLoadBalancer,
): NetworkSecurityGroup {
  const { namespace = "", name, balancersCidr } = read;
  const scope = childOf(childOf(cluster, "LoadBalancers"), namespace);
  const group = new NetworkSecurityGroup(scope, name, {
    compartmentId: cluster.network.compartmentId,
    vcnId: cluster.network.vcnId,
    displayName: stemOf(`${nameOf(cluster)}-lb-${namespace}-${name}`),
    freeformTags: securityRules?._options.freeformTags,
    definedTags: securityRules?._options.definedTags,
  });
  recordRange(group, balancersCidr);
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
export function controllerRules({ access }: LoadBalancerProps, { listeners, way }: ReadLoadBalancer): number {
  const ranges = way.preserveSource ? access.sourceRanges.length : 0;
  return listeners.length * (1 + ranges) + 1;
}

/** A group as a peer that gets no rule itself. */
function oneSided(group: INetworkPeer): INetworkPeer {
  return { toRuleEnd: () => group.toRuleEnd() };
}
