import { MATRIX, PINGS, type Flow, unknownPod } from "./flows";
import { Endpoint } from "../../lib/checks";
import { Port } from "../../lib/core/port";

/** What is open in an example; all else must be closed. */
export interface ExampleFlows {
  /** A range of its VCN in which nothing of it lives. */
  readonly host: string;
  /** The range of its VCN, where somebody else made that. */
  readonly vcn?: string;
  /** What its network opens beside the matrix. */
  readonly flows: readonly Flow[];
  /** The matrix of its network. @default - that of VCN-native pods */
  readonly matrix?: readonly Flow[];
  /** Rules without which all flows stay as they are, and why. @default - none */
  readonly idle?: RegExp;
  /** Further ends that its flows name. */
  readonly ends?: { readonly [name: string]: Endpoint };
}

const tcp = (...ports: number[]) => ports.map((port) => Port.tcp(port));

/** What one pod may send to another: policies that name ports leave ICMP open. */
function pods(from: string, to: string, ...ports: Port[]): Flow {
  return { from, to, ports, undecided: PINGS };
}

/** What a pod may send out of the cluster: the rules of groups leave ICMP closed, but for messages about Oracle services. */
function out(from: string, to: string, ...ports: Port[]): Flow {
  return { from, to, ports };
}

/** The matrix with another flow in the place of one. */
function matrixWith(flow: Flow): Flow[] {
  return [...MATRIX.filter(({ from, to }) => from !== flow.from || to !== flow.to), flow];
}

/** What load balancers bring to pods comes from the nodes. */
const fromNodes = (to: string, ...ports: number[]): Flow => pods("nodes", to, ...tcp(...ports));

const MTU = Port.pathMtuDiscovery();
const HOST = "10.0.9.0/24";
const NODE_EXPORTER = "monitoring-nodes/node-exporter";
const HOST_TO_BALANCER: Flow = {
  from: "another host of the VCN",
  to: "load balancers",
  ports: tcp(443),
};

/** The network team's subnet of the load balancers: its lists and routes are not in the configuration, and may do anything. */
const GIVEN_BALANCER_MATRIX: readonly Flow[] = [
  ...matrixWith({
    from: "load balancers",
    to: "nodes",
    ports: [],
    undecided: [...tcp(10256), Port.tcpRange(30000, 32767)],
  }),
  // Its address may be one of those that rules name.
  { from: "load balancers", to: "the API endpoint", ports: [], undecided: tcp(6443) },
  ...["Oracle services", "the internet", "another host of the VCN"].flatMap((other) => [
    { from: "load balancers", to: other, ports: [], undecided: [Port.allTraffic()] },
    { from: other, to: "load balancers", ports: [], undecided: [Port.allTraffic()] },
  ]),
  { from: "load balancers", to: "load balancers", ports: [], undecided: [Port.allTraffic()] },
];

