import {
  type ExampleFlows,
  tcp,
  pods,
  out,
  matrixWith,
  fromNodes,
  HOST,
  HOST_TO_BALANCER,
  OVERLAY_MATRIX,
  SERVICES_TO_BALANCER,
} from "./flow-helpers";
import { MATRIX, PINGS } from "../flows";
import { Endpoint } from "../../../lib/checks";
import { Port } from "../../../lib/core/port";

/** The expected flows of examples about load balancers and ingress. */
export const EXPOSURE_FLOWS: { readonly [name: string]: ExampleFlows } = {
  "public-shop": {
    host: "10.40.63.0/24",
    ends: { administrators: Endpoint.addresses(["10.200.0.0/24"]) },
    flows: [
      { from: "the internet", to: "load balancers", ports: tcp(443), partly: true },
      SERVICES_TO_BALANCER,
      fromNodes("shop/web", 8080),
      fromNodes("shop/api", 8081),
      pods("shop/web", "shop/api", ...tcp(8081)),
      // The internal one only.
      { from: "administrators", to: "load balancers", ports: tcp(443), partly: true },
      { from: "administrators", to: "the API endpoint", ports: tcp(6443) },
    ],
  },
  "public-web": {
    host: HOST,
    ends: { partners: Endpoint.addresses(["192.0.2.0/24", "198.51.100.0/24"]) },
    flows: [
      { from: "the internet", to: "load balancers", ports: tcp(80, 443), partly: true },
      { from: "partners", to: "load balancers", ports: tcp(80, 443) },
      { ...SERVICES_TO_BALANCER, undecided: tcp(80, 443) },
      fromNodes("catalog/web", 8080),
    ],
  },
  "terraform-managed-rules": {
    host: HOST,
    ends: {
      offices: Endpoint.addresses(["10.200.0.0/16"]),
      branches: Endpoint.addresses(["10.201.0.0/16"]),
      ...Object.fromEntries(
        ["web", "names"].map((name) => [`balancer ${name}`, Endpoint.loadBalancer("edge", name)]),
      ),
    },
    // What a network load balancer passes on keeps its client's address, so that the nodes' own rule decides.
    // Its packets come to a pod from the pod's own node, which no policy can refuse.
    idle: /_names_egress-Workers-\w+-(udp|tcp)-30053_\w+ deleted|^policy names deleted/,
    // Every node port is known, and each is for the load balancer of one Service.
    matrix: matrixWith({
      from: "load balancers",
      to: "nodes",
      ports: tcp(10256, 30054, 30406),
      partly: true,
    }),
    flows: [
      fromNodes("edge/web", 8080),
      { from: "balancer web", to: "nodes", ports: tcp(10256, 30406) },
      { from: "balancer names", to: "nodes", ports: tcp(30054) },
      pods("nodes", "edge/names", ...tcp(5353), Port.udp(5353)),
      // The way that the offices take into the VCN is not part of the example.
      { from: "offices", to: "balancer web", ports: [], unrouted: tcp(443) },
      { from: "branches", to: "balancer web", ports: [], unrouted: tcp(443) },
      { from: "offices", to: "balancer names", ports: [], unrouted: [...tcp(53), Port.udp(53)] },
      // The network load balancer keeps the addresses of its clients.
      { from: "offices", to: "nodes", ports: [], unrouted: [...tcp(30053), Port.udp(30053)] },
    ],
  },
  "internal-service": {
    host: "10.40.63.0/24",
    ends: {
      offices: Endpoint.addresses(["10.200.0.0/16"]),
      "the warehouse": Endpoint.addresses(["10.50.0.0/20"]),
      ...Object.fromEntries(
        ["web", "accounts", "broker"].map((name) => [
          `balancer ${name}`,
          Endpoint.loadBalancer("orders", name),
        ]),
      ),
    },
    // What keeps its client's address is for the nodes' own rule to decide, and comes to a pod from the pod's own node.
    idle: /_broker_egress-Workers-\w+-tcp-30083_\w+ deleted|^policy broker deleted/,
    // Kubernetes chooses the node ports of the two whose rules the cloud controller writes.
    matrix: matrixWith({
      from: "load balancers",
      to: "nodes",
      ports: tcp(10256, 30084),
      undecided: [Port.tcpRange(30000, 30083), Port.tcpRange(30085, 32767)],
      partly: true,
    }),
    flows: [
      fromNodes("orders/web", 8080),
      fromNodes("orders/accounts", 8443),
      ...["web", "accounts"].map((name) => ({
        from: `balancer ${name}`,
        to: "nodes",
        ports: tcp(10256),
        undecided: [Port.tcpRange(30000, 32767)],
      })),
      { from: "balancer broker", to: "nodes", ports: tcp(30084) },
      fromNodes("orders/broker", 8883),
      ...["offices", "the warehouse"].map((from) => ({
        from,
        to: "load balancers",
        ports: from === "offices" ? tcp(443, 8883) : tcp(8883),
        partly: true,
      })),
      { from: "offices", to: "balancer web", ports: tcp(443) },
      { from: "offices", to: "balancer accounts", ports: tcp(443) },
      { from: "offices", to: "balancer broker", ports: tcp(8883) },
      { from: "the warehouse", to: "balancer broker", ports: tcp(8883) },
      { from: "the warehouse", to: "balancer web", ports: [] },
      { from: "the warehouse", to: "balancer accounts", ports: [] },
      // The network load balancer keeps the addresses of its clients.
      { from: "offices", to: "nodes", ports: tcp(30083) },
      { from: "the warehouse", to: "nodes", ports: tcp(30083) },
      { from: "offices", to: "the API endpoint", ports: [] },
      { from: "the warehouse", to: "the API endpoint", ports: [] },
    ],
  },
  flannel: {
    host: "10.60.0.48/28",
    matrix: OVERLAY_MATRIX,
    // With the policy Local a pod hears the load balancers through its own node, which no policy can refuse.
    idle: /^policy web deleted$/,
    // The overlay may show a pod the address of a node.
    flows: [{ from: "nodes", to: "depot/web", ports: [], undecided: [...tcp(8080), ...PINGS] }],
  },
  "gateway-api": {
    host: HOST,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("gateway/traefik", 8443),
      ...["web", "api"].map((name) => pods("gateway/traefik", `shop/${name}`, ...tcp(8080))),
      pods("gateway/traefik", "shop/quotes", ...tcp(9000)),
      out("gateway/traefik", "the API endpoint", ...tcp(6443)),
    ],
  },
  ingress: {
    host: HOST,
    ends: {
      "the shop front": Endpoint.loadBalancer("shop", "shop-front"),
      "customers of the first country": Endpoint.addresses(["192.0.2.0/24"]),
      "customers of the second country": Endpoint.addresses(["198.51.100.0/24"]),
    },
    matrix: MATRIX.map((flow) => (flow.from === "load balancers" ? { ...flow, partly: true } : flow)),
    flows: [
      // One load balancer is Traefik's, for the VCN, and the other one that of the native controller, for customers.
      { from: "another host of the VCN", to: "load balancers", ports: tcp(80, 443), partly: true },
      { from: "the internet", to: "load balancers", ports: tcp(443), partly: true },
      SERVICES_TO_BALANCER,
      ...["first", "second"].flatMap((which) => [
        { from: `customers of the ${which} country`, to: "load balancers", ports: tcp(443), partly: true },
        { from: `customers of the ${which} country`, to: "the shop front", ports: tcp(443) },
      ]),
      { from: "the internet", to: "the shop front", ports: tcp(443), partly: true },
      { from: "another host of the VCN", to: "the shop front", ports: [] },
      ...["pods", "shop/web", "shop/api"].map((to) => out("the shop front", to, ...tcp(8080))),
      ...["pods", "shop/web", "shop/api"].map((to) => ({
        from: "load balancers",
        to,
        ports: tcp(8080),
        partly: true,
      })),
      fromNodes("gateway/traefik", 8443, 8000),
      ...["admin", "api"].map((name) => pods("gateway/traefik", `shop/${name}`, ...tcp(8080))),
      out("gateway/traefik", "the API endpoint", ...tcp(6443)),
    ],
  },
};
