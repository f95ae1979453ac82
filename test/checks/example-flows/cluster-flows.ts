import {
  type ExampleFlows,
  tcp,
  pods,
  out,
  matrixWith,
  fromNodes,
  MTU,
  HOST,
  HOST_TO_BALANCER,
  toObjectStorage,
} from "./flow-helpers";
import { MATRIX, unknownPod } from "../flows";
import { Endpoint } from "../../../lib/checks";
import { Port } from "../../../lib/core/port";

const DNS_PORTS = [...tcp(53), Port.udp(53)];
const ACME_PORTS = [...tcp(443), ...DNS_PORTS];

/** The expected flows of examples about clusters and their access. */
export const CLUSTER_FLOWS: { readonly [name: string]: ExampleFlows } = {
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
    // The configuration doesn't know the addresses of Oracle services, so the DNS server's may be one of them.
    matrix: MATRIX.map((flow) =>
      flow.to === "Oracle services" && ["nodes", "pods"].includes(flow.from)
        ? { ...flow, undecided: DNS_PORTS }
        : flow,
    ),
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      pods("shop/web", "shop/ledger", ...tcp(8443)),
      { from: "the API endpoint", to: unknownPod("cert-manager"), ports: tcp(10250) },
      { from: unknownPod("cert-manager"), to: "the API endpoint", ports: tcp(6443) },
      ...["nodes", "pods", unknownPod("cert-manager")].map((from) => ({
        from,
        to: "the internet",
        ports: ACME_PORTS,
        partly: true,
      })),
      {
        from: unknownPod("cert-manager"),
        to: "Oracle services",
        ports: [],
        undecided: [...ACME_PORTS, MTU],
      },
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
  "ci-access": {
    host: HOST,
    ends: { "Object Storage": Endpoint.addresses(["134.70.0.0/16"]) },
    // The rule to token issuers covers HTTPS to every address.
    idle: /ApiEndpoint_egress-(?:0-0-0-0|region-services-tcp-443)/,
    flows: [
      HOST_TO_BALANCER,
      fromNodes("shop/web", 8080),
      // The rules name all services of the region, and the policy of the workload the range of Object Storage.
      ...toObjectStorage("shop/web").filter(({ from }) => from !== "the API endpoint"),
      { from: "shop/web", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
      // OCI chooses the bastion's address in the endpoint's subnet, and one rule is for that address.
      ...["the API endpoint", "another host of the VCN"].map((from) => ({
        from,
        to: "the API endpoint",
        ports: [],
        undecided: tcp(6443),
      })),
      // The addresses of token issuers change, so the rule is for every one.
      { from: "the API endpoint", to: "the internet", ports: tcp(443) },
      { from: "the API endpoint", to: "Object Storage", ports: tcp(443), undecided: [MTU] },
      { from: "the API endpoint", to: "load balancers", ports: tcp(443) },
      { from: "the API endpoint", to: "another host of the VCN", ports: tcp(443) },
      out("shop/web", "the API endpoint", ...tcp(6443, 12250)),
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
};
