import * as fc from "fast-check";
import { NAMED, policiesAllow, type PolicyPacket, type SimPod } from "./policy-simulator";
import { Port } from "../../lib/core/port";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";

const NAMESPACES = { shop: { team: "a" }, other: { team: "b" } };
const PODS = [0, 1, 2, 3, 4, 5, 6, 7];
const CLIENTS = [8, 9, 10, 11];

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const labels = fc.record(
  { app: fc.constantFrom("1", "2"), tier: fc.constantFrom("1", "2") },
  { requiredKeys: [] },
);
const expression = fc.record({
  key: fc.constantFrom("app", "tier"),
  operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist"),
  values: fc.subarray(["1", "2"], { minLength: 1 }),
});
const selector = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({ matchLabels: labels }),
  fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }),
);
const namespaceSelector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: fc.constantFrom({ team: "a" }, { "kubernetes.io/metadata.name": "other" }) }),
);
const block = fc
  .record({ bits: fc.integer({ min: 0, max: 3 }), at: fc.nat(15) })
  .map(({ bits, at }) => `10.0.0.${at - (at % 2 ** bits)}/${32 - bits}`);
const ipBlock = fc.oneof(
  fc.record({ cidr: fc.constant("10.0.0.0/28"), except: fc.array(block, { maxLength: 2 }) }),
  fc.record({ cidr: block }),
);
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ podSelector: selector, namespaceSelector }),
  { weight: 3, arbitrary: fc.record({ ipBlock }) },
);
const port = fc.oneof(
  fc.record({ port: fc.constantFrom(1, 2), endPort: fc.constantFrom(2, 3) }),
  fc.record({ port: fc.constantFrom(1, 2, 3), protocol: fc.constantFrom("TCP", "UDP") }),
  fc.record({ protocol: fc.constantFrom("TCP", "UDP") }),
  fc.constantFrom({ port: "web" }, { port: "dns", protocol: "UDP" }, { port: "none" }),
);
const ports = optional(fc.array(port, { maxLength: 2 }));
const peers = optional(fc.array(peer, { maxLength: 2 }));
const policy = fc
  .record({
    namespace: fc.constantFrom(...Object.keys(NAMESPACES)),
    podSelector: fc.oneof(fc.constant({}), selector),
    policyTypes: optional(fc.subarray(["Ingress", "Egress"], { minLength: 1 })),
    ingress: optional(fc.array(fc.record({ from: peers, ports }), { maxLength: 2 })),
    egress: optional(fc.array(fc.record({ to: peers, ports }), { maxLength: 2 })),
  })
  .map(({ namespace, ...spec }) => ({ namespace, spec }));
const pod = fc.record({ namespace: fc.constantFrom("shop", "other"), labels });

function workload(name: string, { namespace, labels: podLabels }: SimPod): object {
  const declared = Object.entries(NAMED).map(([key, { port: containerPort, protocol }]) => ({
    name: key,
    containerPort,
    protocol,
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { template: { metadata: { labels: podLabels }, spec: { containers: [{ ports: declared }] } } },
  };
}

const OPEN = JSON.stringify({
  resource: {
    oci_core_vcn: { main: { cidr_blocks: ["10.0.0.0/24"] } },
    oci_core_subnet: {
      pods: { vcn_id: "${oci_core_vcn.main.id}", cidr_block: "10.0.0.0/29", security_list_ids: [] },
    },
    oci_core_network_security_group: { pods: {} },
    oci_core_network_security_group_security_rule: Object.fromEntries(
      ["INGRESS", "EGRESS"].map((direction) => [
        direction,
        {
          network_security_group_id: "${oci_core_network_security_group.pods.id}",
          direction,
          protocol: "all",
          [direction === "INGRESS" ? "source" : "destination"]: "0.0.0.0/0",
        },
      ]),
    ),
    oci_containerengine_node_pool: {
      pool: {
        node_config_details: {
          placement_configs: [{ subnet_id: "${oci_core_subnet.pods.id}" }],
          node_pool_pod_network_option_details: {
            cni_type: "OCI_VCN_IP_NATIVE",
            pod_subnet_ids: ["${oci_core_subnet.pods.id}"],
            pod_nsg_ids: ["${oci_core_network_security_group.pods.id}"],
          },
        },
      },
    },
  },
});

function manifestsOf(policies: any[], from: SimPod, to: SimPod): string {
  const namespaces = Object.entries(NAMESPACES).map(([name, own]) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: own },
  }));
  const items = [...namespaces, ...policies, workload("from", from), workload("to", to)];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

test("agrees with a packet simulator on random policies", () => {
  const seen = { yes: 0, no: 0, partly: 0 };
  const asked = fc.record({ tcp: fc.boolean(), number: fc.constantFrom(1, 2, 3, 4), outside: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(policy, { maxLength: 4 }),
      pod,
      pod,
      asked,
      (drawn, from, to, { tcp, number, outside }) => {
        const policies = drawn.map(({ namespace, spec }, index) => ({
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: { name: `policy-${index}`, namespace },
          spec,
        }));
        const packets: PolicyPacket[] = (outside ? CLIENTS : PODS).flatMap((source) =>
          PODS.map((target) => ({
            protocol: tcp ? "TCP" : "UDP",
            port: number,
            from: { address: source, ...(outside ? {} : { pod: from }) },
            to: { address: target, pod: to },
          })),
        );
        const passed = packets.filter((packet) => policiesAllow(policies, packet, NAMESPACES)).length;
        const reach = Reachability.fromTexts({
          terraform: [OPEN],
          manifests: [manifestsOf(policies, from, to)],
        });
        const source = outside
          ? Endpoint.addresses(["10.0.0.8/30"])
          : Endpoint.workload(from.namespace, "from");
        const target = Endpoint.workload(to.namespace, "to");
        const { verdict, complete } = reach.ask(source, target, tcp ? Port.tcp(number) : Port.udp(number));
        seen[passed === 0 ? "no" : passed === packets.length ? "yes" : "partly"]++;
        expect({ verdict, complete }).toEqual({
          verdict: passed > 0 ? Verdict.YES : Verdict.NO,
          complete: passed === packets.length,
        });
      },
    ),
    { numRuns: 800 },
  );
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(50);
  expect(seen.partly).toBeGreaterThan(0);
});
