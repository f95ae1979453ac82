import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type TerraformStack } from "cdktf";
import { Port } from "../../lib/core/port";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { type EgressInspectionProps } from "../../lib/network/egress/egress-inspection";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf, resourcesOf } from "../support/stack";
import { DRG, services } from "./support";

const HTTPS = Port.tcp(443);
const reason = { reason: "The bank's API" };
const BANK = "203.0.113.0/24";
const OFFICE = "10.200.0.0/16";
const FIREWALL = "ocid1.privateip.oc1.eu-frankfurt-1.firewall";
const SUBNET = { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.firewall", cidr: "10.0.9.0/28" };
const INSPECTION: EgressInspectionProps = { firewallPrivateIpId: FIREWALL, firewallSubnet: SUBNET };

/** The rules of a table, but for the one to Oracle's services: `destination > gateway`. */
function tableOf(stack: TerraformStack, name: string): string[] | undefined {
  const tables = Object.values(resourcesOf(stack, "oci_core_route_table"));
  const rules: any[] | undefined = tables.find(({ display_name }) => display_name === name)?.route_rules;
  const kind = (id: string) => /oci_core_(\w+?)\./.exec(id)?.[1] ?? /^ocid1\.(\w+)\./.exec(id)?.[1];
  return rules
    ?.filter(({ destination_type: type }) => type === "CIDR_BLOCK")
    .map(({ destination, network_entity_id: id }) => `${destination} > ${kind(id)}`);
}

const TABLES = ["api-out", "workers-out", "pods-out", "lb-out", "firewall-out", "nat-in", "drg-in"];
const tablesOf = (stack: TerraformStack): { [name: string]: string[] } =>
  Object.fromEntries(
    TABLES.flatMap((name) => {
      const rules = tableOf(stack, `n-${name}`);
      return rules ? [[name, rules]] : [];
    }),
  );

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
