import fc from "fast-check";
import { Fn, Testing, type TerraformStack } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { cidrAt, type Cidr } from "../../lib/core/cidr";
import { Port } from "../../lib/core/port";
import { resolveReference } from "../../lib/core/terraform-text";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress, blockOf, EgressSource } from "../../lib/network/egress/egress";
import { SubnetRole, SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { flowsOf } from "../support/rules";
import {
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { DRG, networkIn, routesOf } from "./support";

const reason = { reason: "The bank's API" };
const HTTPS = Port.tcp(443);
const BANK = "203.0.113.0/24";
const OFFICE = "10.200.0.0/16";
const SERVICES = "all-fra-services-in-oracle-services-network > service_gateway";

const withoutEgress = () => {
  const stack = newStack();
  networkIn(stack);
  return synthesized(stack);
};

/** What validation says when the stack is synthesized. */
const atSynthesis = (stack: TerraformStack) => () => Testing.synth(stack, true);

describe("a network with an egress", () => {
  test("has one NAT gateway, a route for the subnet that asked, and the rule of the group that asked", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    expect(onlyResource(stack, "oci_core_nat_gateway")).toMatchObject({
      display_name: "n-nat",
      block_traffic: false,
    });
    expect(routesOf(stack)).toEqual({
      "n-api": [SERVICES],
      "n-workers": [SERVICES],
      "n-pods": [SERVICES, `${BANK} > nat_gateway`],
      "n-lb": [SERVICES],
    });
    expect(flowsOf(stack)).toEqual([`pods -> ${BANK} tcp 443`]);
  });

  test("has the reasons in the descriptions of the route and the rule", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, Port.tcp(8443), { reason: "Its test API" }));
    const table = Object.values(resourcesOf(stack, "oci_core_route_table")).find(
      (one) => one.display_name === "n-pods-out",
    );
    expect(table.route_rules[1].description).toBe("Its test API; The bank's API");
  });

  test("keeps its subnets private, and changes only the route table of the subnet with the egress", () => {
    const before = withoutEgress().resource;
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(HTTPS, reason));
    const after = synthesized(stack).resource;
    const changed = Object.entries<any>(before).flatMap(([type, all]) =>
      Object.keys(all).filter((id) => JSON.stringify(all[id]) !== JSON.stringify(after[type][id])),
    );
    expect(changed).toEqual([expect.stringContaining("Pods")]);
    for (const subnet of Object.values<any>(after.oci_core_subnet)) {
      expect(subnet).toMatchObject({ prohibit_public_ip_on_vnic: true, prohibit_internet_ingress: true });
    }
  });

  test("routes to every address only where that was asked for by name, and keeps the reason", () => {
    const stack = newStack();
    const { network, workers } = networkIn(stack);
    network.addEgress(EgressSource.workers(workers), Egress.toAnywhere(HTTPS, reason));
    expect(routesOf(stack)["n-workers"]).toEqual([SERVICES, "0.0.0.0/0 > nat_gateway"]);
    expect(routesOf(stack)["n-pods"]).toEqual([SERVICES]);
    expect(Acknowledgements.of(stack)).toMatchObject([
      { practice: "exposure", what: "egress tcp-443 for every address", reason: reason.reason },
    ]);
    expect(problemCodesOf(() => Egress.to("0.0.0.0/0", HTTPS, reason))).toEqual(["CIDR_TOO_WIDE"]);
    expect(problemCodesOf(() => Egress.to("0.0.0.0/1", HTTPS, reason))).toEqual(["CIDR_TOO_WIDE"]);
  });

  test("can't be opened to the internet by many narrower ranges", () => {
    const { network, pods } = networkIn(newStack());
    const add = (first: number) => () =>
      network.addEgress(EgressSource.pods(pods), Egress.to(`${first}.0.0.0/8`, HTTPS, reason));
    for (const first of [20, 30, 40, 50]) add(first)();
    expect(problemCodesOf(add(60))).toEqual(["CIDR_TOO_WIDE"]);
  });

  test("has at most 200 routes in a table, as OCI takes no more", () => {
    const synthesize = (count: number) => {
      const stack = newStack();
      const { network } = networkIn(stack);
      const onPremisesCidrs = Array.from({ length: count }, (_, i) => `10.200.${i}.0/25`);
      network.attachDrg({ drgId: DRG, onPremisesCidrs, subnets: [SubnetRole.API_ENDPOINT] });
      return atSynthesis(stack);
    };
    // With the one to Oracle's services.
    expect(synthesize(199)).not.toThrow();
    expect(synthesize(200)).toThrow(/COUNT_INVALID.*n-api-out would have 201 rules/);
  });

  test("is the same whatever the order of what was asked for", () => {
    const cidrs = [
      BANK,
      "198.51.100.0/24",
      "192.0.2.7/32",
      "0.0.0.0/0",
      "10.200.1.0/24",
      "198.51.100.128/25",
    ];
    type Step = (parts: ReturnType<typeof networkIn>) => void;
    const steps: Step[] = cidrs.flatMap((cidr, i) => {
      const port = Port.tcp(443 + i);
      const egress = cidr === "0.0.0.0/0" ? Egress.toAnywhere(port, reason) : Egress.to(cidr, port, reason);
      return [
        ({ network, pods }) => network.addEgress(EgressSource.pods(pods), egress),
        ({ network, workers }) => network.addEgress(EgressSource.workers(workers), egress),
      ] satisfies Step[];
    });
    steps.push(({ network }) =>
      network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE, "198.51.100.0/24"] }),
    );
    const result = (order: readonly Step[]) => {
      const stack = newStack();
      const parts = networkIn(stack);
      for (const step of order) step(parts);
      return JSON.stringify(sorted(synthesized(stack).resource));
    };
    const expected = result(steps);
    const orders = fc.shuffledSubarray(steps, { minLength: steps.length });
    fc.assert(
      fc.property(orders, (order) => result(order) === expected),
      { numRuns: 8 },
    );
  });

  test("says from which address it is seen, once there is one", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    expect(problemCodesOf(() => network.natGatewayAddress)).toEqual(["EGRESS_INVALID"]);
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    const address = resolveReference(stack, network.natGatewayAddress);
    expect(address).toMatch(/^\$\{oci_core_nat_gateway\..*\.nat_ip}$/);
  });

  test("takes the same one twice as one", () => {
    const once = newStack();
    const twice = newStack();
    for (const [stack, count] of [
      [once, 1],
      [twice, 2],
    ] as const) {
      const { network, pods } = networkIn(stack);
      for (let i = 0; i < count; i++)
        network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    }
    expect(synthesized(twice)).toEqual(synthesized(once));
  });
});

