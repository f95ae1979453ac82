import fc from "fast-check";
import {
  BANK,
  FIREWALL,
  FIREWALL_SUBNET,
  INSPECTION,
  OFFICE,
  tablesOf,
  DRG,
  networkIn,
  routesOf,
  services,
} from "./support";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { Fn, Testing } from "cdktf";
import { Port } from "../../lib/core/port";
import { resolveReference } from "../../lib/core/terraform-text";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { SubnetRole } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { CoreRouteTable } from "../../lib/oci/core-route-table";
import { CoreSubnet } from "../../lib/oci/core-subnet";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const HTTPS = Port.tcp(443);
const reason = { reason: "The bank's API" };

const cidrsOf = ({ network }: ReturnType<typeof networkIn>) => ({
  api: network.apiEndpointSubnet.cidr,
  pods: network.podSubnet.cidr,
  workers: network.workerSubnet.cidr,
  lb: network.loadBalancerSubnet.cidr,
});

describe("an inspection", () => {
  test("sends what was let out to the firewall, from there to the NAT gateway, and what comes back past the firewall", () => {
    const stack = newStack();
    const parts = networkIn(stack);
    parts.network.addEgress(EgressSource.pods(parts.pods), Egress.to(BANK, HTTPS, reason));
    parts.network.inspectEgress(INSPECTION);
    expect(tablesOf(stack)).toEqual({
      "pods-out": [`${BANK} > privateip`],
      "firewall-out": [`${BANK} > nat_gateway`],
      "nat-in": [`${cidrsOf(parts).pods} > privateip`],
    });
    const nat = onlyResource(stack, "oci_core_nat_gateway");
    expect(nat.route_table_id).toMatch(/oci_core_route_table\.\w+_NatGatewayRouteTable_\w+\.id/);
    expect(onlyResource(stack, "oci_core_route_table_attachment")).toMatchObject({
      subnet_id: FIREWALL_SUBNET.subnetId,
      route_table_id: expect.stringMatching(/oci_core_route_table\.\w+_FirewallRouteTable_\w+\.id/),
    });
  });

  test("leaves Oracle's services direct, the rules as they were, and every subnet private", () => {
    const stack = newStack();
    const { network, pods, workers } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(HTTPS, reason));
    network.addEgress(EgressSource.workers(workers), Egress.to(BANK, HTTPS, reason));
    const before = synthesized(stack).resource;
    network.inspectEgress(INSPECTION);
    const after = synthesized(stack).resource;
    for (const type of ["oci_core_subnet", "oci_core_network_security_group_security_rule"])
      expect(after[type]).toEqual(before[type]);
    for (const routes of Object.values(routesOf(stack)))
      expect(routes[0]).toBe("all-fra-services-in-oracle-services-network > service_gateway");
  });

  test("leaves what goes to the DRG and to peerings direct, and of wider egress that part", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] });
    network.peerLocally("data", { peerCidrs: ["10.60.0.0/16"], subnets: [SubnetRole.PODS] });
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(HTTPS, reason));
    network.inspectEgress(INSPECTION);
    expect(tablesOf(stack)).toMatchObject({
      "api-out": [`${OFFICE} > drg_attachment`],
      "pods-out": [
        "0.0.0.0/0 > privateip",
        `${OFFICE} > drg_attachment`,
        "10.60.0.0/16 > local_peering_gateway",
      ].sort(),
      "firewall-out": [
        "0.0.0.0/0 > nat_gateway",
        `${OFFICE} > drg_attachment`,
        "10.60.0.0/16 > local_peering_gateway",
      ].sort(),
    });
    expect(onlyResource(stack, "oci_core_drg_attachment").network_details).not.toHaveProperty(
      "route_table_id",
    );
  });

  test("of what goes to and comes from the DRG, on request, takes both ways of every subnet that has one", () => {
    const stack = newStack();
    const parts = networkIn(stack);
    const { network, pods } = parts;
    network.inspectEgress({ ...INSPECTION, onPremises: true });
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] });
    network.peerRemotely("ams", { peerCidrs: ["10.70.0.0/16"], subnets: [SubnetRole.WORKERS] });
    network.addEgress(EgressSource.pods(pods), Egress.to("10.200.7.0/24", Port.tcp(1521), reason));
    const { api, lb, pods: ofPods, workers } = cidrsOf(parts);
    expect(tablesOf(stack)).toEqual({
      "api-out": [`${OFFICE} > privateip`],
      "lb-out": [`${OFFICE} > privateip`],
      "workers-out": ["10.70.0.0/16 > privateip"],
      "pods-out": ["10.200.7.0/24 > privateip"],
      "firewall-out": [
        `${OFFICE} > drg_attachment`,
        "10.200.7.0/24 > drg_attachment",
        "10.70.0.0/16 > drg_attachment",
      ],
      "drg-in": [api, lb, ofPods, workers].sort().map((cidr) => `${cidr} > privateip`),
    });
    const { network_details: details } = onlyResource(stack, "oci_core_drg_attachment");
    expect(details).toMatchObject({ type: "VCN", route_table_id: expect.stringContaining("DrgAttachment") });
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
  });

  test("without the firewall's subnet creates only the routes to the firewall", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    network.inspectEgress({ firewallPrivateIpId: FIREWALL });
    expect(tablesOf(stack)).toEqual({ "pods-out": [`${BANK} > privateip`] });
    for (const type of ["oci_core_nat_gateway", "oci_core_route_table_attachment"])
      expect(resourcesOf(stack, type)).toEqual({});
    expect(problemCodesOf(() => network.natGatewayAddress)).toEqual(["EGRESS_INVALID"]);
  });

  test("that takes the NAT gateway away is refused at synthesis where its address was read before", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    expect(network.natGatewayAddress).toBeDefined();
    network.inspectEgress({ firewallPrivateIpId: FIREWALL });
    expect(problemCodesOf(() => Testing.synth(stack, true))).toEqual(["EGRESS_INVALID"]);
  });

  test("keeps the address of the NAT gateway", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    const before = resolveReference(stack, network.natGatewayAddress);
    network.inspectEgress(INSPECTION);
    expect(resolveReference(stack, network.natGatewayAddress)).toBe(before);
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  test.each([
    ["of another network", "10.0.8.0/26", ["SUBNET_OVERLAP"]],
    ["without an address to spare", "10.0.9.4/31", ["SUBNET_SIZE"]],
  ])("is refused with a firewall's subnet %s", (_, cidr, codes) => {
    const stack = newStack();
    const { network } = networkIn(stack);
    new ExistingVcnNetwork(stack, "second", {
      compartmentId: COMPARTMENT,
      vcnId: network.vcnId,
      vcnCidrs: ["10.0.0.0/16"],
      plan: SubnetPlan.of({ vcnCidr: "10.0.8.0/22", nodes: 10, pods: 100 }),
      serviceGatewayId: network.serviceGatewayId,
      regionServices: services,
    });
    const firewallSubnet = { ...FIREWALL_SUBNET, cidr };
    const inspect = () => network.inspectEgress({ ...INSPECTION, firewallSubnet });
    expect(problemCodesOf(inspect).slice(0, 1)).toEqual(codes);
  });

  test("is the same bytes in whatever order things are declared", () => {
    type Parts = ReturnType<typeof networkIn>;
    const steps = [
      ({ network }: Parts) => network.inspectEgress({ ...INSPECTION, onPremises: true }),
      ({ network, pods }: Parts) =>
        network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason)),
      ({ network, workers }: Parts) =>
        network.addEgress(EgressSource.workers(workers), Egress.toAnywhere(HTTPS, reason)),
      ({ network }: Parts) => network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] }),
      ({ network }: Parts) => network.peerLocally("data", { peerCidrs: ["203.0.113.128/25"] }),
    ];
    const bytes = (order: typeof steps) => {
      const stack = newStack();
      const parts = networkIn(stack);
      for (const step of order) step(parts);
      return Testing.synth(stack, true);
    };
    const expected = bytes(steps);
    const orders = fc.shuffledSubarray(steps, { minLength: steps.length });
    fc.assert(
      fc.property(orders, (order) => bytes(order) === expected),
      { numRuns: 10 },
    );
  });

  test("has a return route through the firewall for each route through it, and no others", () => {
    const destinations = fc.subarray([
      BANK,
      "198.51.100.0/24",
      "10.200.1.0/24",
      "10.200.2.0/24",
      "0.0.0.0/0",
    ]);
    fc.assert(
      fc.property(destinations, destinations, fc.boolean(), (ofPods, ofWorkers, onPremises) => {
        const stack = newStack();
        const parts = networkIn(stack);
        const { network, pods, workers } = parts;
        network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] });
        network.inspectEgress({ ...INSPECTION, onPremises });
        const to = (cidr: string) =>
          cidr === "0.0.0.0/0" ? Egress.toAnywhere(HTTPS, reason) : Egress.to(cidr, HTTPS, reason);
        for (const cidr of ofPods) network.addEgress(EgressSource.pods(pods), to(cidr));
        for (const cidr of ofWorkers) network.addEgress(EgressSource.workers(workers), to(cidr));
        const tables = tablesOf(stack);
        const beyond = Object.fromEntries(
          (tables["firewall-out"] ?? []).map((line) => line.split(" > ") as [string, string]),
        );
        const expected: { [back: string]: string[] } = { "nat-in": [], "drg-in": [] };
        for (const [name, cidr] of Object.entries(cidrsOf(parts))) {
          const passing = (tables[`${name}-out`] ?? []).filter((line) => line.endsWith("privateip"));
          const gateways = passing.map((line) => beyond[line.split(" > ")[0]!]);
          expect(gateways).not.toContain(undefined);
          if (gateways.includes("nat_gateway")) expected["nat-in"]!.push(`${cidr} > privateip`);
          if (gateways.includes("drg_attachment")) expected["drg-in"]!.push(`${cidr} > privateip`);
        }
        for (const back of ["nat-in", "drg-in"]) expect(tables[back] ?? []).toEqual(expected[back]!.sort());
      }),
      { numRuns: 15 },
    );
  });

  test("takes references for what is known only once the firewall is there", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    const subnet = new CoreSubnet(stack, "firewall", {
      compartmentId: COMPARTMENT,
      vcnId: network.vcnId,
      cidrBlock: FIREWALL_SUBNET.cidr,
    });
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    network.inspectEgress({
      firewallPrivateIpId: Fn.join("", ["x"]),
      firewallSubnet: { subnetId: subnet.id, cidr: subnet.cidrBlock },
    });
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });
});

