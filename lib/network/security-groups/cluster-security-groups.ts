import { type Construct } from "constructs";
import { NetworkSecurityGroup } from "./network-security-group";
import { type INetworkPeer, type INetworkSecurityGroup } from "./security-group";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { Port } from "../../core/port";
import {
  boolean,
  displayName,
  kind,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  withDefault,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf, stemOf } from "../../core/resource-name";
import { BACKEND_TAGS, type TaggingProps } from "../../core/tagging";
import {
  isOverlay,
  PodNetworking,
  podNetworking,
  type PodsToNodesAccess,
  podsToNodes,
} from "../vcn/pod-networking";
import { type IRegionServices } from "../vcn/region-services";

/** Traffic that a cluster needs, between two groups or to the region's services. */
interface Flow {
  readonly from: NetworkSecurityGroup;
  readonly to: INetworkPeer;
  readonly port: Port;
  readonly reason: string;
}

/** The security groups of a cluster; an overlay cluster has none for pods. */
interface FlowGroups {
  readonly apiEndpoint: NetworkSecurityGroup;
  readonly workers: NetworkSecurityGroup;
  readonly pods?: NetworkSecurityGroup;
}

/** Traffic that is allowed in addition to the minimum. */
interface FurtherFlows {
  readonly observabilityAgent?: boolean;
  readonly podsToNodes?: readonly PodsToNodesAccess[];
}

const API_SERVER = Port.tcp(6443);
const CONTROL_PLANE = Port.tcp(12250);
const KUBELET = Port.tcp(10250);
const OBSERVABILITY_AGENT = Port.tcp(9995);
const HTTPS = Port.tcp(443);
const ANY_TCP = Port.tcpRange(1, 65535);

/** The minimum traffic that a cluster needs, and the additional traffic that was requested. */
function flowsOf(groups: FlowGroups, services: IRegionServices, further: FurtherFlows = {}): Flow[] {
  const { pods } = groups;
  return [
    ...upwards(groups),
    // In an overlay, the control plane may connect to every TCP port of the nodes, and pods may connect to everything that nodes may.
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

const AGENT_REASON = "The control plane reaches the ObservabilityAgent add-on";

/** Allows the control plane to connect to the ObservabilityAgent add-on, like the cluster prop of that name. */
export function openForObservabilityAgent(
  apiEndpoint: INetworkSecurityGroup,
  workers: INetworkSecurityGroup,
): void {
  apiEndpoint.allowTo(workers, OBSERVABILITY_AGENT, { reason: AGENT_REASON });
}

function downwards({ apiEndpoint, workers, pods }: WithPods, { observabilityAgent }: FurtherFlows): Flow[] {
  const agent = { from: apiEndpoint, to: workers, port: OBSERVABILITY_AGENT, reason: AGENT_REASON };
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

/** The control plane is not part of the overlay: its traffic for pods goes to their nodes. */
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

function betweenNodesAndPods(
  { workers, pods }: WithPods,
  { podsToNodes: access = [] }: FurtherFlows,
): Flow[] {
  const port = Port.allTraffic();
  return [
    {
      from: workers,
      to: workers,
      port,
      reason:
        "Nodes reach what runs in the network of other nodes: forwarded Services, host-network pods, health checks",
    },
    ...access.map(({ port: nodePort, reason }) => ({ from: pods, to: workers, port: nodePort, reason })),
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

/** Props for ClusterSecurityGroups. */
export interface ClusterSecurityGroupsProps extends TaggingProps {
  /** The OCID of the compartment of the groups. */
  readonly compartmentId: string;
  /** The OCID of the VCN. */
  readonly vcnId: string;
  /** The region's services. */
  readonly regionServices: IRegionServices;
  /**
   * The pod networking of the cluster; with an overlay there is no separate group for pods.
   *
   * @default PodNetworking.vcnNative()
   */
  readonly podNetworking?: PodNetworking;
  /**
   * Whether the control plane may connect to the ObservabilityAgent add-on on the nodes, TCP 9995; in an overlay it always may.
   *
   * @default false
   */
  readonly observabilityAgent?: boolean;
  /**
   * Ports of the nodes that pods may connect to, in addition to the kubelet's; in an overlay, pods may connect to all of them.
   *
   * @default - none
   */
  readonly podsToNodes?: PodsToNodesAccess[];
  /**
   * The prefix of the group names.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const CLUSTER_GROUPS = {
  regionServices: kind<IRegionServices>(
    ["serviceId", "toRuleEnd"],
    "RegionServices.of({ serviceId, cidrLabel }), or the regionServices of a ClusterNetwork",
  ),
  compartmentId: ocid("compartment", "tenancy"),
  vcnId: ocid("vcn"),
  displayName: optional(displayName()),
  podNetworking: withDefault(podNetworking(), PodNetworking.vcnNative()),
  observabilityAgent: withDefault(boolean(), false),
  podsToNodes: withDefault(podsToNodes(), []),
  ...taggingReaders(Object.keys(BACKEND_TAGS)),
} satisfies PropsSchema<ClusterSecurityGroupsProps>;

/**
 * The network security groups of a cluster, with the minimum rules that it needs.
 *
 * Every rule is between two groups or to the region's services; no rule names an address range.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
@checked
export class ClusterSecurityGroups extends ResourceConstruct {
  /** The security group of the API endpoint. */
  public readonly apiEndpoint: NetworkSecurityGroup;
  /** The security group of the worker nodes. */
  public readonly workers: NetworkSecurityGroup;
  /** The security group of the pods; with an overlay that of the nodes, whose addresses pods use outside of the cluster. */
  public readonly pods: NetworkSecurityGroup;

  constructor(scope: Construct, id: string, props: ClusterSecurityGroupsProps) {
    const read = readGroups(scope, id, props);
    const { podNetworking: networking, regionServices: services } = read;
    super(scope, id);
    const name = stemOf(read.displayName ?? nameOf(this));
    const group = (part: string, label: string, { freeformTags }: TaggingProps = read) => {
      const { compartmentId, vcnId, definedTags } = read;
      const displayName = `${name}-${label}`;
      return new NetworkSecurityGroup(this, part, {
        compartmentId,
        vcnId,
        definedTags,
        freeformTags,
        displayName,
      });
    };
    this.apiEndpoint = group("ApiEndpoint", "api");
    this.workers = group("Workers", "workers", { freeformTags: { ...BACKEND_TAGS, ...read.freeformTags } });
    const pods = isOverlay(networking) ? undefined : group("Pods", "pods");
    this.pods = pods ?? this.workers;
    const groups = { apiEndpoint: this.apiEndpoint, workers: this.workers, pods };
    // One loop here instead of a method for each layer: the bindings take stack traces for each rule, which grow with the call depth.
    for (const { from, to, port, reason } of flowsOf(groups, services, read)) {
      from.allowTo(to, port, { reason });
    }
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readGroups(
  scope: Construct,
  id: string,
  props: ClusterSecurityGroupsProps,
): Resolved<typeof CLUSTER_GROUPS> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return problems.resolved(readProps(problems, props, CLUSTER_GROUPS));
}
