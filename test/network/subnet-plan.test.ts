import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { cidrAt, contains, overlaps, readIpv4Cidr, usableAddresses, type Cidr } from "../../lib/core/cidr";
import { Problems, ValidationError } from "../../lib/core/validation-error";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { SubnetPlan, type SubnetPlanProps } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

const cidr = (text: string) => readIpv4Cidr(new Problems("test"), "cidr", text) as Cidr;

function subnets(plan: SubnetPlan): Cidr[] {
  return [plan.apiEndpointCidr, plan.loadBalancerCidr, plan.workerCidr, plan.podCidr].map(cidr);
}

describe("a subnet plan", () => {
  test("without arguments has the typical sizes", () => {
    expect(SubnetPlan.of()).toEqual({
      publicLoadBalancerCidr: "",
      vcnCidr: "10.0.0.0/16",
      apiEndpointCidr: "10.0.0.0/28",
      loadBalancerCidr: "10.0.1.0/24",
      workerCidr: "10.0.2.0/24",
      podCidr: "10.0.224.0/19",
    });
  });

  test("keeps what was given and plans the rest around it", () => {
    const plan = SubnetPlan.of({ vcnCidr: "10.1.0.0/20", nodes: 20, pods: 500, workerCidr: "10.1.0.0/26" });
    expect(plan).toMatchObject({
      workerCidr: "10.1.0.0/26",
      apiEndpointCidr: "10.1.0.64/28",
      podCidr: "10.1.14.0/23",
    });
  });

  test("moves no other subnet when more pods are asked for", () => {
    const small = SubnetPlan.of({ nodes: 50, pods: 1000 });
    const large = SubnetPlan.of({ nodes: 50, pods: 20_000 });
    expect({ ...small, podCidr: "" }).toEqual({ ...large, podCidr: "" });
  });

  test("holds what was asked for, inside of the VCN, without overlaps, or says that it does not fit", () => {
    const asked = fc.record({
      block: fc.tuple(fc.integer({ min: 16, max: 30 }), fc.nat(2 ** 24 - 1)),
      nodes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 })),
      pods: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 60_000 })),
    });
    fc.assert(
      fc.property(asked, ({ block: [prefix, address], nodes, pods }) => {
        let plan: SubnetPlan;
        const size = 2 ** (32 - prefix);
        const vcnCidr = cidrAt(BigInt(Math.floor((10 * 2 ** 24 + address) / size) * size), prefix).text;
        try {
          plan = SubnetPlan.of({ vcnCidr, nodes, pods });
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
          const [problem, ...more] = (error as ValidationError).problems;
          expect(more).toEqual([]);
          expect(problem?.code).toBe("SUBNET_EXHAUSTED");
          const advice = /vcnCidr: "([^"]+)"/.exec(problem?.fix ?? "")?.[1];
          if (!advice) {
            expect(problem?.fix).toContain("Even a /16");
            return;
          }
          expect(contains(cidr(advice), cidr(vcnCidr))).toBe(true);
          plan = SubnetPlan.of({ vcnCidr: advice, nodes, pods });
        }
        const all = subnets(plan);
        all.forEach((a, i) => {
          expect(contains(cidr(plan.vcnCidr), a)).toBe(true);
          all.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false));
        });
        expect(usableAddresses(cidr(plan.workerCidr))).toBeGreaterThanOrEqual(nodes);
        expect(usableAddresses(cidr(plan.podCidr))).toBeGreaterThanOrEqual(pods);
        expect(usableAddresses(cidr(plan.apiEndpointCidr))).toBeGreaterThanOrEqual(1);
        // Three private load balancers, with three addresses each.
        expect(usableAddresses(cidr(plan.loadBalancerCidr))).toBeGreaterThanOrEqual(9);
      }),
    );
  });

  test("keeps the given ranges and places the others beside them, or is rejected", () => {
    const range = fc.option(
      fc.tuple(fc.integer({ min: 20, max: 30 }), fc.nat(2 ** 14 - 1)).map(([prefix, address]) => {
        const size = 2 ** (32 - prefix);
        return cidrAt(BigInt(Math.floor((10 * 2 ** 24 + address) / size) * size), prefix).text;
      }),
      { nil: undefined },
    );
    const asked = fc.record({
      vcnCidr: fc.integer({ min: 17, max: 22 }).map((prefix) => `10.0.0.0/${prefix}`),
      nodes: fc.integer({ min: 1, max: 60 }),
      pods: fc.integer({ min: 1, max: 1000 }),
      apiEndpointCidr: range,
      loadBalancerCidr: range,
      workerCidr: range,
      podCidr: range,
    });
    fc.assert(
      fc.property(asked, (props) => {
        let plan: any;
        try {
          plan = SubnetPlan.of(props);
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
          const fixes = (error as ValidationError).problems.map(
            ({ fix }) => /vcnCidr: "([^"]+)"/.exec(fix)?.[1],
          );
          const advice = fixes.find((vcnCidr) => vcnCidr !== undefined);
          if (!advice) return;
          plan = SubnetPlan.of({ ...props, vcnCidr: advice });
        }
        for (const [name, text] of Object.entries(props)) {
          if (name.endsWith("Cidr") && name !== "vcnCidr" && text) expect(plan[name]).toBe(text);
        }
        const all = subnets(plan);
        all.forEach((a, i) => {
          expect(contains(cidr(plan.vcnCidr), a)).toBe(true);
          all.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false));
        });
        expect(usableAddresses(cidr(plan.workerCidr))).toBeGreaterThanOrEqual(props.nodes);
        expect(usableAddresses(cidr(plan.podCidr))).toBeGreaterThanOrEqual(props.pods);
      }),
      { numRuns: 300 },
    );
  });

  test("moves no other subnet when more pods are asked for, in a VCN of any size", () => {
    const asked = fc.record({
      prefix: fc.integer({ min: 16, max: 27 }),
      nodes: fc.integer({ min: 1, max: 100 }),
      pods: fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 9000 })),
    });
    const planned = (props: SubnetPlanProps) => {
      try {
        return { ...SubnetPlan.of(props), podCidr: "" };
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(asked, ({ prefix, nodes, pods }) => {
        const [some, more] = pods.map((each) =>
          planned({ vcnCidr: `10.0.0.0/${prefix}`, nodes, pods: each }),
        );
        if (some && more) expect(more).toEqual(some);
      }),
    );
  });

  test("that does not fit shows the arithmetic", () => {
    const [problem] = validationProblemsOf(() => SubnetPlan.of({ vcnCidr: "10.0.0.0/22", nodes: 250 }));
    expect(problem?.what).toBe(
      "10.0.0.0/22 holds 1024 addresses and has no free block of 8192 for pods: " +
        "apiEndpoint 16 + loadBalancers 64 + workers 256 + pods 8192 = 8528, each aligned to its size",
    );
  });

  test("that does not fit is rejected with a VCN range that fits, where one exists", () => {
    const fixOf = (props: SubnetPlanProps) => validationProblemsOf(() => SubnetPlan.of(props))[0]?.fix;
    expect(fixOf({ vcnCidr: "10.0.16.0/22", nodes: 20 })).toBe(
      'A /21 would fit, vcnCidr: "10.0.16.0/21"; or ask for fewer nodes or pods',
    );
    expect(fixOf({ vcnCidr: "10.0.16.0/22", nodes: 250, workerCidr: "10.0.16.0/24" })).toBe(
      'A /18 would fit, vcnCidr: "10.0.0.0/18"; or ask for fewer nodes or pods, or move or leave out the ranges that were given',
    );
    expect(fixOf({ nodes: 2000 })).toBe(
      "Even a /16, the largest VCN, has no room for it: ask for fewer nodes or pods",
    );
  });

  test.each([
    [16, 1056],
    [20, 65],
    [22, 16],
    [24, 4],
    [25, 1],
  ])("of a /%i has room for as many nodes as its documentation says", (prefix, nodes) => {
    const vcnCidr = `10.0.0.0/${prefix}`;
    expect(SubnetPlan.of({ vcnCidr, nodes }).vcnCidr).toBe(vcnCidr);
    expect(problemCodesOf(() => SubnetPlan.of({ vcnCidr, nodes: nodes + 1 }))).toEqual(["SUBNET_EXHAUSTED"]);
  });

  test("of a small VCN has small subnets for the API endpoint and the load balancers, down to a /27", () => {
    expect(SubnetPlan.of({ vcnCidr: "10.0.0.0/24", nodes: 4 })).toMatchObject({
      apiEndpointCidr: "10.0.0.0/28",
      loadBalancerCidr: "10.0.0.16/28",
    });
    expect(SubnetPlan.of({ vcnCidr: "10.0.0.0/27", nodes: 1, pods: 5 })).toMatchObject({
      apiEndpointCidr: "10.0.0.0/30",
      loadBalancerCidr: "10.0.0.16/28",
    });
    expect(problemCodesOf(() => SubnetPlan.of({ vcnCidr: "10.0.0.0/28", nodes: 1, pods: 1 }))).toEqual([
      "SUBNET_EXHAUSTED",
    ]);
  });

  test("reports ranges that are wrong together with the room that there is not", () => {
    const props = {
      vcnCidr: "10.0.0.0/22",
      apiEndpointCidr: "10.0.0.0/31",
      loadBalancerCidr: "10.0.0.0/30",
      workerCidr: "10.9.0.0/24",
    };
    expect(problemCodesOf(() => SubnetPlan.of(props))).toEqual([
      "SUBNET_SIZE",
      "SUBNET_EXHAUSTED",
      "SUBNET_OUTSIDE_VCN",
      "SUBNET_EXHAUSTED",
    ]);
    const overlapping = {
      vcnCidr: "10.0.0.0/33",
      nodes: 0,
      workerCidr: "10.0.0.0/24",
      podCidr: "10.0.0.0/24",
    };
    expect(problemCodesOf(() => SubnetPlan.of(overlapping))).toEqual([
      "CIDR_INVALID",
      "COUNT_INVALID",
      "SUBNET_OVERLAP",
    ]);
  });

  test("refuses references to Terraform values, without printing their placeholders", () => {
    const variable = new TerraformVariable(newStack(), "value", {});
    const problems = validationProblemsOf(() =>
      SubnetPlan.of({
        nodes: variable.numberValue,
        pods: variable.numberValue,
        vcnCidr: variable.stringValue,
        workerCidr: `10.0.${variable.stringValue}.0/24`,
        podCidr: variable.listValue as any,
      }),
    );
    expect(problems.map(({ code, property }) => [code, property])).toEqual([
      ["CIDR_INVALID", "vcnCidr"],
      ["COUNT_INVALID", "nodes"],
      ["COUNT_INVALID", "pods"],
      ["CIDR_INVALID", "workerCidr"],
      ["CIDR_INVALID", "podCidr"],
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/TfToken|e\+\d|TOKEN/);
  });

  test("that was not made by its factory is checked as well", () => {
    const scope = newStack();
    const made = (plan: any) => () =>
      new ClusterNetwork(scope, "network", { compartmentId: COMPARTMENT, plan });
    expect(validationProblemsOf(made({})).map(({ code, property }) => [code, property])).toEqual(
      ["vcnCidr", "apiEndpointCidr", "loadBalancerCidr", "workerCidr", "podCidr"].map((range) => [
        "ATTRIBUTE_MISSING",
        `plan.${range}`,
      ]),
    );
    expect(problemCodesOf(made({ ...SubnetPlan.of(), podCidr: "10.0.0.0/8" }))).toEqual([
      "SUBNET_OVERLAP",
      "SUBNET_OVERLAP",
      "SUBNET_OVERLAP",
      "SUBNET_OUTSIDE_VCN",
    ]);
  });

  test.each([
    ["overlapping subnets", { workerCidr: "10.0.0.0/24", podCidr: "10.0.0.0/17" }, ["SUBNET_OVERLAP"]],
    ["a subnet outside of the VCN", { workerCidr: "10.9.0.0/24" }, ["SUBNET_OUTSIDE_VCN"]],
    ["a /31", { apiEndpointCidr: "10.0.0.0/31" }, ["SUBNET_SIZE"]],
    ["a VCN larger than a /16", { vcnCidr: "10.0.0.0/15" }, ["SUBNET_SIZE"]],
    ["a VCN smaller than a /30", { vcnCidr: "10.0.0.0/31" }, ["SUBNET_SIZE"]],
    ["a VCN of link-local addresses", { vcnCidr: "169.254.0.0/16" }, ["CIDR_RESERVED"]],
    ["a VCN of a part of the loopback addresses", { vcnCidr: "127.3.0.0/20" }, ["CIDR_RESERVED"]],
    ["a VCN of multicast addresses", { vcnCidr: "239.0.0.0/16" }, ["CIDR_RESERVED"]],
    ["a VCN of addresses for the future", { vcnCidr: "255.255.0.0/16" }, ["CIDR_RESERVED"]],
    ["a VCN of this network", { vcnCidr: "0.0.0.0/16" }, ["CIDR_RESERVED"]],
    ["a VCN of everything", { vcnCidr: "0.0.0.0/0" }, [...Array(5).fill("CIDR_RESERVED"), "SUBNET_SIZE"]],
    ["a subnet for less than one load balancer", { loadBalancerCidr: "10.0.0.0/30" }, ["SUBNET_EXHAUSTED"]],
    ["more pods than any VCN has addresses", { podCidr: "10.0.0.0/17", pods: 70_000 }, ["SUBNET_EXHAUSTED"]],
    ["host bits", { vcnCidr: "10.0.0.1/16" }, ["CIDR_HOST_BITS"]],
    ["IPv6", { podCidr: "2001:db8::/64" }, ["CIDR_IPV6"]],
    ["no CIDR", { workerCidr: "10.0.0.0" }, ["CIDR_INVALID"]],
    ["a given subnet that is too small", { nodes: 300, workerCidr: "10.0.4.0/24" }, ["SUBNET_EXHAUSTED"]],
    ["no nodes", { nodes: 0 }, ["COUNT_INVALID"]],
    ["half a pod", { pods: 0.5 }, ["COUNT_INVALID"]],
    [
      "several mistakes",
      { vcnCidr: "x", nodes: -1, podCidr: "y" },
      ["CIDR_INVALID", "COUNT_INVALID", "CIDR_INVALID"],
    ],
  ])("refuses %s", (_, props, codes) => {
    expect(problemCodesOf(() => SubnetPlan.of(props))).toEqual(codes);
  });
});

test.each([
  ["10.60.0.0/8", "10.60.0.0/16"],
  ["172.16.5.0/12", "172.16.0.0/16"],
  ["192.168.0.9/24", "192.168.0.0/24"],
  ["192.168.0.9/29", "192.168.0.0/27"],
])("the VCN range that the fix shows for %s is valid", (vcnCidr, advised) => {
  const [problem] = validationProblemsOf(() => SubnetPlan.of({ vcnCidr, nodes: 1, pods: 1 }));
  expect(problem).toMatchObject({
    code: "CIDR_HOST_BITS",
    fix: expect.stringContaining(`Write ${advised} for`),
  });
  expect(() => SubnetPlan.of({ vcnCidr: advised, nodes: 1, pods: 1 })).not.toThrow();
});
