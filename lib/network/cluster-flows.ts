import { type INetworkPeer } from "./network-peer";
import { type NetworkSecurityGroup } from "./network-security-group";
import { type PodsToNodesAccess } from "./pods-to-nodes";
import { type IRegionServices } from "./region-services";
import { Port } from "../core/port";

/** What a cluster lets through, between two groups or to the region's services. */
export interface Flow {
  readonly from: NetworkSecurityGroup;
  readonly to: INetworkPeer;
  readonly port: Port;
  readonly reason: string;
}

/** The groups of a cluster; those of an overlay have no pods. */
export interface FlowGroups {
  readonly apiEndpoint: NetworkSecurityGroup;
  readonly workers: NetworkSecurityGroup;
  readonly pods?: NetworkSecurityGroup;
}

/** What a cluster needs to let through beside the least. */
export interface FurtherFlows {
  readonly observabilityAgent?: boolean;
  readonly podsToNodes?: readonly PodsToNodesAccess[];
}

const API_SERVER = Port.tcp(6443);
const CONTROL_PLANE = Port.tcp(12250);
const KUBELET = Port.tcp(10250);
const OBSERVABILITY_AGENT = Port.tcp(9995);
const HTTPS = Port.tcp(443);
const ANY_TCP = Port.tcpRange(1, 65535);

/** The least that lets a cluster work, and what else was asked for. */
export function flowsOf(groups: FlowGroups, services: IRegionServices, further: FurtherFlows = {}): Flow[] {
  const { pods } = groups;
  return [
    ...upwards(groups),
    // In an overlay the control plane reaches every TCP port of the nodes, and pods all that nodes reach.
    ...(pods ? downwards({ ...groups, pods }, further) : downwardsToOverlay(groups)),
    ...discovery(groups),
    ...(pods ? betweenNodesAndPods({ ...groups, pods }, further) : overlay(groups)),
    ...toServices(groups, services),
  ];
}

type WithPods = Required<FlowGroups>;

function upwards({ apiEndpoint, workers, pods }: FlowGroups): Flow[] {
  const who = [{ from: workers, name: pods ? "Nodes" : "Nodes, and pods with their addresses," }];
  if (pods) who.push({ from: pods, name: "Pods" });
  return who.flatMap(({ from, name }) => [
    { from, to: apiEndpoint, port: API_SERVER, reason: `${name} talk to the Kubernetes API server` },
    { from, to: apiEndpoint, port: CONTROL_PLANE, reason: `${name} talk to the OKE control plane` },
  ]);
}

function downwards({ apiEndpoint, workers, pods }: WithPods, { observabilityAgent }: FurtherFlows): Flow[] {
  const agent = {
    from: apiEndpoint,
    to: workers,
    port: OBSERVABILITY_AGENT,
    reason: "The control plane reaches the ObservabilityAgent add-on",
  };
  return [
    ...(observabilityAgent ? [agent] : []),
    {
      from: apiEndpoint,
      to: workers,
      port: KUBELET,
      reason: "The API server reaches the kubelet for logs, exec and metrics",
    },
    {
      from: apiEndpoint,
      to: pods,
      port: ANY_TCP,
      reason:
        "The API server reaches webhooks, aggregated APIs and forwarded ports, on ports that pods choose",
    },
  ];
}

/** The control plane is not in the overlay: what it wants of pods goes to their nodes. */
function downwardsToOverlay({ apiEndpoint, workers }: FlowGroups): Flow[] {
  const reason =
    "The API server reaches the kubelet, and by way of the nodes webhooks and aggregated APIs, on ports that pods choose";
  return [{ from: apiEndpoint, to: workers, port: ANY_TCP, reason }];
}

function discovery({ apiEndpoint, workers }: FlowGroups): Flow[] {
  const how = {
    port: Port.pathMtuDiscovery(),
    reason: "Path MTU discovery between nodes and the API endpoint",
  };
  return [
    { from: workers, to: apiEndpoint, ...how },
    { from: apiEndpoint, to: workers, ...how },
  ];
}

function betweenNodesAndPods({ workers, pods }: WithPods, { podsToNodes = [] }: FurtherFlows): Flow[] {
  const port = Port.allTraffic();
  return [
    {
      from: workers,
      to: workers,
      port,
      reason:
        "Nodes reach what runs in the network of other nodes: forwarded Services, host-network pods, health checks",
    },
    ...podsToNodes.map((access) => ({ from: pods, to: workers, port: access.port, reason: access.reason })),
    {
      from: workers,
      to: pods,
      port,
      reason: "Nodes probe pods and forward Services to them; NetworkPolicies narrow it",
    },
    { from: pods, to: workers, port: KUBELET, reason: "The metrics server reads the kubelets" },
    { from: pods, to: pods, port, reason: "Pods reach each other; NetworkPolicies narrow it" },
  ];
}

function overlay({ workers }: FlowGroups): Flow[] {
  const reason =
    "Nodes carry the overlay of the pods, and read each other's kubelets; NetworkPolicies narrow it";
  return [{ from: workers, to: workers, port: Port.allTraffic(), reason }];
}

function toServices({ apiEndpoint, workers, pods }: FlowGroups, to: IRegionServices): Flow[] {
  return [
    { from: apiEndpoint, who: "The API endpoint reaches" },
    { from: workers, who: pods ? "Nodes reach" : "Nodes, and pods with their addresses, reach" },
    ...(pods ? [{ from: pods, who: "Pods reach" }] : []),
  ].flatMap(({ from, who }) => [
    { from, to, port: HTTPS, reason: `${who} Oracle services of the region` },
    { from, to, port: Port.pathMtuDiscovery(), reason: "Path MTU discovery towards Oracle services" },
  ]);
}
