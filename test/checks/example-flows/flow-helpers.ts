import { MATRIX, PINGS, type Flow } from "../flows";
import { type Endpoint } from "../../../lib/checks";
import { Port } from "../../../lib/core/port";

/** The allowed flows of an example; all others must be denied. */
export interface ExampleFlows {
  /** An unused range of its VCN. */
  readonly host: string;
  /** The range of its VCN, if the VCN exists already. */
  readonly vcn?: string;
  /** The flows that its network allows besides the matrix. */
  readonly flows: readonly Flow[];
  /** The matrix of its network. @default - that of VCN-native pods */
  readonly matrix?: readonly Flow[];
  /** Matches rules without an effect on flows. @default - none */
  readonly idle?: RegExp;
  /** Further ends of its flows. */
  readonly ends?: { readonly [name: string]: Endpoint };
}

export const tcp = (...ports: number[]) => ports.map((port) => Port.tcp(port));

/** A flow between pods: ICMP has an unknown verdict if a policy has ports. */
export function pods(from: string, to: string, ...ports: Port[]): Flow {
  return { from, to, ports, undecided: PINGS };
}

/** A flow from a pod out of the cluster, where groups deny ICMP except messages about Oracle services. */
export function out(from: string, to: string, ...ports: Port[]): Flow {
  return { from, to, ports };
}

/** The matrix with one flow replaced. */
export function matrixWith(flow: Flow): Flow[] {
  return [...MATRIX.filter(({ from, to }) => from !== flow.from || to !== flow.to), flow];
}

/** A flow from a load balancer, which reaches pods through the nodes. */
export const fromNodes = (to: string, ...ports: number[]): Flow => pods("nodes", to, ...tcp(...ports));

export const MTU = Port.pathMtuDiscovery();
export const HOST = "10.0.9.0/24";
export const NODE_EXPORTER = "monitoring-nodes/node-exporter";
export const HOST_TO_BALANCER: Flow = {
  from: "another host of the VCN",
  to: "load balancers",
  ports: tcp(443),
};

/** The existing subnet of the load balancers, whose lists and routes are unknown. */
export const GIVEN_BALANCER_MATRIX: readonly Flow[] = [
  ...matrixWith({
    from: "load balancers",
    to: "nodes",
    ports: [],
    undecided: [...tcp(10256), Port.tcpRange(30000, 32767)],
  }),
  // Its address may be in a range of the rules.
  { from: "load balancers", to: "the API endpoint", ports: [], undecided: tcp(6443) },
  ...["Oracle services", "the internet", "another host of the VCN"].flatMap((other) => [
    { from: "load balancers", to: other, ports: [], undecided: [Port.allTraffic()] },
    { from: other, to: "load balancers", ports: [], undecided: [Port.allTraffic()] },
  ]),
  { from: "load balancers", to: "load balancers", ports: [], undecided: [Port.allTraffic()] },
];

/** With an overlay, pods use the address of their node, and their own addresses are unreachable from the VCN. */
export const OVERLAY_MATRIX: readonly Flow[] = [
  { from: "the API endpoint", to: "nodes", ports: [Port.tcpRange(1, 65535), MTU] },
  { from: "the API endpoint", to: "Oracle services", ports: [...tcp(443), MTU] },
  { from: "nodes", to: "nodes", ports: [Port.allTraffic()] },
  { from: "nodes", to: "pods", ports: [Port.allTraffic()] },
  { from: "pods", to: "pods", ports: [Port.allTraffic()] },
  { from: "pods", to: "nodes", ports: [Port.allTraffic()] },
  ...["nodes", "pods"].flatMap((from) => [
    { from, to: "the API endpoint", ports: [...tcp(6443, 12250), MTU] },
    { from, to: "Oracle services", ports: [...tcp(443), MTU] },
  ]),
  // Kubernetes chooses the node port and, with the policy Local, the port of the health check.
  { from: "load balancers", to: "nodes", ports: [], undecided: [Port.tcpRange(30000, 32767)] },
];

/** Oracle services have public addresses, which are not in the configuration. */
export const SERVICES_TO_BALANCER: Flow = {
  from: "Oracle services",
  to: "load balancers",
  ports: [],
  undecided: tcp(443),
};

/** The addresses of the services of a region are not in the configuration, so a range may be one of theirs. */
export const toObjectStorage = (pod: string): Flow[] =>
  ["the API endpoint", "nodes", "pods", pod].map((from) => ({
    from,
    to: "Object Storage",
    ports: [],
    undecided: [...tcp(443), MTU],
  }));
