import {
  type ExampleFlows,
  tcp,
  out,
  fromNodes,
  MTU,
  HOST_TO_BALANCER,
  GIVEN_BALANCER_MATRIX,
} from "./flow-helpers";
import { Endpoint } from "../../../lib/checks";

/** The expected flows of examples about egress and existing networks. */
export const EGRESS_FLOWS: { readonly [name: string]: ExampleFlows } = {
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
};
