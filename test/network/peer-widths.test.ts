import { Port } from "../../lib/core/port";
import { NetworkPeer } from "../../lib/network/security-groups/security-group";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const reason = "Branches order goods";
const newGroup = () =>
  new NetworkSecurityGroup(newStack(), "group", {
    compartmentId: COMPARTMENT,
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
  });

describe("the ranges that reach a port of a group", () => {
  test("are not as wide as the internet by many calls", () => {
    const group = newGroup();
    const allow = (first: number, port = Port.tcp(443)) =>
      group.allowFrom(NetworkPeer.cidr(`${first}.0.0.0/8`), port, { reason });
    for (const first of [1, 2, 3, 4, 4]) allow(first);
    const children = group.node.children.length;
    const [problem, ...more] = validationProblemsOf(() => {
      allow(5);
    });
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "CIDR_TOO_WIDE",
      what: "With earlier rules, ingress tcp-443 holds 5 blocks that together cover 83,886,080 addresses",
    });
    expect(group.node.children).toHaveLength(children);
    expect(() => {
      allow(5, Port.tcp(80));
    }).not.toThrow();
    expect(() => {
      group.allowTo(NetworkPeer.cidr("5.0.0.0/8"), Port.tcp(443), { reason });
      group.allowFrom(NetworkPeer.anywhere({ reason }), Port.tcp(443), { reason });
    }).not.toThrow();
  });
});
