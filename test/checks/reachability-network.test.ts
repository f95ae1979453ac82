import { addRules, API, cluster, id, INTERNET, NODES, nsg, reach, rule } from "./support";
import { Endpoint, Verdict, type ReachabilityAnswer } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const HTTPS = Port.tcp(443);
const KUBE = Port.tcp(6443);
const OPEN_API = rule("api", "in", "0.0.0.0/0", "6", 6443);
const { YES, NO, UNKNOWN } = Verdict;
const ofApi = (change: (resource: any) => void) =>
  reach(cluster((resource) => (addRules(resource, { ...OPEN_API }), change(resource)))).ask(
    INTERNET,
    API,
    KUBE,
  );
const layers = ({ reasons }: ReachabilityAnswer) => reasons.map(({ layer }) => layer);

describe("the internet reaches an interface", () => {
  test("with a public address, a route and a rule, which the answer names", () => {
    const answer = ofApi(() => undefined);
    expect(answer.verdict).toBe(YES);
    expect(answer.reasons.flatMap(({ rules }) => rules)).toEqual([
      "oci_core_network_security_group_security_rule.rule0",
      "oci_core_route_table.main route_rules[0]",
    ]);
  });

  test.each<[string, (resource: any) => void, string]>([
    ["without the rule", (r) => (r.oci_core_network_security_group_security_rule = {}), "security rules"],
    ["without a route", (r) => delete r.oci_core_route_table.main.route_rules, "route"],
    ["with the VCN's own empty route table", (r) => delete r.oci_core_subnet.main.route_table_id, "route"],
    ["with its gateway disabled", (r) => (r.oci_core_internet_gateway.inet.enabled = false), "route"],
    [
      "where the subnet prohibits ingress",
      (r) => (r.oci_core_subnet.main.prohibit_internet_ingress = true),
      "route",
    ],
    [
      "where the subnet prohibits addresses",
      (r) => (r.oci_core_subnet.main.prohibit_public_ip_on_vnic = true),
      "route",
    ],
    [
      "without a public address",
      (r) => (r.oci_containerengine_cluster.main.endpoint_config.is_public_ip_enabled = false),
      "route",
    ],
    [
      "through a NAT gateway",
      (r) => (r.oci_core_route_table.main.route_rules[0].network_entity_id = id("oci_core_nat_gateway.nat")),
      "route",
    ],
  ])("not %s, and the answer names the denying layer", (_, change, layer) => {
    const answer = ofApi(change);
    expect(answer.verdict).toBe(NO);
    expect(layers(answer)).toEqual([layer]);
  });

  test.each<[string, (resource: any) => void]>([
    ["the route table", (r) => (r.oci_core_subnet.main.route_table_id = "${var.table}")],
    [
      "whether the endpoint has a block",
      (r) =>
        (r.oci_containerengine_cluster.main = {
          dynamic: { endpoint_config: { for_each: "${var.x}", content: { nsg_ids: "${each.value}" } } },
        }),
    ],
    [
      "whether the route is made",
      (r) => {
        const [content] = r.oci_core_route_table.main.route_rules;
        r.oci_core_route_table.main = { dynamic: { route_rules: { for_each: "${var.x}", content } } };
      },
    ],
    [
      "the gateway of the route",
      (r) => (r.oci_core_route_table.main.route_rules[0].network_entity_id = "${var.gw}"),
    ],
    [
      "whether it has an address",
      (r) => (r.oci_containerengine_cluster.main.endpoint_config.is_public_ip_enabled = "${var.x}"),
    ],
    [
      "the subnet",
      (r) => (r.oci_containerengine_cluster.main.endpoint_config.subnet_id = "ocid1.subnet.oc1..given"),
    ],
    [
      "whether the rule is made",
      (r) => (r.oci_core_network_security_group_security_rule.rule0.count = "${var.n}"),
    ],
    [
      "how the routes are made",
      (r) => (r.oci_core_route_table.main = { dynamic: { route_rules: { for_each: "${var.x}" } } }),
    ],
  ])("possibly, if %s is unknown", (_, change) => {
    expect(ofApi(change).verdict).toBe(UNKNOWN);
  });

  test("over IPv6 without a public IPv4 address", () => {
    const answer = ofApi((resource) => {
      resource.oci_containerengine_cluster.main.endpoint_config.is_public_ip_enabled = false;
      resource.oci_core_subnet.main.ipv6cidr_blocks = ["2001:db8::/64"];
      resource.oci_core_route_table.main.route_rules[0].destination = "::/0";
      resource.oci_core_network_security_group_security_rule.rule0.source = "::/0";
    });
    expect(answer.verdict).toBe(YES);
  });
});

