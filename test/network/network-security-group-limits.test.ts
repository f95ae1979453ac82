import { type TerraformStack, Testing } from "cdktf";
import { Port } from "../../lib/core/port";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, resourcesOf } from "../support/stack";

const RULE = "oci_core_network_security_group_security_rule";
const VCN = "ocid1.vcn.oc1.eu-frankfurt-1.test";

function group(stack: TerraformStack, id: string): NetworkSecurityGroup {
  return new NetworkSecurityGroup(stack, id, { compartmentId: COMPARTMENT, vcnId: VCN });
}

describe("the limits of a network security group", () => {
  const reason = { reason: "The test asks for it" };
  const open = (to: NetworkSecurityGroup, from: number, count: number) => {
    for (let port = from; port < from + count; port += 1) {
      to.allowFrom(NetworkPeer.cidr("10.0.0.0/16"), Port.tcp(port), reason);
    }
  };

  test("are 120 rules in both directions together, whichever construct adds them", () => {
    const stack = newStack();
    const [web, db] = [group(stack, "web"), group(stack, "db")];
    open(web, 1000, 100);
    // Counted at both groups.
    for (let port = 1; port <= 20; port += 1) web.allowTo(db, Port.tcp(port), reason);
    expect(() => Testing.synth(stack, true)).not.toThrow();
    // The same once more is no further rule.
    web.allowTo(db, Port.tcp(1), reason);
    expect(() => Testing.synth(stack, true)).not.toThrow();
    db.allowFrom(web, Port.tcp(21), reason);
    const [problem, ...further] = validationProblemsOf(() => Testing.synth(stack, true));
    expect([problem, further]).toMatchObject([
      { code: "COUNT_INVALID", path: "stack/web", what: "The group would have 121 rules" },
      [],
    ]);
  });

  test("hold for imported groups, and for rules that the program creates directly", () => {
    const stack = newStack();
    const id = "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.existing";
    const existing = NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      "existing",
      id,
    ) as NetworkSecurityGroup;
    open(existing, 1000, 120);
    expect(() => Testing.synth(stack, true)).not.toThrow();
    existing._countRule({
      direction: "INGRESS",
      end: NetworkPeer.cidr("10.0.0.0/24").toRuleEnd(),
      port: Port.tcp(22),
    });
    expect(problemCodesOf(() => Testing.synth(stack, true))).toEqual(["COUNT_INVALID"]);
  });
});

describe("an imported group with a known VCN", () => {
  const ID = "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.existing";
  const of = (attributes: any, stack = newStack()) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, "existing", attributes);

  test("allows groups of its VCN, and rejects groups of another VCN", () => {
    const reason = { reason: "The test asks for it" };
    const stack = newStack();
    const web = group(stack, "web");
    const vcnId = "ocid1.vcn.oc1.eu-frankfurt-1.other";
    const other = NetworkSecurityGroup.fromNetworkSecurityGroupAttributes(stack, "other", {
      networkSecurityGroupId: ID,
      vcnId,
    });
    expect(problemCodesOf(() => web.allowTo(other, Port.tcp(443), reason))).toEqual(["NSG_OTHER_VCN"]);
    const own = of({ networkSecurityGroupId: ID, vcnId: VCN }, stack);
    web.allowTo(own, Port.tcp(443), reason);
    expect(Object.keys(resourcesOf(stack, RULE))).toHaveLength(2);
  });

  test("is rejected with all problems at once", () => {
    expect(problemCodesOf(() => of(undefined))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => of({ networkSecurityGroupId: VCN, vcnId: ID }))).toEqual([
      "OCID_INVALID",
      "OCID_INVALID",
    ]);
  });
});
