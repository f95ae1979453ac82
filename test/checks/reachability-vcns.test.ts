import * as fc from "fast-check";
import { addRules, API, cluster, id, INTERNET, NODES, nsg, reach, rule } from "./support";
import { Endpoint, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const KUBE = Port.tcp(6443);
const { YES, NO, UNKNOWN } = Verdict;
const GIVEN = "ocid1.vcn.oc1.eu-frankfurt-1.given";
const GIVEN_SUBNET = "ocid1.subnet.oc1.eu-frankfurt-1.given";

/** Nodes in a subnet of their own, both subnets without routes; their groups let them reach the API endpoint. */
function apart(change: (resource: any) => void = () => undefined): any {
  return cluster((resource) => {
    const main = resource.oci_core_subnet.main;
    delete resource.oci_core_route_table.main.route_rules;
    resource.oci_core_subnet.nodes = { ...main, cidr_block: "10.0.2.0/24" };
    const details = resource.oci_containerengine_node_pool.main.node_config_details[0];
    details.placement_configs.subnet_id = id("oci_core_subnet.nodes");
    addRules(
      resource,
      rule("nodes", "out", id(nsg("api")), "6", 6443),
      rule("api", "in", id(nsg("nodes")), "6", 6443),
    );
    change(resource);
  });
}

const inVcns = (api: unknown, nodes: unknown) => (resource: any) => {
  resource.oci_core_subnet.main.vcn_id = api;
  resource.oci_core_subnet.nodes.vcn_id = nodes;
};
const nodesToApi = (change?: (resource: any) => void) => reach(apart(change)).ask(NODES, API, KUBE);

describe("subnets reach each other without a route", () => {
  test("in one VCN known by its OCID, whatever its other addresses", () => {
    const answer = nodesToApi((resource) => {
      inVcns(GIVEN, GIVEN)(resource);
      delete resource.oci_core_vcn;
    });
    expect(answer).toMatchObject({ verdict: YES, complete: true });
  });

  test("in one VCN of a data source", () => {
    const found = id("data.oci_core_vcn.given");
    const document = apart(inVcns(found, found));
    document.data = { oci_core_vcn: { given: { vcn_id: GIVEN } } };
    expect(reach(document).ask(NODES, API, KUBE).verdict).toBe(YES);
  });

  const vcn = fc.constantFrom("one", "two", "three").map((name) => `ocid1.vcn.oc1..${name}`);

  test("only if the OCIDs of their VCNs are equal", () => {
    fc.assert(
      fc.property(vcn, vcn, (api, nodes) => {
        expect(nodesToApi(inVcns(api, nodes)).verdict).toBe(api === nodes ? YES : NO);
      }),
    );
  });

  test("not if two VCNs have the same addresses, even with a route", () => {
    const answer = nodesToApi((resource) => {
      resource.oci_core_vcn.other = { cidr_blocks: ["10.0.0.0/16"] };
      inVcns(id("oci_core_vcn.main"), id("oci_core_vcn.other"))(resource);
      const drg = { destination: "10.0.0.0/8", network_entity_id: id("oci_core_drg.hub") };
      resource.oci_core_route_table.main.route_rules = [drg];
    });
    expect(answer.verdict).toBe(NO);
    expect(answer.toString()).toContain("its own VCN has these addresses");
  });

  test.each<[string, (resource: any) => void]>([
    ["an unknown VCN", inVcns("${var.vcn}", id("oci_core_vcn.main"))],
    ["two VCNs of which one is named by what may be the other one", inVcns(GIVEN, id("oci_core_vcn.main"))],
    ["a subnet that is named by its OCID", (r) => givenNodes(r)],
    [
      "an API endpoint in such a subnet",
      (r) => (r.oci_containerengine_cluster.main.endpoint_config.subnet_id = GIVEN_SUBNET),
    ],
  ])("possibly, with %s", (_, change) => {
    expect(nodesToApi(change).verdict).toBe(UNKNOWN);
  });

  test("not if a VCN known by its OCID has a subnet outside the other one", () => {
    const answer = nodesToApi((resource) => {
      inVcns(id("oci_core_vcn.main"), GIVEN)(resource);
      resource.oci_core_subnet.nodes.cidr_block = "10.9.2.0/24";
    });
    expect(answer.verdict).toBe(NO);
  });

  test("possibly, if a route replaces the local one, such as through a firewall", () => {
    const answer = nodesToApi((resource) => {
      const inspected = { destination: "10.0.1.0/24", network_entity_id: id("oci_core_private_ip.firewall") };
      resource.oci_core_private_ip = { firewall: {} };
      resource.oci_core_route_table.main.route_rules = [inspected];
    });
    expect(answer.verdict).toBe(UNKNOWN);
    expect(answer.toString()).toContain("replaces the local route");
  });
});

function givenNodes(resource: any): void {
  const details = resource.oci_containerengine_node_pool.main.node_config_details[0];
  details.placement_configs.subnet_id = GIVEN_SUBNET;
}

describe("a subnet known by its OCID", () => {
  const asked = [NODES, API, INTERNET, Endpoint.addresses(["10.0.200.0/24"])];
  const port = fc.constantFrom(Port.tcp(443), KUBE, Port.udp(53), Port.allTraffic());

  test("has unknown verdicts if the rules of the other end allow the packets", () => {
    const open = reach(
      apart((resource) => {
        givenNodes(resource);
        addRules(resource, ...["in", "out"].map((way) => rule("api", way as "in", "0.0.0.0/0", "all")));
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...asked), port, fc.boolean(), (other, asks, isSource) => {
        const [from, to] = isSource ? [NODES, other] : [other, NODES];
        expect(open.ask(from, to, asks).verdict).toBe(UNKNOWN);
      }),
    );
  });

  test("has the verdict no if the rules of the other end deny the packets", () => {
    expect(reach(apart(givenNodes)).ask(NODES, API, Port.tcp(22)).verdict).toBe(NO);
  });
});

describe("the addresses of a VCN known by its OCID", () => {
  const given = reach(
    apart((resource) => {
      inVcns(GIVEN, GIVEN)(resource);
      addRules(resource, rule("nodes", "out", "0.0.0.0/0", "6", 443));
    }),
  );
  const ask = (cidr: string) => given.ask(NODES, Endpoint.addresses([cidr]), Port.tcp(443));

  test("are those of its subnets, and possibly others", () => {
    expect(ask("10.0.1.0/24").verdict).toBe(YES);
    expect(ask("10.0.3.0/24").verdict).toBe(UNKNOWN);
    expect(ask("203.0.113.0/24").verdict).toBe(UNKNOWN);
  });

  test("are not public ones", () => {
    expect(given.ask(NODES, INTERNET, Port.tcp(443)).verdict).toBe(NO);
  });
});

describe("an interface known by OCIDs", () => {
  const GROUP = "ocid1.networksecuritygroup.oc1..database";
  const asked = (port: number, subnet = GIVEN_SUBNET, out = true) =>
    reach(
      apart((resource) => {
        if (out) addRules(resource, rule("nodes", "out", GROUP, "6", 1521));
      }),
    ).ask(NODES, Endpoint.vnic(subnet, [GROUP]), Port.tcp(port)).verdict;

  test("is possibly reachable if rules of the configuration allow egress to its group", () => {
    expect(asked(1521)).toBe(UNKNOWN);
    expect(asked(1521, "oci_core_subnet.main")).toBe(UNKNOWN);
  });

  test("is unreachable if none of them does", () => {
    expect(asked(1522)).toBe(NO);
    expect(asked(1521, GIVEN_SUBNET, false)).toBe(NO);
  });

  test("does not hide a wrong name", () => {
    expect(() => asked(1521, "oci_core_subnet.wrong")).toThrow("ENDPOINT_UNKNOWN");
  });
});