describe("the default security list", () => {
  const withDefaultList = (change: (resource: any) => void = () => undefined) =>
    reach(
      cluster((resource) => {
        delete resource.oci_core_subnet.main.security_list_ids;
        change(resource);
      }),
    );

  test("opens SSH to everyone unless it was emptied", () => {
    expect(withDefaultList().ask(INTERNET, NODES, Port.tcp(22)).verdict).toBe(YES);
    expect(withDefaultList().ask(INTERNET, NODES, Port.icmp(3, 4)).verdict).toBe(YES);
    expect(withDefaultList().ask(INTERNET, NODES, Port.tcp(10250)).verdict).toBe(NO);
    expect(withDefaultList().ask(NODES, INTERNET, HTTPS).verdict).toBe(YES);
  });

  test("opens nothing if it was emptied", () => {
    const emptied = withDefaultList((resource) => {
      const of = id("oci_core_vcn.main", "default_security_list_id");
      resource.oci_core_default_security_list = { emptied: { manage_default_resource_id: of } };
    });
    expect(emptied.ask(INTERNET, NODES, Port.tcp(22)).verdict).toBe(NO);
    expect(emptied.ask(NODES, INTERNET, HTTPS).verdict).toBe(NO);
  });
});

describe("egress routes", () => {
  const out = (rules: object[]) =>
    reach(
      cluster((resource) => {
        addRules(resource, rule("nodes", "out", "0.0.0.0/0", "6"));
        resource.oci_core_route_table.main.route_rules = rules;
      }),
    );
  const to = (destination: string, gateway: string, more = {}) => ({
    destination,
    network_entity_id: id(gateway),
    ...more,
  });
  const NAT = to("0.0.0.0/0", "oci_core_nat_gateway.nat");

  test("a NAT gateway routes to the internet, not to private networks", () => {
    expect(out([NAT]).ask(NODES, INTERNET, HTTPS).verdict).toBe(YES);
    expect(out([NAT]).ask(NODES, Endpoint.addresses(["172.16.0.0/24"]), HTTPS).verdict).toBe(NO);
  });

  test("the narrowest route applies", () => {
    const drg = to("203.0.113.0/24", "oci_core_drg.hub");
    const blocked = to("203.0.113.0/25", "oci_core_service_gateway.osn");
    const ask = (rules: object[], cidr: string) => out(rules).ask(NODES, Endpoint.addresses([cidr]), HTTPS);
    expect(ask([NAT, drg, blocked], "203.0.113.0/26").verdict).toBe(NO);
    expect(ask([NAT, drg, blocked], "203.0.113.128/25")).toMatchObject({ verdict: YES, complete: true });
    expect(ask([NAT, drg, blocked], "203.0.113.0/24")).toMatchObject({ verdict: YES, complete: false });
  });

  test("networks behind a DRG are assumed to allow packets, and the answer states so", () => {
    const answer = out([to("172.16.0.0/12", "oci_core_drg.hub")]).ask(
      NODES,
      Endpoint.addresses(["172.16.0.0/24"]),
      HTTPS,
    );
    expect(answer.verdict).toBe(YES);
    expect(answer.assumptions).toContain("the networks behind a DRG or a peering gateway allow the packets");
  });

  test("another host of the VCN needs no route, and two halves of a range cover all of it", () => {
    const halves = ["10.0.200.0/25", "10.0.200.128/25"].map((half) => rule("nodes", "out", half, "6", 443));
    const inside = reach(cluster((resource) => addRules(resource, ...halves)));
    const whole = inside.ask(NODES, Endpoint.addresses(["10.0.200.0/24"]), HTTPS);
    expect(whole).toMatchObject({ verdict: YES, complete: true });
    expect(inside.ask(NODES, Endpoint.addresses(["10.0.200.0/23"]), HTTPS)).toMatchObject({
      verdict: YES,
      complete: false,
    });
    expect(inside.ask(NODES, Endpoint.addresses(["10.0.202.0/24"]), HTTPS).verdict).toBe(NO);
  });
});

describe("Oracle services", () => {
  const services = (ruleLabel: string, routeLabel = ruleLabel) =>
    reach(
      cluster(
        (resource) => {
          const type = { destination_type: "SERVICE_CIDR_BLOCK" };
          addRules(resource, rule("nodes", "out", ruleLabel, "6", 443, type));
          resource.oci_core_route_table.main.route_rules = [
            { destination: routeLabel, ...type, network_entity_id: id("oci_core_service_gateway.osn") },
          ];
        },
        {
          data: {
            oci_core_services: {
              all: { filter: [{ name: "name", values: ["All .* Services In Oracle Services Network"] }] },
            },
          },
        },
      ),
    ).ask(NODES, Endpoint.oracleServices(), HTTPS);

  test("match their service label, given as literal or data source", () => {
    expect(services("all-fra-services-in-oracle-services-network").verdict).toBe(YES);
    expect(services("${data.oci_core_services.all.services[0].cidr_block}").verdict).toBe(YES);
  });

  test("match partly if only Object Storage is allowed", () => {
    const answer = services("oci-fra-objectstorage");
    expect([answer.verdict, answer.complete]).toEqual([YES, false]);
  });

  test("possibly match an unknown label", () => {
    expect(services("${var.label}").verdict).toBe(UNKNOWN);
  });
});

