import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, resourcesOf } from "../support/stack";
import { services } from "./support";

const subnet = (name: string, cidr: string) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.${name}`,
  cidr,
});

function existing(stack = newStack(), props: Partial<ExistingVcnNetworkProps> | object = {}) {
  return new ExistingVcnNetwork(stack, "network", {
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
    vcnCidrs: ["10.20.0.0/16"],
    compartmentId: COMPARTMENT,
    regionServices: services,
    plan: SubnetPlan.of({ vcnCidr: "10.20.8.0/22", nodes: 16, pods: 400 }),
    ...props,
  });
}

const codesOf = (props: object) => problemCodesOf(() => existing(newStack(), props));

describe("subnets that are given", () => {
  const range = "10.20.64.0/18";

  test("are two where their OCIDs are, so they can't have one range", () => {
    const two = { workerSubnet: subnet("workers", range), podSubnet: subnet("pods", range) };
    const [problem, ...more] = validationProblemsOf(() => existing(newStack(), two));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "SUBNET_OVERLAP",
      what: `podSubnet.cidr ${range} overlaps workerSubnet.cidr ${range}`,
    });
    const imported = () =>
      ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", {
        vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
        ...two,
      });
    expect(problemCodesOf(imported)).toEqual(["SUBNET_OVERLAP"]);
  });

  test("may be one, and may be where a reference does not say", () => {
    const one = subnet("both", range);
    expect(() => existing(newStack(), { workerSubnet: one, podSubnet: one })).not.toThrow();
    const stack = newStack();
    const [first, second] = ["a", "b"].map((id) => new TerraformVariable(stack, id, {}).stringValue);
    const of = (subnetId: string) => ({ subnetId, cidr: range });
    expect(() => existing(stack, { workerSubnet: of(first!), podSubnet: of(second!) })).not.toThrow();
  });
});

describe("the ranges of a VCN that exists", () => {
  test("are refused where they overlap", () => {
    expect(codesOf({ vcnCidrs: ["10.20.0.0/16", "10.20.8.0/21"] })).toEqual(["SUBNET_OVERLAP"]);
    expect(codesOf({ vcnCidrs: ["10.20.8.0/21", "10.20.0.0/16", "10.20.0.0/17"] })).toEqual(
      Array(3).fill("SUBNET_OVERLAP"),
    );
    expect(() => existing(newStack(), { vcnCidrs: ["10.20.0.0/16", "10.21.0.0/16"] })).not.toThrow();
  });

  test("are refused exactly where two of them share addresses", () => {
    const blocks = fc.array(fc.tuple(fc.nat(15), fc.integer({ min: 16, max: 20 })), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(blocks, (all) => {
        const texts = all.map(
          ([n, prefix]) => `10.${100 + (n >> 2)}.${((n & 3) * 64) & (256 - 2 ** (24 - prefix))}.0/${prefix}`,
        );
        const vcnCidrs = ["10.20.0.0/16", ...new Set(texts)];
        // The naive way: each /20 of each block, counted.
        const parts = vcnCidrs.flatMap((text) => {
          const [, second, third, prefix] = /^10\.(\d+)\.(\d+)\.0\/(\d+)$/.exec(text) as any;
          const first = Number(second) * 16 + Number(third) / 16;
          return Array.from({ length: 2 ** (20 - Number(prefix)) }, (_, i) => first + i);
        });
        if (new Set(parts).size === parts.length)
          expect(() => existing(newStack(), { vcnCidrs })).not.toThrow();
        else expect(new Set(codesOf({ vcnCidrs }))).toEqual(new Set(["SUBNET_OVERLAP"]));
      }),
      { numRuns: 30 },
    );
  });

  test("are refused where there are none, in words that fit", () => {
    const [problem] = validationProblemsOf(() => existing(newStack(), { vcnCidrs: [] }));
    expect(problem).toMatchObject({ code: "CIDR_LIST_EMPTY", what: "vcnCidrs is empty" });
    expect(problem!.why).toContain("nor describes anything");
  });
});

test("a name has as many characters as the page of the props says", () => {
  const stack = newStack();
  existing(stack, { displayName: "x".repeat(239) });
  const names = Object.values(resourcesOf(stack, "oci_core_subnet")).map(({ display_name: name }) => name);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(255);
  expect(codesOf({ displayName: "x".repeat(240) })).toEqual(["NAME_INVALID"]);
});
