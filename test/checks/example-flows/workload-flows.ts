import {
  type ExampleFlows,
  tcp,
  pods,
  out,
  fromNodes,
  MTU,
  HOST,
  HOST_TO_BALANCER,
  toObjectStorage,
} from "./flow-helpers";
import { Endpoint } from "../../../lib/checks";

/** The expected flows of examples about workloads and namespaces. */
export const WORKLOAD_FLOWS: { readonly [name: string]: ExampleFlows } = {
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
};