describe("a network at a DRG", () => {
  test("is attached, and has the way back where others connect, and no NAT gateway", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] });
    expect(onlyResource(stack, "oci_core_drg_attachment")).toMatchObject({
      drg_id: DRG,
      network_details: { type: "VCN", id: expect.stringContaining("oci_core_vcn") },
    });
    const toOffice = `${OFFICE} > drg_attachment`;
    expect(routesOf(stack)).toEqual({
      "n-api": [SERVICES, toOffice],
      "n-workers": [SERVICES],
      "n-pods": [SERVICES],
      "n-lb": [SERVICES, toOffice],
    });
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
  });

  test("routes what nodes and pods asked for, and no more of the ranges behind it", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to("10.200.7.0/24", Port.tcp(1521), reason));
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE], subnets: [SubnetRole.API_ENDPOINT] });
    expect(routesOf(stack)).toMatchObject({
      "n-workers": [SERVICES],
      "n-pods": [SERVICES, "10.200.7.0/24 > drg_attachment"],
      "n-lb": [SERVICES],
    });
    expect(flowsOf(stack)).toEqual(["pods -> 10.200.7.0/24 tcp 1521"]);
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    expect(atSynthesis(stack)).not.toThrow();
  });

  test("is the way to what is behind it, also of a wider egress that the NAT gateway takes", () => {
    const stack = newStack();
    const { network, pods, workers } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(HTTPS, reason));
    network.addEgress(EgressSource.workers(workers), Egress.to("198.51.0.0/16", HTTPS, reason));
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE, "198.51.100.0/24"] });
    expect(routesOf(stack)).toMatchObject({
      "n-workers": [SERVICES, "198.51.0.0/16 > nat_gateway", "198.51.100.0/24 > drg_attachment"],
      "n-pods": [
        SERVICES,
        "0.0.0.0/0 > nat_gateway",
        `${OFFICE} > drg_attachment`,
        "198.51.100.0/24 > drg_attachment",
      ],
    });
  });

  test("routes every address as a naive router says that was asked for, and no other", () => {
    const octet = fc.constantFrom(0, 64, 128, 192);
    const block = fc
      .tuple(fc.constantFrom(11, 198), octet, octet, fc.constantFrom(9, 10, 16, 17, 24))
      .map(([first, second, third, prefix]) => cidrAt(maskOf(first, second, third, prefix), prefix));
    const probe = fc
      .tuple(fc.constantFrom(11, 198, 9), octet, octet, fc.constantFrom(0, 255))
      .map(([a, b, c, d]) => BigInt(((a * 256 + b) * 256 + c) * 256 + d));
    const blocks = fc.array(block, { maxLength: 4 });
    fc.assert(
      fc.property(blocks, blocks, fc.array(probe, { minLength: 8 }), (out, behind, addresses) => {
        const stack = newStack();
        const { network, pods } = networkIn(stack);
        for (const { text } of out)
          network.addEgress(EgressSource.pods(pods), Egress.to(text, HTTPS, reason));
        const onPremisesCidrs = behind.map(({ text }) => text);
        if (behind.length > 0) network.attachDrg({ drgId: DRG, onPremisesCidrs });
        const routes = routesOf(stack)
          ["n-pods"]!.slice(1)
          .map((line) => line.split(" > "));
        for (const address of addresses) {
          const holds = ({ first, last }: Cidr) => first <= address && address <= last;
          const asked = !out.some(holds) ? undefined : behind.some(holds) ? "drg_attachment" : "nat_gateway";
          const [best] = routes
            .filter(([to]) => holds(blockOf(to!)!))
            .sort(([a], [b]) => blockOf(b!)!.prefix - blockOf(a!)!.prefix);
          expect([address, best?.[1]]).toEqual([address, asked]);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("keeps the internet of a public subnet", () => {
    const stack = newStack();
    const { network } = networkIn(stack, { loadBalancerExposure: SubnetExposure.publicWith(reason) });
    network.attachDrg({ drgId: DRG, onPremisesCidrs: [OFFICE] });
    expect(routesOf(stack)["n-lb"]).toEqual(["0.0.0.0/0 > internet_gateway", `${OFFICE} > drg_attachment`]);
  });

  test("is refused overlaps with the VCN, references, other subnets, and a second DRG", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const attach: any = (props: any) => () => network.attachDrg(props);
    const onPremisesCidrs = [OFFICE];
    expect(problemCodesOf(attach(undefined))).toEqual(["ATTRIBUTE_MISSING", "CIDR_INVALID"]);
    expect(problemCodesOf(attach({}))).toEqual(["ATTRIBUTE_MISSING", "CIDR_INVALID"]);
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs: [] }))).toEqual(["EGRESS_INVALID"]);
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs: ["10.0.0.0/8"] }))).toEqual([
      "EGRESS_INVALID",
    ]);
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs: ["169.254.0.0/16"] }))).toEqual([
      "EGRESS_INVALID",
    ]);
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs: ["0.0.0.0/0"] }))[0]).toBe("CIDR_TOO_WIDE");
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs: [Fn.join("", ["10.200.0.0/16"])] }))).toEqual(
      ["CIDR_INVALID"],
    );
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs, subnets: ["DMZ", undefined] }))).toEqual([
      "VALUE_INVALID",
      "ATTRIBUTE_MISSING",
    ]);
    expect(synthesized(stack)).toEqual(withoutEgress());
    attach({ drgId: DRG, onPremisesCidrs })();
    expect(problemCodesOf(attach({ drgId: DRG, onPremisesCidrs }))).toEqual(["EGRESS_INVALID"]);
  });
});

