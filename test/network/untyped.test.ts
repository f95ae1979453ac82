import { Port } from "../../lib/core/port";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { Egress } from "../../lib/network/egress/egress";
import { SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart } from "../workload/support";
import { networkIn } from "./support";
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

  test("that copies a value without its reason gets the place of the reason", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    const copy = <T extends object>(value: T, members: object): T =>
      Object.assign(Object.create(value) as T, members);
    const placesOf = (call: () => unknown) =>
      validationProblemsOf(call).map(({ code, property }) => [code, property]);
    const exposure = { ...SubnetExposure.publicWith({ reason: "A demo" }), reason: " " };
    expect(
      placesOf(
        () =>
          new ClusterNetwork(newStack(), "it", {
            compartmentId: COMPARTMENT,
            apiEndpointExposure: exposure,
          }),
      ),
    ).toEqual([["REASON_MISSING", "apiEndpointExposure.reason"]]);
    const clients = BastionClients.fromWide(["192.0.0.0/16"], { reason: "A demo" });
    expect(
      placesOf(
        () =>
          new Bastion(stack, "bastion", {
            compartmentId: COMPARTMENT,
            network,
            apiEndpointSecurityGroup: pods,
            apiEndpoint: "10.0.0.5:6443",
            clients: { ...clients, reason: "" },
          }),
      ),
    ).toEqual([["REASON_MISSING", "clients.reason"]]);
    const egress = copy(Egress.to("203.0.113.0/24", Port.tcp(443), { reason: "A demo" }), { reason: "" });
    const web = () =>
      new HardenedDeployment(newChart(), "web", { image: IMAGE, port: 8080, egress: [egress] });
    expect(placesOf(web)).toEqual([["REASON_MISSING", "egress[0].reason"]]);
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
