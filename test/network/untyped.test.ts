import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";

const whats = (call: () => unknown) => validationProblemsOf(call).map(({ code, what }) => `${code}: ${what}`);

describe("a program without types", () => {
  test.each([undefined, null, {}])("that passes %p gets errors for the missing props", (props: any) => {
    expect(whats(() => new ClusterNetwork(newStack(), "it", props))).toEqual([
      "ATTRIBUTE_MISSING: compartmentId was not given",
    ]);
    expect(whats(() => new NetworkSecurityGroup(newStack(), "it", props))).toEqual([
      "ATTRIBUTE_MISSING: compartmentId was not given",
      "ATTRIBUTE_MISSING: vcnId was not given",
    ]);
    expect(whats(() => ClusterNetwork.fromClusterNetworkAttributes(newStack(), "it", props))).toEqual([
      "ATTRIBUTE_MISSING: vcnId was not given",
    ]);
  });

  test("that plans with null is refused, and with nothing gets the default", () => {
    expect(whats(() => SubnetPlan.of(null as never))).toEqual(["VALUE_INVALID: props is null"]);
    expect(SubnetPlan.of({})).toEqual(SubnetPlan.of());
  });

  test("that plans with a text is refused", () => {
    const [problem] = validationProblemsOf(() => SubnetPlan.of("10.0.0.0/16" as never));
    expect(problem).toMatchObject({ code: "VALUE_INVALID", property: "props" });
  });

  test("that gives null as an exposure is refused", () => {
    const props: any = { compartmentId: COMPARTMENT, apiEndpointExposure: null };
    expect(whats(() => new ClusterNetwork(newStack(), "it", props))).toEqual([
      "VALUE_INVALID: apiEndpointExposure is null",
    ]);
  });
});

test("the fix for a VCN that is too large shows the valid sizes", () => {
  const [problem] = validationProblemsOf(() => SubnetPlan.of({ vcnCidr: "10.0.0.0/15" }));
  expect(problem?.fix).toBe("Give a range from a /16 to a /27, which just holds the four subnets");
});
