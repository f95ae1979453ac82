import * as fc from "fast-check";
import { addRules, cluster, id, INTERNET, NODES, reach, rule } from "./support";
import { Endpoint, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const HTTPS = Port.tcp(443);
const { YES, NO, UNKNOWN } = Verdict;
const PEER = Endpoint.addresses(["10.9.0.0/24"]);
const HUB = "oci_core_drg.hub";
const LPG = "oci_core_local_peering_gateway";
const RPC = "oci_core_remote_peering_connection";

/** Nodes that may send to everybody, with a route to one entity. */
function routed(
  entity: string,
  change: (resource: any) => void = () => undefined,
  destination = "10.9.0.0/16",
) {
  return reach(
    cluster((resource) => {
      addRules(resource, rule("nodes", "out", "0.0.0.0/0", "6", 443));
      resource.oci_core_route_table.main.route_rules = [{ destination, network_entity_id: entity }];
      change(resource);
    }),
  );
}

describe("a local peering gateway", () => {
  const over = (gateways: object) =>
    routed(id(`${LPG}.here`), (resource) => (resource[LPG] = gateways)).ask(NODES, PEER, HTTPS).verdict;

  test("routes to the peer that it names", () => {
    expect(over({ here: { peer_id: "ocid1.localpeeringgateway.oc1..there" } })).toBe(YES);
    expect(over({ here: { peer_id: id(`${LPG}.there`) }, there: {} })).toBe(YES);
  });

  test("routes to the peer that names it", () => {
    expect(over({ here: {}, there: { peer_id: id(`${LPG}.here`) } })).toBe(YES);
  });

  test.each([
    ["nobody", { here: {} }],
    ["nobody, as null says", { here: { peer_id: null } }],
    ["whom a variable says", { here: { peer_id: "${var.peer}" } }],
    ["nobody, and the other side another one", { here: {}, there: { peer_id: id(`${LPG}.else`) }, else: {} }],
  ])("possibly routes there if it names %s", (_, gateways) => {
    expect(over(gateways)).toBe(UNKNOWN);
  });

  test("possibly routes there if only its OCID is known", () => {
    expect(routed("ocid1.localpeeringgateway.oc1..x").ask(NODES, PEER, HTTPS).verdict).toBe(UNKNOWN);
  });

  test("does not route to the internet", () => {
    const reached = routed(id(`${LPG}.here`), (resource) => (resource[LPG] = { here: { peer_id: "x" } }));
    expect(reached.ask(NODES, INTERNET, HTTPS).verdict).toBe(NO);
  });

  test("connects two VCNs of one program that both have a route", () => {
    const peered = (back: boolean) =>
      routed(id(`${LPG}.here`), (resource) => {
        resource.oci_core_vcn.other = { cidr_blocks: ["10.9.0.0/16"] };
        resource[LPG] = { here: {}, there: { peer_id: id(`${LPG}.here`) } };
        const home = { destination: "10.0.0.0/16", network_entity_id: id(`${LPG}.there`) };
        resource.oci_core_route_table.other = { route_rules: back ? [home] : [] };
        resource.oci_core_network_security_group.far = {};
        addRules(resource, rule("far", "in", "10.0.0.0/16", "6", 443));
        resource.oci_core_subnet.other = {
          vcn_id: id("oci_core_vcn.other"),
          cidr_block: "10.9.1.0/24",
          route_table_id: id("oci_core_route_table.other"),
          security_list_ids: [],
        };
      }).ask(NODES, Endpoint.vnic("oci_core_subnet.other", ["oci_core_network_security_group.far"]), HTTPS);
    expect(peered(true)).toMatchObject({ verdict: YES, complete: true });
    expect(peered(false).verdict).toBe(NO);
  });
});

describe("a DRG", () => {
  const ATTACHED = id("oci_core_drg_attachment.main", "drg_id");
  const attach = (drg: string) => (resource: any) =>
    (resource.oci_core_drg_attachment = { main: { drg_id: drg } });
  const drgs = fc.constantFrom(id(HUB), "ocid1.drg.oc1..hub");

  test("routes to the networks behind it, which are assumed to allow packets", () => {
    fc.assert(
      fc.property(drgs, fc.boolean(), (drg, byAttachment) => {
        const answer = routed(byAttachment ? ATTACHED : drg, attach(drg)).ask(NODES, PEER, HTTPS);
        expect(answer).toMatchObject({ verdict: YES, complete: true });
        expect(answer.assumptions).toContain(
          "the networks behind a DRG or a peering gateway allow the packets",
        );
      }),
    );
  });

  const peerings = fc.record({
    drg: drgs,
    of: fc.constantFrom("this", "another"),
    peer: fc.constantFrom(undefined, null, "${var.peer}", "ocid1.remotepeeringconnection.oc1..far"),
  });

  test("possibly routes there if a remote peering waits for the other side", () => {
    fc.assert(
      fc.property(peerings, ({ drg, of, peer }) => {
        const ask = routed(ATTACHED, (resource) => {
          attach(drg)(resource);
          const drgId = of === "this" ? ATTACHED : "ocid1.drg.oc1..another";
          resource[RPC] = { main: { drg_id: drgId, peer_id: peer } };
        }).ask(NODES, PEER, HTTPS);
        const waits = of === "this" && !peer?.startsWith("ocid1.");
        expect(ask.verdict).toBe(waits ? UNKNOWN : YES);
      }),
    );
  });

  test("possibly routes to the internet by a default route, as the hub decides", () => {
    const hub = routed(ATTACHED, attach(id(HUB)), "0.0.0.0/0");
    expect(hub.ask(NODES, INTERNET, HTTPS).verdict).toBe(UNKNOWN);
    expect(hub.ask(NODES, Endpoint.addresses(["203.0.113.5/32"]), HTTPS).verdict).toBe(UNKNOWN);
    expect(hub.ask(NODES, PEER, HTTPS).verdict).toBe(YES);
  });
});

test.each([
  "ocid1.privateip.oc1..firewall",
  id("oci_core_private_ip.firewall"),
  "${data.oci_core_private_ips.firewall.private_ips[0].id}",
])("a private address as next hop possibly forwards packets: %s", (entity) => {
  const ask = (destination: string, target: Endpoint) => {
    const more = { data: { oci_core_private_ips: { firewall: {} } } };
    const change = (resource: any) => {
      addRules(resource, rule("nodes", "out", "0.0.0.0/0", "6", 443));
      resource.oci_core_private_ip = { firewall: {} };
      resource.oci_core_route_table.main.route_rules = [{ destination, network_entity_id: entity }];
    };
    const reached = reach(cluster(change, more));
    return reached.ask(NODES, target, HTTPS);
  };
  const answers = [ask("10.9.0.0/16", PEER), ask("0.0.0.0/0", INTERNET)];
  for (const { verdict, reasons } of answers) {
    expect(verdict).toBe(UNKNOWN);
    const [route] = reasons.filter(({ layer }) => layer === "route");
    expect(route?.text).toContain("routes to a private address, whose firewall or instance decides");
  }
});

test("an attached route table replaces the default one of the VCN", () => {
  const attached = (subnet: string) =>
    routed(
      "ocid1.natgateway.oc1..x",
      (resource) => {
        const [name] = Object.keys(resource.oci_core_subnet);
        for (const each of Object.values<any>(resource.oci_core_subnet)) delete each.route_table_id;
        resource.oci_core_route_table_attachment = Object.fromEntries(
          Object.keys(resource.oci_core_subnet).map((entry) => [
            entry,
            {
              subnet_id: subnet === "its" ? id(`oci_core_subnet.${entry}`) : id(`oci_core_subnet.no-${name}`),
              route_table_id: id("oci_core_route_table.main"),
            },
          ]),
        );
      },
      "0.0.0.0/0",
    ).ask(NODES, INTERNET, HTTPS).verdict;
  expect(attached("its")).toBe(YES);
  // A subnet that is not in the configuration may be any, this one too.
  expect(attached("another")).toBe(UNKNOWN);
});