describe("groups", () => {
  const toNodes = (change: (resource: any) => void, more: object = {}) =>
    reach(
      cluster((resource) => {
        addRules(
          resource,
          rule("api", "out", id(nsg("nodes")), "6", 10250),
          rule("nodes", "in", id(nsg("api")), "6", 10250),
        );
        change(resource);
      }, more),
    ).ask(API, NODES, Port.tcp(10250)).verdict;
  const rules = (resource: any) => resource.oci_core_network_security_group_security_rule;

  test("need a rule at both ends", () => {
    expect(toNodes(() => undefined)).toBe(YES);
    expect(toNodes((resource) => delete rules(resource).rule0)).toBe(NO);
    expect(toNodes((resource) => delete rules(resource).rule1)).toBe(NO);
  });

  test.each<[string, (resource: any) => void, object]>([
    [
      "the groups of the nodes",
      (r) => (r.oci_containerengine_node_pool.main.node_config_details[0].nsg_ids = "${var.ids}"),
      {},
    ],
    [
      "a group that is not of the configuration",
      (r) =>
        r.oci_containerengine_node_pool.main.node_config_details[0].nsg_ids.push(
          "ocid1.networksecuritygroup.oc1..x",
        ),
      {},
    ],
    ["the security lists", (r) => (r.oci_core_subnet.main.security_list_ids = ["${var.list}"]), {}],
    [
      "a rule's group",
      (r) =>
        addRules(r, { ...rule("x", "in", "0.0.0.0/0", "all"), network_security_group_id: "${var.group}" }),
      {},
    ],
    ["the content of a module", () => undefined, { module: { rules: { source: "./rules" } } }],
  ])("possibly allow other packets if %s is unknown", (_, change, more) => {
    expect(
      toNodes((resource) => {
        delete rules(resource).rule1;
        // The rule for the way out stays, for a group that is certain.
        change(resource);
      }, more),
    ).toBe(UNKNOWN);
  });

  test("are distinguished by the index of their reference", () => {
    const indexed = (index: string) => (resource: any) => {
      rules(resource).rule1.network_security_group_id = "${oci_core_network_security_group.nodes[0].id}";
      const pool = resource.oci_containerengine_node_pool.main.node_config_details[0];
      pool.nsg_ids = [`\${oci_core_network_security_group.nodes[${index}].id}`];
      rules(resource).rule0.destination = pool.nsg_ids[0];
    };
    expect(toNodes(indexed("0"))).toBe(YES);
    expect(toNodes(indexed("1"))).toBe(NO);
  });

  test("are resolved through locals, JSON lists and other stacks", () => {
    const document = cluster((resource) => {
      addRules(
        resource,
        rule("api", "out", id(nsg("nodes")), "6", 10250),
        rule("nodes", "in", id(nsg("api")), "6", 10250),
      );
      rules(resource).rule0.destination = "${local.nodes}";
    });
    document.locals = { nodes: id(nsg("nodes")) };
    document.output = { "cross-stack-output-nodes": { value: id(nsg("nodes")) } };
    const pools = document.resource.oci_containerengine_node_pool;
    delete document.resource.oci_containerengine_node_pool;
    pools.main.node_config_details[0].nsg_ids = [
      "${data.terraform_remote_state.cross-stack-reference-input-network.outputs.cross-stack-output-nodes}",
    ];
    pools.main.node_config_details[0].placement_configs.subnet_id =
      "${data.terraform_remote_state.x.outputs.subnet}";
    document.output.subnet = [{ value: id("oci_core_subnet.main") }];
    document["//"] = { metadata: { stackName: "network" } };
    document.terraform = { backend: { local: { path: "network.tfstate" } } };
    const data = { terraform_remote_state: { x: { backend: "local", config: { path: "network.tfstate" } } } };
    const listed = { data, resource: [{ oci_containerengine_node_pool: [pools] }] };
    expect(reach([document, listed]).ask(API, NODES, Port.tcp(10250)).verdict).toBe(YES);
  });
});

test("wide rules are listed with the reason", () => {
  const wide = reach(
    cluster((resource) => {
      addRules(
        resource,
        rule("nodes", "in", "0.0.0.0/1", "6", 22),
        rule("nodes", "in", id(nsg("nodes")), "all"),
        rule("nodes", "out", id(nsg("api")), "6"),
        rule("nodes", "out", id(nsg("api")), "6", 6443),
      );
      resource.oci_core_security_list.empty.ingress_security_rules = { protocol: "all", source: "::/0" };
    }),
  ).wideRules();
  const of = "oci_core_network_security_group_security_rule";
  expect(wide).toEqual([
    `${of}.rule0: a range as wide as the internet`,
    `${of}.rule1: every protocol`,
    `${of}.rule2: 65535 ports`,
    "oci_core_security_list.empty ingress_security_rules[0]: a range as wide as the internet",
    "oci_core_security_list.empty ingress_security_rules[0]: every protocol",
  ]);
});

test("a second rule that may be stateless makes the return path unknown", () => {
  const asked = (stateless: unknown) =>
    ofApi((resource) => addRules(resource, { ...OPEN_API, stateless })).verdict;
  expect(asked(false)).toBe(YES);
  expect(asked(true)).toBe(NO);
  expect(asked("${var.stateless}")).toBe(UNKNOWN);
});
