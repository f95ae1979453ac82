import { addRules, cluster, id, INTERNET, loadBalancer, NODES, nsg, reach, rule } from "./support";
import { Endpoint, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const { YES, NO, UNKNOWN } = Verdict;
const HTTPS = Port.tcp(443);
const ALL = "all-fra-services-in-oracle-services-network";
const SERVICES = Endpoint.oracleServices();
const OF_SERVICES = Endpoint.addresses(["134.70.24.1/32"]);
const toServices = { destination_type: "SERVICE_CIDR_BLOCK" };
const serviceRoute = {
  destination: ALL,
  ...toServices,
  network_entity_id: id("oci_core_service_gateway.osn"),
};
const defaultRoute = (gateway: string) => ({ destination: "0.0.0.0/0", network_entity_id: id(gateway) });

describe("a public address may belong to an Oracle service", () => {
  const nodes = (routes: object[], rules: object[]) =>
    reach(
      cluster((resource) => {
        resource.oci_core_route_table.main.route_rules = routes;
        addRules(resource, ...rules);
      }),
    );
  const services = rule("nodes", "out", ALL, "6", 443, toServices);

  test("if a rule and a route are for services", () => {
    const out = nodes([serviceRoute], [services]);
    expect(out.ask(NODES, OF_SERVICES, HTTPS).verdict).toBe(UNKNOWN);
    expect(out.ask(NODES, OF_SERVICES, Port.tcp(22)).verdict).toBe(NO);
    expect(out.ask(NODES, SERVICES, HTTPS).verdict).toBe(YES);
  });

  test("if only the rule or only the route is for services", () => {
    const anyone = rule("nodes", "out", "0.0.0.0/0", "6", 443);
    const nat = defaultRoute("oci_core_nat_gateway.nat");
    expect(nodes([nat], [services]).ask(NODES, OF_SERVICES, HTTPS).verdict).toBe(UNKNOWN);
    expect(nodes([serviceRoute], [anyone]).ask(NODES, OF_SERVICES, HTTPS).verdict).toBe(UNKNOWN);
    expect(nodes([serviceRoute, nat], [anyone]).ask(NODES, OF_SERVICES, HTTPS).verdict).toBe(YES);
  });

  test.each(["10.200.0.0/24", "192.0.2.0/24", "100.64.0.0/16", "2001:db8::/64"])("but not %s", (cidr) => {
    const out = nodes([serviceRoute], [services]);
    expect(out.ask(NODES, Endpoint.addresses([cidr]), HTTPS).verdict).toBe(NO);
  });
});

describe("services open no connections through a service gateway", () => {
  const asked = (routes: object[]) =>
    reach(
      cluster((resource) => {
        resource.oci_core_route_table.main.route_rules = routes;
        const from = { source_type: "SERVICE_CIDR_BLOCK" };
        addRules(
          resource,
          rule("nodes", "in", ALL, "6", 443, from),
          rule("nodes", "in", "0.0.0.0/0", "6", 443),
        );
      }),
    ).ask(SERVICES, NODES, HTTPS).verdict;

  test("whatever the rules allow", () => {
    expect(asked([serviceRoute])).toBe(NO);
    expect(asked([serviceRoute, defaultRoute("oci_core_nat_gateway.nat")])).toBe(NO);
  });

  test("but possibly over the internet", () => {
    const inet = defaultRoute("oci_core_internet_gateway.inet");
    expect(asked([inet])).toBe(YES);
    expect(asked([serviceRoute, inet])).not.toBe(NO);
  });
});

describe("a subnet that prohibits internet ingress has no public IPv4 addresses", () => {
  const asked = (change: (subnet: any) => void, family: "0.0.0.0/0" | "::/0") =>
    reach(
      cluster((resource) => {
        addRules(resource, rule("nodes", "out", family, "6", 443));
        resource.oci_core_route_table.main.route_rules[0].destination = family;
        if (family === "::/0") resource.oci_core_subnet.main.ipv6cidr_blocks = ["2001:db8::/64"];
        change(resource.oci_core_subnet.main);
      }),
    ).ask(NODES, INTERNET, HTTPS).verdict;
  const prohibit = (subnet: any) => (subnet.prohibit_internet_ingress = true);

  test("so packets do not leave through an internet gateway", () => {
    expect(asked(() => undefined, "0.0.0.0/0")).toBe(YES);
    expect(asked(prohibit, "0.0.0.0/0")).toBe(NO);
    expect(asked((subnet) => (subnet.prohibit_internet_ingress = "${var.x}"), "0.0.0.0/0")).toBe(UNKNOWN);
    expect(asked((subnet) => (subnet.prohibit_internet_ingress = false), "0.0.0.0/0")).toBe(YES);
  });

  test("and egress by IPv6 is unknown", () => {
    expect(asked(() => undefined, "::/0")).toBe(YES);
    expect(asked(prohibit, "::/0")).toBe(UNKNOWN);
  });
});

describe("a load balancer with two subnets may be in either", () => {
  const BALANCER = Endpoint.loadBalancer("shop", "web");
  const LB = "service.beta.kubernetes.io/oci-load-balancer-";
  const [entry, two] = [id("oci_core_subnet.main"), id("oci_core_subnet.second")];
  const asked = (notes: object, configured: string[], sources = ["10.0.1.0/24"]) =>
    reach(
      cluster((resource) => {
        resource.oci_core_subnet.second = { ...resource.oci_core_subnet.main, cidr_block: "10.0.2.0/24" };
        resource.oci_containerengine_cluster.main.options[0].service_lb_subnet_ids = configured;
        resource.oci_core_security_list.empty.egress_security_rules = [
          { destination: "0.0.0.0/0", protocol: "6" },
        ];
        for (const source of sources) addRules(resource, rule("nodes", "in", source, "6", 8443));
      }),
      [loadBalancer({ [`${LB}security-list-management-mode`]: "None", ...notes })],
    ).ask(BALANCER, NODES, Port.tcp(8443)).verdict;

  test.each<[string, object, string[]]>([
    ["by its annotations", { [`${LB}subnet1`]: entry, [`${LB}subnet2`]: two }, [entry]],
    ["by the cluster's list", {}, [entry, two]],
    ["by the second annotation and the cluster's list", { [`${LB}subnet2`]: two }, [entry]],
  ])("%s", (_, notes, configured) => {
    expect(asked(notes, configured, ["10.0.1.0/24"])).toBe(UNKNOWN);
    expect(asked(notes, configured, ["10.0.2.0/24"])).toBe(UNKNOWN);
    expect(asked(notes, configured, ["10.0.1.0/24", "10.0.2.0/24"])).toBe(YES);
    expect(asked(notes, configured, ["10.0.3.0/24"])).toBe(NO);
  });

  test("with one subnet it is in that one", () => {
    expect(asked({ [`${LB}subnet1`]: entry }, [two])).toBe(YES);
    expect(asked({}, [entry])).toBe(YES);
    expect(asked({}, [two])).toBe(NO);
  });

  test("the controller rules in their lists possibly apply", () => {
    const open = (configured: string[]) =>
      reach(
        cluster((resource) => {
          resource.oci_core_subnet.second = { ...resource.oci_core_subnet.main, cidr_block: "10.0.2.0/24" };
          resource.oci_containerengine_cluster.main.options[0].service_lb_subnet_ids = configured;
        }),
        [loadBalancer({})],
      ).ask(INTERNET, NODES, HTTPS).verdict;
    expect([open([entry]), open([two]), open([two, entry]), open(["${var.subnet}"])]).toEqual([
      YES,
      NO,
      UNKNOWN,
      UNKNOWN,
    ]);
  });
});

describe("an output of another state is resolved", () => {
  const local = { backend: { local: { path: "network.tfstate" } } };
  const asked = (state: object, terraform: object = local) => {
    const network = cluster((resource) => {
      addRules(resource, rule("nodes", "in", "10.0.1.0/24", "6", 22));
      delete resource.oci_containerengine_node_pool;
    });
    const pools = cluster().resource.oci_containerengine_node_pool;
    const output = (name: string) => `\${data.terraform_remote_state.network.outputs.${name}}`;
    const [config] = pools.main.node_config_details;
    config.nsg_ids = [output("nodes")];
    config.placement_configs.subnet_id = output("subnet");
    const outputs = { nodes: { value: id(nsg("nodes")) }, subnet: { value: id("oci_core_subnet.main") } };
    return reach([
      { ...network, terraform, output: outputs },
      {
        resource: { oci_containerengine_node_pool: pools },
        data: { terraform_remote_state: { network: state } },
      },
    ]).ask(Endpoint.addresses(["10.0.1.7/32"]), NODES, Port.tcp(23)).verdict;
  };

  test("if that state is in the configuration", () => {
    expect(asked({ backend: "local", config: { path: "network.tfstate" } })).toBe(NO);
  });

  test.each<[string, object, object?]>([
    ["another place", { backend: "local", config: { path: "other.tfstate" } }],
    ["another kind of place", { backend: "s3", config: { path: "network.tfstate" } }],
    ["another workspace", { backend: "local", workspace: "prod", config: { path: "network.tfstate" } }],
    ["nowhere that is written", { backend: "local", config: {} }],
    [
      "somewhere, and the configuration nowhere",
      { backend: "local", config: { path: "network.tfstate" } },
      {},
    ],
  ])("not if the state is in %s", (_, state, terraform = local) => {
    expect(asked(state, terraform)).toBe(UNKNOWN);
  });
});