describe("an egress is refused", () => {
  test.each([
    ["10.0.3.0/24", "inside of the VCN"],
    ["10.0.0.0/12", "around the VCN"],
  ])("to %s, which is %s", (cidr) => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    const [problem, ...more] = validationProblemsOf(() =>
      network.addEgress(EgressSource.pods(pods), Egress.to(cidr, HTTPS, reason)),
    );
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", path: "stack/network" });
    expect(more).toEqual([]);
    expect(synthesized(stack)).toEqual(withoutEgress());
  });

  test.each([
    ["2001:db8::/32", ["CIDR_IPV6"]],
    ["203.0.113.7/24", ["CIDR_HOST_BITS"]],
    ["203.0.113.0", ["CIDR_INVALID"]],
    ["169.254.169.254/32", ["EGRESS_INVALID"]],
    ["127.0.0.0/8", ["EGRESS_INVALID"]],
    ["224.0.0.0/8", ["EGRESS_INVALID"]],
    ["255.255.255.255/32", ["EGRESS_INVALID"]],
  ])("to %s", (cidr, codes) => {
    expect(problemCodesOf(() => Egress.to(cidr, HTTPS, reason))).toEqual(codes);
  });

  test("to a reference, which can't be told from the VCN", () => {
    expect(problemCodesOf(() => Egress.to(Fn.join("", [BANK]), HTTPS, reason))).toEqual(["CIDR_INVALID"]);
  });

  test("with everything that is wrong at once, also where plain JavaScript left things out", () => {
    const any: any = Egress;
    expect(problemCodesOf(() => Egress.to("10.0.0.1/8", Port.allTraffic(), { reason: " " }))).toEqual([
      "REASON_MISSING",
      "CIDR_HOST_BITS",
      "RULE_TOO_WIDE",
    ]);
    expect(problemCodesOf(() => any.to())).toEqual(expect.arrayContaining(["ATTRIBUTE_MISSING"]));
    expect(problemCodesOf(() => any.toAnywhere())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => Egress.toAnywhere(HTTPS, { reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => Egress.toAnywhere(Port.allTraffic(), reason))).toEqual(["RULE_TOO_WIDE"]);
    expect(problemCodesOf(() => (EgressSource as any).pods())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => (EgressSource as any).workers({}))).toEqual(["VALUE_INVALID"]);
    const { network }: any = networkIn(newStack());
    expect(problemCodesOf(() => network.addEgress())).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => network.addEgress({}, { cidr: "0.0.0.0/0" }))).toEqual([
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
  });

  test.each(["10.200.0.0/24", "172.16.0.0/12", "192.168.1.0/24", "100.64.0.0/10", "172.0.0.0/8"])(
    "at synthesis to %s, which is private and behind no DRG",
    (cidr) => {
      const stack = newStack();
      const { network, pods } = networkIn(stack);
      network.addEgress(EgressSource.pods(pods), Egress.to(cidr, HTTPS, reason));
      expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
      expect(atSynthesis(stack)).toThrow(/EGRESS_INVALID.*stack\/network.*private[^]*attachDrg/);
    },
  );
});

