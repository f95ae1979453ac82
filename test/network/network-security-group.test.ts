import { type App, type TerraformStack, TerraformVariable, Testing } from "cdktf";
import fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { NetworkPeer } from "../../lib/network/network-peer";
import { NetworkSecurityGroup } from "../../lib/network/network-security-group";
import { RegionServices } from "../../lib/network/region-services";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  refusedCodes,
  resourcesOf,
  synthesized,
} from "../support/stack";

const RULE = "oci_core_network_security_group_security_rule";
const VCN = "ocid1.vcn.oc1.eu-frankfurt-1.test";

function group(stack: TerraformStack, id: string): NetworkSecurityGroup {
  return new NetworkSecurityGroup(stack, id, { compartmentId: COMPARTMENT, vcnId: VCN });
}

function withoutMetadata(rule: any): any {
  return { ...rule, "//": undefined };
}

describe("a network security group", () => {
  test("has no rules until some are declared", () => {
    const stack = newStack();
    group(stack, "web");
    expect(Object.keys(synthesized(stack).resource)).toEqual(["oci_core_network_security_group"]);
    expect(resourcesOf(stack, "oci_core_network_security_group")).toMatchInlineSnapshot(`
     {
       "web_08B6E5F3": {
         "compartment_id": "ocid1.compartment.oc1..test",
         "display_name": "web",
         "freeform_tags": {
           "construct": "stack/web",
           "managed-by": "secure-oke",
         },
         "vcn_id": "ocid1.vcn.oc1.eu-frankfurt-1.test",
       },
     }
    `);
  });

  test("gets both ends of a rule between two groups", () => {
    const stack = newStack();
    const [web, db] = [group(stack, "web"), group(stack, "db")];
    web.allowTo(db, Port.tcp(1521), { reason: "Orders are kept in the database" });
    const rules = Object.values(resourcesOf(stack, RULE)).map(withoutMetadata);
    expect(rules).toHaveLength(2);
    expect(rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          direction: "EGRESS",
          network_security_group_id: expect.stringContaining(".web_"),
          destination: expect.stringContaining(".db_"),
          destination_type: "NETWORK_SECURITY_GROUP",
          protocol: "6",
          stateless: false,
          tcp_options: { destination_port_range: { min: 1521, max: 1521 } },
          description: "Orders are kept in the database",
        }),
        expect.objectContaining({ direction: "INGRESS", source_type: "NETWORK_SECURITY_GROUP" }),
      ]),
    );
  });

  test("writes the protocol of each kind of port", () => {
    const stack = newStack();
    const web = group(stack, "web");
    const peer = NetworkPeer.cidr("10.1.0.0/16");
    const services = RegionServices.of({ serviceId: "ocid1.service.oc1.fra.test", cidrLabel: "all-fra" });
    web.allowFrom(peer, Port.udpRange(5000, 5010), { reason: "a" });
    web.allowFrom(peer, Port.pathMtuDiscovery(), { reason: "b" });
    web.allowTo(services, Port.tcp(443), { reason: "c" });
    web.allowFrom(group(stack, "peer"), Port.allTraffic(), { reason: "d" });
    const rules = Object.values(resourcesOf(stack, RULE))
      .filter((rule) => rule.network_security_group_id.includes("web"))
      .sort((a, b) => (a.description < b.description ? -1 : 1));
    expect(rules).toMatchObject([
      {
        protocol: "17",
        udp_options: { destination_port_range: { min: 5000, max: 5010 } },
        source: "10.1.0.0/16",
      },
      { protocol: "1", icmp_options: { type: 3, code: 4 }, source_type: "CIDR_BLOCK" },
      { protocol: "6", destination: "all-fra", destination_type: "SERVICE_CIDR_BLOCK" },
      { protocol: "all" },
    ]);
    expect(rules[3]).not.toHaveProperty("tcp_options");
  });

  test("merges the same rule and keeps both reasons", () => {
    const stack = newStack();
    const [web, db] = [group(stack, "web"), group(stack, "db")];
    web.allowTo(db, Port.tcp(1521), { reason: "Reports" });
    db.allowFrom(web, Port.tcp(1521), { reason: "Orders" });
    web.allowTo(db, Port.tcp(1521), { reason: "Orders" });
    const rules = Object.values(resourcesOf(stack, RULE));
    expect(rules.map((rule) => rule.description)).toEqual(["Orders; Reports", "Orders; Reports"]);
  });

  test("keeps apart equal reasons of two groups and groups of one name", () => {
    const stack = newStack();
    const reason = "Health checks";
    const [one, two] = ["one", "two"].map((id) => group(stack, id));
    const inner = new NetworkSecurityGroup(one!, "two", { compartmentId: COMPARTMENT, vcnId: VCN });
    one!.allowFrom(two!, Port.tcp(80), { reason });
    one!.allowFrom(inner, Port.tcp(80), { reason });
    expect(Object.keys(resourcesOf(stack, RULE))).toHaveLength(4);
  });

  test("never renames a rule when others are added or reordered", () => {
    const port = fc.integer({ min: 1, max: 65535 }).map((n) => Port.tcp(n));
    const block = fc.integer({ min: 0, max: 255 }).map((n) => NetworkPeer.cidr(`10.${n}.0.0/16`));
    const declarations = fc.uniqueArray(fc.tuple(block, port), {
      selector: ([peer, p]) => peer.toRuleEnd().key + p.toString(),
      minLength: 1,
      maxLength: 6,
    });
    const idsOf = (list: any[]) => {
      const stack = newStack();
      const web = group(stack, "web");
      list.forEach(([peer, p]) => web.allowFrom(peer, p, { reason: "test" }));
      return Object.keys(resourcesOf(stack, RULE)).sort();
    };
    fc.assert(
      fc.property(declarations, (list) => {
        const all = idsOf(list);
        expect(idsOf([...list].reverse())).toEqual(all);
        for (const id of idsOf(list.slice(1))) expect(all).toContain(id);
      }),
      { numRuns: 25 },
    );
  });

  test("of another stack gets its rules in the stack that asks, so that stacks depend one way only", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const cluster = group(first, "cluster");
    const bastion = group(second, "bastion");
    bastion.allowTo(cluster, Port.tcp(6443), { reason: "Administrators" });
    (app as App).synth();
    expect(resourcesOf(first, RULE)).toEqual({});
    expect(Object.keys(resourcesOf(second, RULE))).toHaveLength(2);
    expect(second.dependsOn(first)).toBe(true);
  });

  test("that exists already can get rules", () => {
    const stack = newStack();
    const id = "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.existing";
    const existing = NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, "existing", id);
    group(stack, "web").allowTo(existing, Port.tcp(5432), { reason: "Database" });
    expect(Object.values(resourcesOf(stack, RULE)).map((rule) => rule.network_security_group_id)).toContain(
      id,
    );
  });

  test.each([
    ["a blank reason", " ", "REASON_MISSING"],
    ["a reason that does not fit", "x".repeat(256), "RULE_REASON_LENGTH"],
  ])("refuses %s", (_, reason, code) => {
    const web = group(newStack(), "web");
    expect(
      refusedCodes(() => web.allowFrom(NetworkPeer.cidr("10.0.0.0/8"), Port.tcp(1), { reason })),
    ).toEqual([code]);
  });

  test("refuses ranges as wide as the internet, and OCIDs of other kinds", () => {
    expect(refusedCodes(() => NetworkPeer.cidr("0.0.0.0/0"))).toEqual(["CIDR_TOO_WIDE"]);
    expect(refusedCodes(() => NetworkPeer.anywhere({ reason: "" }))).toEqual(["REASON_MISSING"]);
    const stack = newStack();
    expect(
      refusedCodes(() => new NetworkSecurityGroup(stack, "x", { compartmentId: VCN, vcnId: COMPARTMENT })),
    ).toEqual(["OCID_INVALID", "OCID_INVALID"]);
    expect(refusedCodes(() => NetworkSecurityGroup.fromNetworkSecurityGroupId(stack, "y", VCN))).toEqual([
      "OCID_INVALID",
    ]);
  });

  test("refuses to open everything to what is not a group", () => {
    const web = group(newStack(), "web");
    const open = () => web.allowFrom(NetworkPeer.cidr("10.0.0.0/8"), Port.allTraffic(), { reason: "test" });
    expect(refusedCodes(open)).toEqual(["RULE_TOO_WIDE"]);
  });

  test("opened to every address says so in the report", () => {
    const stack = newStack();
    const everyone = NetworkPeer.anywhere({ reason: "A public site" });
    group(stack, "web").allowFrom(everyone, Port.tcp(443), { reason: "Visitors" });
    expect(onlyResource(stack, RULE)).toMatchObject({ source: "0.0.0.0/0", description: "Visitors" });
    expect(Acknowledgements.of(stack)).toEqual([
      expect.objectContaining({
        practice: "exposure",
        what: "ingress tcp-443 for every address",
        reason: "A public site",
      }),
    ]);
  });

  test("named by a reference keeps its rules' ids when other references come before it", () => {
    const idsOf = (before: number) => {
      const stack = newStack();
      for (let i = 0; i < before; i++) void new TerraformVariable(stack, `before-${i}`, {}).stringValue;
      const office = new TerraformVariable(stack, "office", {});
      const home = new TerraformVariable(stack, "home", {});
      const web = group(stack, "web");
      for (const { stringValue } of [office, home])
        web.allowFrom(NetworkPeer.cidr(stringValue), Port.tcp(443), { reason: "test" });
      return Object.keys(resourcesOf(stack, RULE));
    };
    expect(idsOf(0)).toHaveLength(2);
    expect(idsOf(3)).toEqual(idsOf(0));
  });
});