describe("an inspection is refused", () => {
  const inspect = (props: unknown) => {
    const { network } = networkIn(newStack());
    return problemCodesOf(() => network.inspectEgress(props as never));
  };

  test.each<[string, unknown, string[]]>([
    ["nothing", undefined, ["ATTRIBUTE_MISSING"]],
    ["no address", {}, ["ATTRIBUTE_MISSING"]],
    ["another OCID", { firewallPrivateIpId: DRG }, ["OCID_INVALID"]],
    ["an address as such", { firewallPrivateIpId: "10.0.9.2" }, ["OCID_INVALID"]],
    ["no subnet", { ...INSPECTION, firewallSubnet: null }, ["VALUE_INVALID"]],
    ["a text as the subnet", { ...INSPECTION, firewallSubnet: FIREWALL_SUBNET.subnetId }, ["VALUE_INVALID"]],
    ["an empty subnet", { ...INSPECTION, firewallSubnet: {} }, ["ATTRIBUTE_MISSING", "CIDR_INVALID"]],
    [
      "a subnet elsewhere",
      { ...INSPECTION, firewallSubnet: { ...FIREWALL_SUBNET, cidr: "10.1.0.0/28" } },
      ["SUBNET_OUTSIDE_VCN"],
    ],
    [
      "a public subnet",
      { ...INSPECTION, firewallSubnet: { ...FIREWALL_SUBNET, isPublic: true } },
      ["SUBNET_PUBLIC"],
    ],
    ["a word for a flag", { ...INSPECTION, onPremises: "yes" }, ["VALUE_INVALID"]],
    [
      "all at once",
      { firewallSubnet: { cidr: "x" }, onPremises: 1 },
      expect.arrayContaining(["CIDR_INVALID"]),
    ],
  ])("of %s", (_, props, codes) => {
    expect(inspect(props)).toEqual(codes);
  });

  test("where the firewall is in a subnet of the cluster, or overlaps it, and nothing is left behind", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const before = synthesized(stack);
    const own = { ...INSPECTION, firewallSubnet: network.workerSubnet };
    expect(problemCodesOf(() => network.inspectEgress(own))).toEqual(["SUBNET_OVERLAP", "EGRESS_INVALID"]);
    expect(synthesized(stack)).toEqual(before);
  });

  test("where the subnet has routes of somebody else", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const { vcnId } = network;
    const table = new CoreRouteTable(stack, "table", { compartmentId: COMPARTMENT, vcnId });
    const subnet = new CoreSubnet(stack, "firewall", {
      compartmentId: COMPARTMENT,
      vcnId,
      cidrBlock: FIREWALL_SUBNET.cidr,
      routeTableId: table.id,
    });
    const firewallSubnet = { subnetId: subnet.id, cidr: FIREWALL_SUBNET.cidr };
    const [problem] = validationProblemsOf(() => network.inspectEgress({ ...INSPECTION, firewallSubnet }));
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", property: "firewallSubnet" });
    expect(problem?.what).toContain("stack/firewall");
    const other = networkIn(newStack()).network;
    other.inspectEgress(INSPECTION);
    expect(problemCodesOf(() => other.inspectEgress(INSPECTION))).toEqual([
      "EGRESS_INVALID",
      "EGRESS_INVALID",
    ]);
  });

  test("together with a hub, in either order", () => {
    const hub = { drgId: DRG, onPremisesCidrs: [OFFICE], internetThroughHub: true };
    const first = networkIn(newStack()).network;
    first.attachDrg(hub);
    expect(problemCodesOf(() => first.inspectEgress(INSPECTION))).toEqual(["EGRESS_INVALID"]);
    const second = networkIn(newStack()).network;
    second.inspectEgress(INSPECTION);
    expect(problemCodesOf(() => second.attachDrg(hub))).toEqual(["EGRESS_INVALID"]);
  });

  test("at synthesis for what goes to a DRG, where there is none", () => {
    const stack = newStack();
    networkIn(stack).network.inspectEgress({ ...INSPECTION, onPremises: true });
    expect(() => Testing.synth(stack, true)).toThrow(/EGRESS_INVALID[^]*onPremises is true/);
  });

  test("by a network that was imported", () => {
    const network = ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", {
      vcnId: "ocid1.vcn.oc1..x",
    });
    expect(problemCodesOf(() => network.inspectEgress(INSPECTION))).toEqual(["EGRESS_INVALID"]);
  });
});