describe("an imported network", () => {
  test("gets the rule, and leaves routes to their owner", () => {
    const stack = newStack();
    const { pods } = networkIn(stack);
    const before = synthesized(stack).resource;
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
      vcnCidr: "10.9.0.0/16",
    });
    network.addEgress(EgressSource.pods(pods), Egress.to(BANK, HTTPS, reason));
    expect(flowsOf(stack)).toEqual([`pods -> ${BANK} tcp 443`]);
    const { oci_core_network_security_group_security_rule: rules, ...rest } = synthesized(stack).resource;
    expect(Object.keys(rules)).toHaveLength(1);
    expect(rest).toEqual(before);
    const inside = () => network.addEgress(EgressSource.pods(pods), Egress.to("10.9.1.0/24", HTTPS, reason));
    expect(problemCodesOf(inside)).toEqual(["EGRESS_INVALID"]);
    const nothing: any = () => (network as any).addEgress();
    expect(problemCodesOf(nothing)).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
  });
});

/** An object with its keys in order, so that the order in which constructs were made does not show. */
function sorted(value: any): any {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** The first address of the block that an address is in. */
function maskOf(first: number, second: number, third: number, prefix: number): bigint {
  const address = BigInt(((first * 256 + second) * 256 + third) * 256);
  const size = 1n << BigInt(32 - prefix);
  return (address / size) * size;
}
