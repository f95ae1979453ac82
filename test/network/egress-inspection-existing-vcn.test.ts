import { BANK, FIREWALL, INSPECTION, OFFICE, tablesOf, DRG, services } from "./support";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { Port } from "../../lib/core/port";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const HTTPS = Port.tcp(443);
const reason = { reason: "The bank's API" };

describe("an egress inspection in an existing VCN", () => {
  const existing = (props: object, stack = newStack()) => {
    const network = new ExistingVcnNetwork(stack, "network", {
      vcnId: "ocid1.vcn.oc1..x",
      vcnCidrs: ["10.0.0.0/16"],
      compartmentId: COMPARTMENT,
      displayName: "n",
      plan: SubnetPlan.of({ vcnCidr: "10.0.16.0/20", nodes: 16, pods: 400 }),
      regionServices: services,
      ...props,
    });
    const pods = new NetworkSecurityGroup(stack, "pods", {
      compartmentId: COMPARTMENT,
      vcnId: network.vcnId,
    });
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    return network;
  };
  const natGatewayId = "ocid1.natgateway.oc1..x";
  const drg = { drgId: DRG, onPremisesCidrs: [OFFICE] };

  test("creates the NAT gateway and the routes back", () => {
    const stack = newStack();
    const network = existing({}, stack);
    network.inspectEgress(INSPECTION);
    expect(tablesOf(stack)).toEqual({
      "pods-out": [`${BANK} > privateip`],
      "firewall-out": [`${BANK} > nat_gateway`],
      "nat-in": [`${network.podSubnet.cidr} > privateip`],
    });
  });

  test("rejects gateways of other owners, and names the routes that they need", () => {
    const [ofNat, ...none] = validationProblemsOf(() => existing({ natGatewayId }).inspectEgress(INSPECTION));
    expect(none).toEqual([]);
    expect(ofNat?.fix).toMatch(
      /10\.0\.16\.0.* in the gateway's route table to the firewall's private address/,
    );
    const attached = existing({ drg });
    const [ofDrg, ...more] = validationProblemsOf(() =>
      attached.inspectEgress({ ...INSPECTION, onPremises: true }),
    );
    expect(more).toEqual([]);
    expect(ofDrg).toMatchObject({ code: "EGRESS_INVALID", property: "onPremises" });
    expect(() => attached.inspectEgress(INSPECTION)).not.toThrow();
  });

  test("accepts gateways whose owner routes them", () => {
    const stack = newStack();
    existing({ drg }, stack).inspectEgress({ firewallPrivateIpId: FIREWALL, onPremises: true });
    expect(tablesOf(stack)).toEqual({
      "api-out": [`${OFFICE} > privateip`],
      "lb-out": [`${OFFICE} > privateip`],
      "pods-out": [`${BANK} > privateip`],
    });
  });

  test("rejects a NAT gateway that a hub would leave unused", () => {
    const hub = { ...drg, internetThroughHub: true };
    const [problem, ...more] = validationProblemsOf(() => existing({ natGatewayId, drg: hub }));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", fix: "Leave one of the two out" });
    expect(() => existing({ drg: hub })).not.toThrow();
  });
});