/** With an overlay pods leave with the address of their node, and nothing of the VCN reaches theirs. */
const OVERLAY_MATRIX: readonly Flow[] = [
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

/** Oracle's services have public addresses too; which ones, the configuration does not say. */
const SERVICES_TO_BALANCER: Flow = {
  from: "Oracle services",
  to: "load balancers",
  ports: [],
  undecided: tcp(443),
};

/** Which addresses a region's services have, the configuration does not say: a range may be one of theirs. */
const toObjectStorage = (pod: string): Flow[] =>
  ["the API endpoint", "nodes", "pods", pod].map((from) => ({
    from,
    to: "Object Storage",
    ports: [],
    undecided: [...tcp(443), MTU],
  }));

/** Examples whose network and groups belong to somebody else, so that nothing of their flows is known. */
export const WITHOUT_FLOWS = ["existing-cluster"];

export const EXAMPLE_FLOWS: { readonly [name: string]: ExampleFlows } = {
  quickstart: { host: HOST, flows: [HOST_TO_BALANCER, fromNodes("shop/web", 8080)] },
  "packet-routing": {
    host: HOST,
    ends: { administrators: Endpoint.addresses(["10.0.3.0/28"]) },
    flows: [
      HOST_TO_BALANCER,
      { from: "administrators", to: "load balancers", ports: tcp(443) },
      { from: "administrators", to: "the API endpoint", ports: tcp(6443) },
      fromNodes("shop/web", 8080),
    ],
  },
  rotation: {
    host: HOST,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      pods("shop/web", "shop/ledger", ...tcp(8443)),
      { from: "the API endpoint", to: unknownPod("cert-manager"), ports: tcp(10250) },
      { from: unknownPod("cert-manager"), to: "the API endpoint", ports: tcp(6443) },
    ],
  },
  "observed-cluster": {
    host: HOST,
    ends: { "Object Storage": Endpoint.addresses(["134.70.0.0/16"]) },
    matrix: matrixWith({ from: "pods", to: "nodes", ports: tcp(9100, 10250) }),
    flows: [
      HOST_TO_BALANCER,
      fromNodes("gateway/traefik", 8443),
      pods("gateway/traefik", "monitoring/grafana", ...tcp(3000)),
      pods("gateway/traefik", "logging/opensearch-dashboards", ...tcp(5601)),
      out("gateway/traefik", "the API endpoint", ...tcp(6443)),
      pods("monitoring/prometheus", "monitoring/alertmanager", ...tcp(9093)),
      pods("monitoring/prometheus", "monitoring/kube-state-metrics", ...tcp(8080, 8081)),
      pods("monitoring/prometheus", "monitoring/grafana", ...tcp(3000)),
      pods("monitoring/prometheus", "monitoring/jaeger", ...tcp(8888)),
      pods("monitoring/prometheus", "monitoring/collector", ...tcp(8888)),
      pods("monitoring/prometheus", "shop/web", ...tcp(9464)),
      pods("monitoring/prometheus", "logging-nodes/fluent-bit", ...tcp(2020)),
      out("monitoring/prometheus", "the API endpoint", ...tcp(6443)),
      out("monitoring/prometheus", "nodes", ...tcp(9100, 10250)),
      out("monitoring/kube-state-metrics", "the API endpoint", ...tcp(6443)),
      pods("monitoring/grafana", "monitoring/prometheus", ...tcp(9090)),
      pods("monitoring/grafana", "monitoring/alertmanager", ...tcp(9093)),
      pods("monitoring/grafana", "monitoring/jaeger", ...tcp(16686)),
      pods("monitoring/collector", "monitoring/jaeger", ...tcp(4317)),
      pods("shop/web", "monitoring/collector", ...tcp(4318)),
      ...["logging/opensearch-dashboards", "logging/opensearch-settings", "logging-nodes/fluent-bit"].map(
        (from) => pods(from, "logging/opensearch", ...tcp(9200)),
      ),
      pods("logging/opensearch", "logging/opensearch", ...tcp(9300)),
      out("logging-nodes/fluent-bit", "the API endpoint", ...tcp(6443)),
      ...toObjectStorage("logging/opensearch"),
      { from: NODE_EXPORTER, to: "Object Storage", ports: [], undecided: [...tcp(443), MTU] },
      // Its policy names the range of Object Storage, and the rules name all services of the region.
      { from: "logging/opensearch", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
      // The node exporter is on the network of its node: policies don't apply to it, and rules of nodes do.
      { from: "the API endpoint", to: NODE_EXPORTER, ports: [...tcp(10250), MTU] },
      { from: "nodes", to: NODE_EXPORTER, ports: [Port.allTraffic()] },
      {
        from: "load balancers",
        to: NODE_EXPORTER,
        ports: tcp(10256),
        undecided: [Port.tcpRange(30000, 32767)],
      },
      { from: "a pod of another namespace", to: NODE_EXPORTER, ports: tcp(9100, 10250) },
      { from: "monitoring/prometheus", to: NODE_EXPORTER, ports: tcp(9100, 10250) },
      pods(NODE_EXPORTER, "gateway/traefik", ...tcp(8443)),
      { from: NODE_EXPORTER, to: "the API endpoint", ports: [...tcp(6443, 12250), MTU] },
      { from: NODE_EXPORTER, to: "Oracle services", ports: [...tcp(443), MTU] },
      ...[NODE_EXPORTER, "nodes", "a pod of another namespace", "DNS", "metadata"].map((to) => ({
        from: NODE_EXPORTER,
        to,
        ports: [Port.allTraffic()],
      })),
      // The receiver of alerts and the provider of users are ranges of the internet.
      ...["pods", "monitoring/alertmanager", "monitoring/grafana"].map((from) => ({
        from,
        to: "the internet",
        ports: tcp(443),
        partly: true,
      })),
      ...["monitoring/alertmanager", "monitoring/grafana"].map((from) => ({
        from,
        to: "Oracle services",
        ports: [],
        undecided: [...tcp(443), MTU],
      })),
    ],
  },
  guardrails: { host: HOST, flows: [HOST_TO_BALANCER, fromNodes("shop/web", 8080)] },
  "node-pools": {
    host: HOST,
    // The control plane reaches the ObservabilityAgent, whose add-on the program has.
    matrix: matrixWith({ from: "the API endpoint", to: "nodes", ports: [...tcp(9995, 10250), MTU] }),
    flows: [HOST_TO_BALANCER, fromNodes("shop/web", 8080)],
  },
  "signed-images": { host: HOST, flows: [HOST_TO_BALANCER, fromNodes("shop/web", 8080)] },
  "locked-images": {
    host: HOST,
    ends: { "Object Storage": Endpoint.addresses(["134.70.0.0/16"]) },
    flows: [
      HOST_TO_BALANCER,
      fromNodes("maps/tiles", 8080),
      pods("maps/tiles", "maps/geo", ...tcp(8080)),
      ...toObjectStorage("maps/geo"),
      // Its policy names the range of Object Storage, and the rules name all services of the region.
      { from: "maps/geo", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
    ],
  },
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
  "ci-access": {
    host: HOST,
    // The rule to token issuers covers HTTPS to every address.
    idle: /ApiEndpoint_egress-(?:0-0-0-0|region-services-tcp-443)/,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      // OCI chooses the bastion's address in the endpoint's subnet, and one rule is for that address.
      ...["the API endpoint", "another host of the VCN"].map((from) => ({
        from,
        to: "the API endpoint",
        ports: [],
        undecided: tcp(6443),
      })),
      // The addresses of token issuers change, so the rule is for every one.
      { from: "the API endpoint", to: "the internet", ports: tcp(443) },
      { from: "the API endpoint", to: "load balancers", ports: tcp(443) },
      { from: "the API endpoint", to: "another host of the VCN", ports: tcp(443) },
      out("shop/web", "the API endpoint", ...tcp(6443, 12250)),
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
  "controlled-egress": {
    host: "10.40.63.0/24",
    ends: {
      offices: Endpoint.addresses(["10.200.0.0/24"]),
      administrators: Endpoint.addresses(["10.200.8.0/24"]),
      "the ledger": Endpoint.addresses(["10.200.16.5/32"]),
      "the bank": Endpoint.addresses(["203.0.113.0/24"]),
      "the orders": Endpoint.vnic("oci_core_subnet.database-subnet", [
        "oci_core_network_security_group.databases_F4B06D19",
      ]),
    },
    flows: [
      fromNodes("payments/web", 8080),
      { from: "offices", to: "load balancers", ports: tcp(443) },
      { from: "administrators", to: "load balancers", ports: tcp(443) },
      { from: "the ledger", to: "load balancers", ports: tcp(443) },
      { from: "administrators", to: "the API endpoint", ports: tcp(6443) },
      // OCI chooses the bastion's address in the endpoint's subnet, and one rule is for that address.
      ...["the API endpoint", "another host of the VCN", "offices", "the ledger"].map((from) => ({
        from,
        to: "the API endpoint",
        ports: [],
        undecided: tcp(6443),
      })),
      { from: "pods", to: "the ledger", ports: tcp(1521) },
      { from: "pods", to: "the bank", ports: tcp(443) },
      { from: "pods", to: "the orders", ports: tcp(5432) },
      out("payments/web", "the orders", ...tcp(5432)),
      { from: "another host of the VCN", to: "the orders", ports: [] },
      { from: "pods", to: "the internet", ports: tcp(443), partly: true },
      out("payments/web", "the ledger", ...tcp(1521)),
      out("payments/web", "the bank", ...tcp(443)),
      { ...out("payments/web", "the internet", ...tcp(443)), partly: true },
      // The bank's range is not one of Oracle's, which the configuration can't know.
      { from: "payments/web", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
    ],
  },
  "inspected-egress": {
    host: "10.40.63.0/24",
    ends: {
      administrators: Endpoint.addresses(["10.200.8.0/24"]),
      "the ledger": Endpoint.addresses(["10.200.16.5/32"]),
      "the bank": Endpoint.addresses(["203.0.113.0/24"]),
      "the firewall": Endpoint.vnic("oci_core_subnet.firewall-subnet", [
        "oci_core_network_security_group.firewall-group_840CC2C3",
      ]),
    },
    // The API endpoint lets administrators in, not the firewall by itself, which only passes their packets on.
    idle: /firewall-group_egress-10-40-0-0/,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("payments/web", 8080),
      // The way leads to the firewall, whose policy is not part of the configuration.
      ...["pods", "payments/web"].flatMap((from) => [
        { from, to: "the bank", ports: [], undecided: tcp(443) },
        { from, to: "the internet", ports: [], undecided: tcp(443) },
        { from, to: "the ledger", ports: [], undecided: tcp(1521) },
      ]),
      { from: "administrators", to: "the API endpoint", ports: [], undecided: tcp(6443) },
      // What the firewall lets pass goes on from there.
      { from: "pods", to: "the firewall", ports: tcp(443, 1521) },
      { from: "administrators", to: "the firewall", ports: tcp(6443) },
      { from: "another host of the VCN", to: "the firewall", ports: [] },
      { from: "the firewall", to: "the bank", ports: tcp(443) },
      { from: "the firewall", to: "the internet", ports: tcp(443), partly: true },
      { from: "the firewall", to: "the ledger", ports: tcp(1521) },
      // The bank's range is not one of Oracle's, which the configuration can't know.
      { from: "payments/web", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
    ],
  },
  stateful: {
    host: HOST,
    ends: { "Object Storage": Endpoint.addresses(["134.70.0.0/16"]) },
    flows: [
      HOST_TO_BALANCER,
      fromNodes("ledger/api", 8080),
      ...["database", "api", "backup", "latency"].map((from) =>
        pods(`ledger/${from}`, "ledger/database", ...tcp(5432)),
      ),
      ...toObjectStorage("ledger/backup"),
      // Its policy names the range of Object Storage, and the rules name all services of the region.
      { from: "ledger/backup", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
    ],
  },
  production: {
    host: HOST,
    ends: {
      "OCI Vault": Endpoint.addresses(["134.70.24.0/21"]),
      GitLab: Endpoint.addresses(["203.0.113.0/24"]),
    },
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      // OCI chooses the bastion's address in the endpoint's subnet, and one rule is for that address.
      ...["the API endpoint", "another host of the VCN"].map((from) => ({
        from,
        to: "the API endpoint",
        ports: [],
        undecided: tcp(6443),
      })),
      { from: "the API endpoint", to: "GitLab", ports: tcp(443) },
      { from: "the API endpoint", to: "the internet", ports: tcp(443), partly: true },
      out("secrets-store/secrets-store-csi-driver", "the API endpoint", ...tcp(6443)),
      out("secrets-store/oci-secrets-store-csi-driver-provider", "the API endpoint", ...tcp(6443, 12250)),
      ...["OCI Vault", "Oracle services"].map((to) => ({
        from: "secrets-store/oci-secrets-store-csi-driver-provider",
        to,
        ports: [],
        undecided: [...tcp(443), MTU],
      })),
      ...["the API endpoint", "nodes", "pods"].map((from) => ({
        from,
        to: "OCI Vault",
        ports: [],
        undecided: [...tcp(443), MTU],
      })),
    ],
  },
  "vault-secrets": {
    host: HOST,
    ends: { "OCI Vault": Endpoint.addresses(["134.70.24.0/21"]) },
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      out("secrets-store/secrets-store-csi-driver", "the API endpoint", ...tcp(6443)),
      // The two that exchange tokens of workloads for those of OCI.
      ...["secrets-store/oci-secrets-store-csi-driver-provider", "external-secrets/external-secrets"].flatMap(
        (pod) => [
          out(pod, "the API endpoint", ...tcp(6443, 12250)),
          { from: pod, to: "OCI Vault", ports: [], undecided: [...tcp(443), MTU] },
          { from: pod, to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
        ],
      ),
      ...["the API endpoint", "nodes", "pods"].map((from) => ({
        from,
        to: "OCI Vault",
        ports: [],
        undecided: [...tcp(443), MTU],
      })),
    ],
  },
  tenants: {
    host: HOST,
    flows: [HOST_TO_BALANCER, fromNodes("shop/web", 8080), pods("shop/web", "bank/payments", ...tcp(8080))],
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
  "web-and-worker": {
    host: HOST,
    ends: {
      "the database": Endpoint.addresses(["10.0.8.0/24"]),
      "the queue": Endpoint.addresses(["10.0.10.0/24"]),
    },
    flows: [
      HOST_TO_BALANCER,
      fromNodes("orders/web", 8080),
      { from: "the database", to: "load balancers", ports: tcp(443) },
      { from: "the queue", to: "load balancers", ports: tcp(443) },
      { from: "pods", to: "the database", ports: tcp(5432) },
      { from: "pods", to: "the queue", ports: tcp(443) },
      ...["web", "worker", "migrate-3-1-0", "report"].map((from) =>
        out(`orders/${from}`, "the database", ...tcp(5432)),
      ),
      ...["web", "worker"].map((from) => out(`orders/${from}`, "the queue", ...tcp(443))),
    ],
  },
  operator: {
    host: HOST,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("platform/operator", 9000),
      pods("platform/monitor", "platform/operator", ...tcp(9090)),
      ...["operator", "cleanup"].map((from) => out(`platform/${from}`, "the API endpoint", ...tcp(6443))),
    ],
  },
  "harden-existing-chart": {
    host: HOST,
    ends: { "the database": Endpoint.addresses(["10.0.8.0/24"]) },
    flows: [
      HOST_TO_BALANCER,
      { from: "the database", to: "load balancers", ports: tcp(443) },
      fromNodes("guestbook/gateway", 8443),
      pods("guestbook/gateway", "guestbook/guestbook", ...tcp(8080)),
      pods("guestbook/guestbook", "guestbook/guestbook-cache", ...tcp(6379)),
      { from: "pods", to: "the database", ports: tcp(5432) },
      out("guestbook/guestbook", "the database", ...tcp(5432)),
      out("guestbook/guestbook-migrate", "the database", ...tcp(5432)),
    ],
  },
  "existing-network": {
    host: "10.20.64.0/24",
    vcn: "10.20.0.0/16",
    matrix: GIVEN_BALANCER_MATRIX,
    // Where the database is, and what else its group lets in, its team knows.
    idle: /database-group/,
    flows: [
      fromNodes("orders/web", 8080),
      ...["pods", "orders/web"].map((from) => ({
        from,
        to: "load balancers",
        ports: [],
        undecided: tcp(9100),
      })),
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
