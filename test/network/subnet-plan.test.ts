import fc from "fast-check";
import { contains, overlaps, readIpv4Cidr, usableAddresses, type Cidr } from "../../lib/core/cidr";
import { Problems, ValidationError } from "../../lib/core/validation-error";
import { SubnetPlan } from "../../lib/network/subnet-plan";
import { refusal, refusedCodes } from "../support/stack";

const cidr = (text: string) => readIpv4Cidr(new Problems("test"), "cidr", text) as Cidr;

function subnets(plan: SubnetPlan): Cidr[] {
  return [plan.apiEndpointCidr, plan.loadBalancersCidr, plan.workersCidr, plan.podsCidr].map(cidr);
}

describe("a subnet plan", () => {
  test("without arguments has the typical sizes", () => {
    expect(SubnetPlan.of()).toEqual({
      vcnCidr: "10.0.0.0/16",
      apiEndpointCidr: "10.0.0.0/28",
      loadBalancersCidr: "10.0.1.0/24",
      workersCidr: "10.0.2.0/24",
      podsCidr: "10.0.224.0/19",
    });
  });

  test("keeps what was given and plans the rest around it", () => {
    const plan = SubnetPlan.of({ vcnCidr: "10.1.0.0/20", nodes: 20, pods: 500, workersCidr: "10.1.0.0/26" });
    expect(plan).toMatchObject({
      workersCidr: "10.1.0.0/26",
      apiEndpointCidr: "10.1.0.64/28",
      podsCidr: "10.1.14.0/23",
    });
  });

  test("moves no other subnet when more pods are asked for", () => {
    const small = SubnetPlan.of({ nodes: 50, pods: 1000 });
    const large = SubnetPlan.of({ nodes: 50, pods: 20_000 });
    expect({ ...small, podsCidr: "" }).toEqual({ ...large, podsCidr: "" });
  });

  test("holds what was asked for, inside of the VCN, without overlaps, or says that it does not fit", () => {
    const asked = fc.record({
      prefix: fc.integer({ min: 16, max: 26 }),
      nodes: fc.integer({ min: 1, max: 2000 }),
      pods: fc.integer({ min: 1, max: 60_000 }),
    });
    fc.assert(
      fc.property(asked, ({ prefix, nodes, pods }) => {
        let plan: SubnetPlan;
        try {
          plan = SubnetPlan.of({ vcnCidr: `10.0.0.0/${prefix}`, nodes, pods });
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
          expect((error as ValidationError).problems.map((p) => p.code)).toEqual(["SUBNET_EXHAUSTED"]);
          return;
        }
        const all = subnets(plan);
        all.forEach((a, i) => {
          expect(contains(cidr(plan.vcnCidr), a)).toBe(true);
          all.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false));
        });
        expect(usableAddresses(cidr(plan.workersCidr))).toBeGreaterThanOrEqual(nodes);
        expect(usableAddresses(cidr(plan.podsCidr))).toBeGreaterThanOrEqual(pods);
      }),
    );
  });

  test("that does not fit shows the arithmetic", () => {
    const [problem] = refusal(() => SubnetPlan.of({ vcnCidr: "10.0.0.0/22", nodes: 250 }));
    expect(problem?.what).toBe(
      "10.0.0.0/22 holds 1024 addresses and has no free block of 8192 for pods: " +
        "apiEndpoint 16 + loadBalancers 256 + workers 256 + pods 8192 = 8720, each aligned to its size",
    );
    expect(problem?.fix).toContain("widen vcnCidr to a /21");
  });

  test.each([
    ["overlapping subnets", { workersCidr: "10.0.0.0/24", podsCidr: "10.0.0.0/17" }, ["SUBNET_OVERLAP"]],
    ["a subnet outside of the VCN", { workersCidr: "10.9.0.0/24" }, ["SUBNET_OUTSIDE_VCN"]],
    ["a /31", { apiEndpointCidr: "10.0.0.0/31" }, ["SUBNET_SIZE"]],
    ["a VCN larger than a /16", { vcnCidr: "10.0.0.0/15" }, ["SUBNET_SIZE"]],
    ["a VCN smaller than a /30", { vcnCidr: "10.0.0.0/31" }, ["SUBNET_SIZE"]],
    ["host bits", { vcnCidr: "10.0.0.1/16" }, ["CIDR_HOST_BITS"]],
    ["IPv6", { podsCidr: "2001:db8::/64" }, ["CIDR_IPV6"]],
    ["no CIDR", { workersCidr: "10.0.0.0" }, ["CIDR_INVALID"]],
    ["a given subnet that is too small", { nodes: 300, workersCidr: "10.0.4.0/24" }, ["SUBNET_EXHAUSTED"]],
    ["no nodes", { nodes: 0 }, ["COUNT_INVALID"]],
    ["half a pod", { pods: 0.5 }, ["COUNT_INVALID"]],
    [
      "several mistakes",
      { vcnCidr: "x", nodes: -1, podsCidr: "y" },
      ["COUNT_INVALID", "CIDR_INVALID", "CIDR_INVALID"],
    ],
  ])("refuses %s", (_, props, codes) => {
    expect(refusedCodes(() => SubnetPlan.of(props))).toEqual(codes);
  });
});
