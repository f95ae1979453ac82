// Measures Reachability with all pairs of 200 security groups with 5,000 rules, and of 200 workloads with 500 policies. Needs no
// build: `node bench/reach.js`. With --check, exits with 1 where it took more than five seconds.
require("../scripts/register");
const { cpuTime } = require("./cpu-time");
const { Endpoint, Reachability } = require("../lib/checks");
const { Port } = require("../lib/core/port");

const COUNT = 200;
const RULES = 5000;
const POLICIES = 500;
const LIMIT_MS = 5000;

// The same pseudorandom numbers in each run.
let seed = 1;
function below(limit) {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
}

const POD_GROUP = "${oci_core_network_security_group.pods.id}";
const group = (index) => `\${oci_core_network_security_group.group${index % COUNT}.id}`;

function rule(index) {
  const [direction, end] = index % 2 === 0 ? ["INGRESS", "source"] : ["EGRESS", "destination"];
  const isRange = below(4) === 0;
  const port = 1000 + below(50);
  return {
    network_security_group_id: group(index >> 1),
    direction,
    protocol: below(10) === 0 ? "all" : "6",
    stateless: below(20) === 0,
    [end]: isRange ? `10.0.${below(64)}.0/${24 + below(4)}` : group(below(COUNT)),
    [`${end}_type`]: isRange ? "CIDR_BLOCK" : "NETWORK_SECURITY_GROUP",
    tcp_options: { destination_port_range: { min: port, max: port + below(20) } },
  };
}

const named = (count, name, make) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, make(index)]));

function terraform() {
  const subnet = "${oci_core_subnet.main.id}";
  const pods = { cni_type: "OCI_VCN_IP_NATIVE", pod_subnet_ids: [subnet], pod_nsg_ids: [POD_GROUP] };
  const podRule = (direction, end) => ({
    network_security_group_id: POD_GROUP,
    direction,
    protocol: "all",
    [end]: POD_GROUP,
    [`${end}_type`]: "NETWORK_SECURITY_GROUP",
  });
  return {
    resource: {
      oci_core_vcn: { main: { cidr_blocks: ["10.0.0.0/16"] } },
      oci_core_subnet: {
        main: {
          vcn_id: "${oci_core_vcn.main.id}",
          cidr_block: "10.0.0.0/18",
          security_list_ids: ["${oci_core_security_list.none.id}"],
        },
      },
      oci_core_security_list: { none: { vcn_id: "${oci_core_vcn.main.id}" } },
      oci_core_network_security_group: { pods: {}, ...named(COUNT, "group", () => ({})) },
      oci_core_network_security_group_security_rule: {
        in: podRule("INGRESS", "source"),
        out: podRule("EGRESS", "destination"),
        ...named(RULES, "rule", rule),
      },
      oci_containerengine_node_pool: {
        pool: {
          node_config_details: {
            placement_configs: [{ subnet_id: subnet }],
            node_pool_pod_network_option_details: pods,
          },
        },
      },
    },
  };
}

const labels = (index) => ({ app: `app${index % COUNT}` });
const namespace = (index) => `namespace${index % 20}`;

function workload(index) {
  const template = { metadata: { labels: labels(index) }, spec: { containers: [] } };
  const metadata = { name: `app${index}`, namespace: namespace(index) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } };
}

function policy(index) {
  const peer = below(COUNT);
  const selector = { matchLabels: labels(peer) };
  const inNamespace = { matchLabels: { "kubernetes.io/metadata.name": namespace(peer) } };
  const ports = [{ port: 1000 + below(50), endPort: 1050 }];
  const peers = [
    { podSelector: selector, namespaceSelector: inNamespace },
    { ipBlock: { cidr: "10.0.32.0/20" } },
  ];
  const spec = { podSelector: { matchLabels: labels(index) }, ingress: [{ from: peers, ports }] };
  const metadata = { name: `policy${index}`, namespace: namespace(index) };
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec };
}

function time(step, run) {
  let result;
  const milliseconds = cpuTime(() => (result = run()));
  console.log(`${step.padEnd(42)} ${milliseconds.toFixed(0).padStart(6)} ms`);
  return { result, milliseconds };
}

function allPairs(reach, endpoints) {
  const counts = {};
  for (const from of endpoints) {
    for (const to of endpoints) {
      const { verdict } = reach.ask(from, to, Port.tcp(1024));
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
  }
  return counts;
}

function main() {
  const items = [
    ...Array.from({ length: COUNT }, (_, index) => workload(index)),
    ...Array.from({ length: POLICIES }, (_, index) => policy(index)),
  ];
  const texts = {
    terraform: [JSON.stringify(terraform())],
    manifests: [JSON.stringify({ apiVersion: "v1", kind: "List", items })],
  };
  const range = Array.from({ length: COUNT }, (_, index) => index);
  const groups = range.map((index) =>
    Endpoint.vnic("oci_core_subnet.main", [`oci_core_network_security_group.group${index}`]),
  );
  const workloads = range.map((index) => Endpoint.workload(namespace(index), `app${index}`));

  const read = time(`read ${RULES} rules and ${POLICIES} policies`, () => Reachability.fromTexts(texts));
  const ofGroups = time(`${COUNT ** 2} pairs of groups`, () => allPairs(read.result, groups));
  const ofPods = time(`${COUNT ** 2} pairs of workloads`, () => allPairs(read.result, workloads));
  const total = read.milliseconds + ofGroups.milliseconds + ofPods.milliseconds;
  console.log(JSON.stringify({ groups: ofGroups.result, workloads: ofPods.result }));
  console.log(`${total.toFixed(0)} ms in total, limit ${LIMIT_MS} ms`);
  if (process.argv.includes("--check") && total > LIMIT_MS) process.exitCode = 1;
}

main();
