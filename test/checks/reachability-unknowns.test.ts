import {
  addRules,
  cluster,
  deployment,
  id,
  INTERNET,
  loadBalancer,
  nsg,
  policy,
  reach,
  rule,
} from "./support";
import { Endpoint, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const { YES, NO, UNKNOWN } = Verdict;
const NODES = Endpoint.nodes();
const API = Endpoint.apiEndpoint();
const HTTPS = Port.tcp(443);
const GROUP = "ocid1.networksecuritygroup.oc1.fra.example";
const MODE = "oci.oraclecloud.com/security-rule-management-mode";
const BALANCER = Endpoint.loadBalancer("shop", "web");
const out = rule("nodes", "out", "0.0.0.0/0", "all");

describe("a group known only by its OCID may be one that another stack creates", () => {
  const ours = cluster((resource) => addRules(resource, out));

  test("as source or destination of a rule", () => {
    const vcn = { vcn_id: "ocid1.vcn.oc1..example" };
    const db = {
      oci_core_security_list: { empty: {} },
      oci_core_network_security_group: { db: vcn },
      oci_core_network_security_group_security_rule: { fromNodes: rule("db", "in", GROUP, "6", 1521) },
      oci_core_subnet: {
        db: { ...vcn, cidr_block: "10.0.9.0/24", security_list_ids: [id("oci_core_security_list.empty")] },
      },
    };
    const target = Endpoint.vnic("oci_core_subnet.db", [nsg("db")]);
    const both = reach([ours, { resource: db }]);
    expect(both.ask(NODES, target, Port.tcp(1521)).verdict).toBe(UNKNOWN);
    expect(both.ask(NODES, target, Port.tcp(22)).verdict).toBe(NO);
  });

  test("as the group of a rule", () => {
    const ssh = { ...rule("nodes", "in", "0.0.0.0/0", "6", 22), network_security_group_id: GROUP };
    const resource = { oci_core_network_security_group_security_rule: { ssh } };
    const both = reach([ours, { resource }]);
    expect(both.ask(INTERNET, NODES, Port.tcp(22)).verdict).toBe(UNKNOWN);
    expect(both.ask(INTERNET, NODES, Port.tcp(23)).verdict).toBe(NO);
  });

  test("as the nodes' group of a Service", () => {
    const backend = { "oci.oraclecloud.com/oci-backend-network-security-group": GROUP, [MODE]: "NSG" };
    const answers = reach(ours, [loadBalancer(backend)]);
    expect(answers.ask(BALANCER, NODES, Port.tcp(30443)).verdict).toBe(UNKNOWN);
    expect(answers.ask(BALANCER, NODES, Port.tcp(10250)).verdict).toBe(NO);
  });
});

test("with several clusters, the cluster of a Service is unknown", () => {
  const two = cluster(({ oci_containerengine_cluster: clusters }) => {
    clusters.other = structuredClone(clusters.main);
    clusters.main.options[0].service_lb_config = [{ backend_nsg_ids: [id(nsg("api"))] }];
    clusters.other.options[0].service_lb_config = [{ backend_nsg_ids: [id(nsg("nodes"))] }];
  });
  expect(reach(two, [loadBalancer({ [MODE]: "NSG" })]).ask(BALANCER, NODES, Port.tcp(30443)).verdict).toBe(
    UNKNOWN,
  );
});

describe("a Service is interpreted like the controller does", () => {
  const noted = "service.beta.kubernetes.io/load-balancer-source-ranges";
  const from = (cidr: string, notes: object, spec: object) =>
    reach(cluster(), [loadBalancer({ [MODE]: "NSG", ...notes }, spec)]).ask(
      Endpoint.addresses([cidr]),
      BALANCER,
      HTTPS,
    ).verdict;

  test("an empty list of ranges means everyone, unless an annotation has ranges", () => {
    const none = { loadBalancerSourceRanges: [] };
    expect(from("198.51.100.0/24", {}, none)).toBe(YES);
    expect(from("198.51.100.0/24", { [noted]: "192.0.2.0/24" }, none)).toBe(NO);
    expect(from("192.0.2.0/24", { [noted]: "192.0.2.0/24, 203.0.113.0/24" }, {})).toBe(YES);
  });

  test("the mode is case-insensitive", () => {
    const configured = cluster(({ oci_containerengine_cluster: { main } }) => {
      main.options[0].service_lb_config = [{ backend_nsg_ids: [id(nsg("nodes"))] }];
    });
    expect(
      reach(configured, [loadBalancer({ [MODE]: "nsg" })]).ask(BALANCER, NODES, Port.tcp(30443)).verdict,
    ).toBe(YES);
  });
});

describe("the defaults of a subnet", () => {
  const ssh = (change: (resource: any) => void, port = 22) =>
    reach(cluster(change)).ask(INTERNET, NODES, Port.tcp(port)).verdict;
  const opened = { ingress_security_rules: [{ source: "0.0.0.0/0", protocol: "6" }] };

  test("null, and possibly an empty list, mean the default security list", () => {
    expect(ssh((r) => (r.oci_core_subnet.main.security_list_ids = null))).toBe(YES);
    expect(ssh((r) => (r.oci_core_subnet.main.security_list_ids = []))).toBe(UNKNOWN);
    expect(ssh((r) => (r.oci_core_subnet.main.security_list_ids = []), 23)).toBe(NO);
  });

  test("a resource that manages an unknown default list may manage this one", () => {
    const change = (r: any) => {
      r.oci_core_subnet.main.security_list_ids = null;
      r.oci_core_default_security_list = { any: { manage_default_resource_id: "${var.list}", ...opened } };
    };
    expect(ssh(change, 443)).toBe(UNKNOWN);
  });

  const toInternet = (change: (resource: any) => void) =>
    reach(
      cluster((resource) => {
        addRules(resource, out);
        delete resource.oci_core_subnet.main.route_table_id;
        change(resource);
      }),
    ).ask(NODES, INTERNET, HTTPS).verdict;

  test("a default table managed by an unknown reference may be this one", () => {
    expect(toInternet(() => undefined)).toBe(NO);
    expect(
      toInternet(
        (r) => (r.oci_core_default_route_table = { any: { manage_default_resource_id: "${var.id}" } }),
      ),
    ).toBe(UNKNOWN);
  });

  test("a route table can be attached by a separate resource", () => {
    const attached = {
      subnet_id: id("oci_core_subnet.main"),
      route_table_id: id("oci_core_route_table.main"),
    };
    expect(toInternet((r) => (r.oci_core_route_table_attachment = { main: attached }))).toBe(YES);
    const unknown = { ...attached, subnet_id: "${var.subnet}" };
    expect(toInternet((r) => (r.oci_core_route_table_attachment = { main: unknown }))).toBe(UNKNOWN);
  });
});

test("a NAT gateway routes IPv4 only", () => {
  const open = cluster((r) => {
    r.oci_core_subnet.main.ipv6cidr_blocks = ["2001:db8::/64"];
    r.oci_core_route_table.main.route_rules = [
      { destination: "::/0", network_entity_id: id("oci_core_nat_gateway.nat") },
    ];
    addRules(r, rule("nodes", "out", "::/0", "6", 443));
  });
  expect(reach(open).ask(NODES, INTERNET, HTTPS).verdict).toBe(NO);
});

test("link-local addresses are not filtered by security rules", () => {
  const metadata = Endpoint.addresses(["169.254.169.254/32"]);
  expect(reach(cluster()).ask(NODES, metadata, Port.tcp(80)).verdict).toBe(YES);
  expect(() => reach(cluster()).ask(metadata, NODES, Port.tcp(80))).toThrow("ENDPOINTS_OUTSIDE");
});

test("directions are case-insensitive, and older index syntax is read", () => {
  const nodes = "${oci_core_network_security_group.nodes.0.id}";
  const older = cluster((resource) => {
    resource.oci_containerengine_node_pool.main.node_config_details[0].nsg_ids = [nodes.replace(".0", "[0]")];
    addRules(
      resource,
      { ...rule("api", "in", nodes, "6", 6443), direction: "ingress" },
      { ...out, network_security_group_id: nodes },
    );
  });
  expect(reach(older).ask(NODES, API, Port.tcp(6443)).verdict).toBe(YES);
});

test("labels that a controller sets on pods may match a policy", () => {
  const job = { ...deployment("migrate", { app: "migrate" }), apiVersion: "batch/v1", kind: "Job" };
  const from = (label: string) => [{ podSelector: { matchLabels: { [label]: "migrate" } } }];
  const ask = (label: string) =>
    reach(
      [],
      [deployment("web", { app: "web" }), job, policy({ podSelector: {}, ingress: [{ from: from(label) }] })],
    ).ask(Endpoint.workload("shop", "migrate"), Endpoint.workload("shop", "web"), HTTPS).verdict;
  expect(ask("job-name")).toBe(UNKNOWN);
  expect(ask("batch.kubernetes.io/job-name")).toBe(UNKNOWN);
  expect(ask("pod-template-hash")).toBe(NO);
  expect(ask("app")).toBe(YES);
});
