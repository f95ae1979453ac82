import fc from "fast-check";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { Fn, Testing, type TerraformStack } from "cdktf";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { cidrAt, overlaps, type Cidr } from "../../lib/core/cidr";
import { Port } from "../../lib/core/port";
import { resolveReference } from "../../lib/core/terraform-text";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress, blockOf, EgressSource } from "../../lib/network/egress/egress";
import { SubnetRole } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { DRG, networkIn, routesOf, services } from "./support";

const PEER = "10.60.0.0/16";
const POSTGRES = Port.tcp(5432);
const reason = { reason: "The data team's database" };
const GATEWAY = "ocid1.localpeeringgateway.oc1.eu-frankfurt-1.other";
const CONNECTION = "ocid1.remotepeeringconnection.oc1.eu-amsterdam-1.other";
const routes = (stack: TerraformStack) =>
  Object.entries(routesOf(stack)).flatMap(([subnet, all]) =>
    all.filter((route) => !route.includes("service_gateway")).map((route) => `${subnet}: ${route}`),
  );

/** Whether a pod may reach a host of the peered VCN. */
function verdictOf(stack: TerraformStack): Verdict {
  const [group] = Object.keys(resourcesOf(stack, "oci_core_network_security_group")).filter((id) =>
    /^pods/.test(id),
  );
  const [subnet] = Object.keys(resourcesOf(stack, "oci_core_subnet")).filter((id) => /Pods/.test(id));
  const reach = Reachability.fromTexts({ terraform: [Testing.synth(stack)] });
  const source = Endpoint.vnic(`oci_core_subnet.${subnet}`, [`oci_core_network_security_group.${group}`]);
  return reach.ask(source, Endpoint.addresses(["10.60.9.0/24"]), POSTGRES).verdict;
}

describe("a local peering", () => {
  test("routes the peer's ranges from those subnets only that an egress or the way back needs", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to("10.60.4.0/24", POSTGRES, reason));
    const id = network.peerLocally("data", { peerCidrs: [PEER], subnets: [SubnetRole.LOAD_BALANCERS] });
    expect(routes(stack)).toEqual([
      `n-lb: ${PEER} > local_peering_gateway`,
      "n-pods: 10.60.4.0/24 > local_peering_gateway",
    ]);
    expect(onlyResource(stack, "oci_core_local_peering_gateway")).toMatchObject({ display_name: "n-data" });
    expect(onlyResource(stack, "oci_core_local_peering_gateway")).not.toHaveProperty("peer_id");
    expect(resolveReference(stack, id)).toMatch(
      /^\$\{oci_core_local_peering_gateway\.\w+_Peering-data_\w+\.id}$/,
    );
  });

  test("of two networks of one program needs one side to connect", () => {
    const stack = newStack();
    const { network } = networkIn(stack);
    const other = new ClusterNetwork(stack, "other", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.of({ vcnCidr: PEER }),
      regionServices: services,
    });
    const peerGatewayId = other.peerLocally("shop", { peerCidrs: [network.vcnCidr] });
    network.peerLocally("data", { peerCidrs: [other.vcnCidr], peerGatewayId });
    const connected = Object.values(resourcesOf(stack, "oci_core_local_peering_gateway")).map(
      ({ display_name, peer_id }) => [display_name, peer_id !== undefined],
    );
    expect(connected.sort()).toEqual([
      ["n-data", true],
      ["stack-other-shop", false],
    ]);
  });

  test("is opened by the rule and the route together, and by neither alone", () => {
    const ask = (isPeered: boolean, isLetOut: boolean) => {
      const stack = newStack();
      const { network, pods } = networkIn(stack);
      if (isPeered)
        network.peerLocally("data", {
          peerCidrs: [PEER],
          peerGatewayId: GATEWAY,
          subnets: [SubnetRole.PODS],
        });
      if (isLetOut)
        pods.allowTo({ toRuleEnd: () => ({ type: "CIDR_BLOCK", value: PEER, key: PEER }) }, POSTGRES, reason);
      return verdictOf(stack);
    };
    expect([ask(true, true), ask(true, false), ask(false, true)]).toEqual([
      Verdict.YES,
      Verdict.NO,
      Verdict.NO,
    ]);
  });

  test("that waits for the other side may be open or not", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.peerLocally("data", { peerCidrs: [PEER], subnets: [SubnetRole.PODS] });
    pods.allowTo({ toRuleEnd: () => ({ type: "CIDR_BLOCK", value: PEER, key: PEER }) }, POSTGRES, reason);
    expect(verdictOf(stack)).toBe(Verdict.UNKNOWN);
  });

  test("takes its part of an egress to every address, which else leaves for the internet", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.peerLocally("data", { peerCidrs: [PEER] });
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(Port.tcp(443), reason));
    expect(routes(stack)).toEqual([
      "n-pods: 0.0.0.0/0 > nat_gateway",
      `n-pods: ${PEER} > local_peering_gateway`,
    ]);
  });

  test("is the same bytes in whatever order it is declared", () => {
    const steps = [
      ({ network }: ReturnType<typeof networkIn>) =>
        network.peerLocally("data", { peerCidrs: [PEER], peerGatewayId: GATEWAY }),
      ({ network, pods }: ReturnType<typeof networkIn>) =>
        network.addEgress(EgressSource.pods(pods), Egress.to("10.60.4.0/24", POSTGRES, reason)),
      ({ network }: ReturnType<typeof networkIn>) =>
        network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"] }),
    ];
    const bytes = (order: typeof steps) => {
      const stack = newStack();
      const parts = networkIn(stack);
      for (const step of order) step(parts);
      return synthesized(stack);
    };
    expect(bytes([...steps].reverse())).toEqual(bytes(steps));
  });
});

describe("a remote peering", () => {
  test("goes over the DRG of the network, with routes to the ranges of the other region", () => {
    const stack = newStack();
    const { network, workers } = networkIn(stack);
    network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"], subnets: [] });
    network.peerRemotely("ams", {
      peerCidrs: [PEER],
      peerConnectionId: CONNECTION,
      peerRegionName: "eu-amsterdam-1",
    });
    network.addEgress(EgressSource.workers(workers), Egress.to(PEER, POSTGRES, reason));
    expect(onlyResource(stack, "oci_core_remote_peering_connection")).toMatchObject({
      display_name: "n-ams",
      drg_id: expect.stringMatching(/DrgAttachment/),
      peer_id: CONNECTION,
      peer_region_name: "eu-amsterdam-1",
    });
    expect(routes(stack)).toEqual([`n-workers: ${PEER} > drg_attachment`]);
  });

  test("needs a DRG first, and both of connection and region or none", () => {
    const { network } = networkIn(newStack());
    const peer = (more: object) => () => network.peerRemotely("ams", { peerCidrs: [PEER], ...more });
    expect(problemCodesOf(peer({}))).toEqual(["EGRESS_INVALID"]);
    network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"] });
    expect(problemCodesOf(peer({ peerRegionName: "eu-amsterdam-1" }))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(peer({ peerConnectionId: GATEWAY, peerRegionName: "Amsterdam" }))).toEqual([
      "OCID_INVALID",
      "NAME_INVALID",
    ]);
    expect(peer({})()).toBeDefined();
  });
});

describe("a hub", () => {
  test("takes what leaves for the internet over the DRG, and no NAT gateway is made", () => {
    const stack = newStack();
    const { network, pods } = networkIn(stack);
    network.addEgress(EgressSource.pods(pods), Egress.to("203.0.113.0/24", Port.tcp(443), reason));
    network.attachDrg({
      drgId: DRG,
      onPremisesCidrs: ["10.200.0.0/16"],
      subnets: [],
      internetThroughHub: true,
    });
    network.addEgress(EgressSource.pods(pods), Egress.toAnywhere(Port.tcp(25), reason));
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    expect(routes(stack).sort()).toEqual([
      "n-pods: 0.0.0.0/0 > drg_attachment",
      "n-pods: 10.200.0.0/16 > drg_attachment",
      "n-pods: 203.0.113.0/24 > drg_attachment",
    ]);
    expect(problemCodesOf(() => network.natGatewayAddress)).toEqual(["EGRESS_INVALID"]);
  });

  test("is asked for by true or false", () => {
    const { network } = networkIn(newStack());
    const attach = () =>
      network.attachDrg({ drgId: DRG, onPremisesCidrs: [PEER], internetThroughHub: "yes" as never });
    expect(problemCodesOf(attach)).toEqual(["VALUE_INVALID"]);
  });
});

describe("a peering is refused", () => {
  test("without a range, as nothing would lead there", () => {
    const { network } = networkIn(newStack());
    const [problem] = validationProblemsOf(() => network.peerLocally("data", { peerCidrs: [] }));
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", property: "peerCidrs" });
    expect(problem?.why).not.toContain("load balancer");
  });

  test.each([
    ["a range of the VCN", { peerCidrs: ["10.0.8.0/24"] }, ["EGRESS_INVALID"]],
    ["a range around the VCN", { peerCidrs: ["10.0.0.0/8"] }, ["EGRESS_INVALID"]],
    ["link-local addresses", { peerCidrs: ["169.254.0.0/16"] }, ["EGRESS_INVALID"]],
    ["no range", { peerCidrs: [] }, ["EGRESS_INVALID"]],
    ["every address", { peerCidrs: ["0.0.0.0/0"] }, ["CIDR_TOO_WIDE"]],
    ["IPv6", { peerCidrs: ["2001:db8::/32"] }, ["CIDR_IPV6"]],
    ["a reference", { peerCidrs: [Fn.cidrsubnet(PEER, 8, 1)] }, ["CIDR_INVALID"]],
    ["another gateway's OCID", { peerCidrs: [PEER], peerGatewayId: DRG }, ["OCID_INVALID"]],
    ["no subnet", { peerCidrs: [PEER], subnets: ["pods"] }, ["VALUE_INVALID"]],
    ["no props", undefined, ["CIDR_INVALID"]],
  ])("with %s, and leaves nothing behind", (_, props, codes) => {
    const stack = newStack();
    const { network } = networkIn(stack);
    expect(problemCodesOf(() => network.peerLocally("data", props as never))).toEqual(codes);
    expect(resourcesOf(stack, "oci_core_local_peering_gateway")).toEqual({});
  });

  test("where another gateway has routes to a part of its ranges", () => {
    const { network } = networkIn(newStack());
    network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.60.7.0/24"] });
    expect(problemCodesOf(() => network.peerLocally("data", { peerCidrs: [PEER] }))).toEqual([
      "EGRESS_INVALID",
    ]);
    network.peerLocally("other", { peerCidrs: ["10.61.0.0/16"] });
    expect(problemCodesOf(() => network.peerRemotely("ams", { peerCidrs: ["10.61.3.0/24"] }))).toEqual([
      "EGRESS_INVALID",
    ]);
    const late = networkIn(newStack()).network;
    late.peerLocally("data", { peerCidrs: [PEER] });
    expect(problemCodesOf(() => late.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.60.7.0/24"] }))).toEqual([
      "EGRESS_INVALID",
    ]);
  });

  test("with an id that can't name it, or that another one has", () => {
    const { network } = networkIn(newStack());
    const peer =
      (id: unknown, cidr = PEER) =>
      () =>
        network.peerLocally(id as string, { peerCidrs: [cidr] });
    for (const id of ["", "1st", "a b", "x".repeat(16), 7])
      expect(problemCodesOf(peer(id))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(peer(undefined))).toEqual(["NAME_INVALID"]);
    peer("data")();
    expect(problemCodesOf(peer("data", "10.61.0.0/16"))).toEqual(["NAME_DUPLICATE"]);
  });

  test("exactly where its range overlaps the VCN or that of another peering", () => {
    const block = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 10, max: 24 }))
      .map(([second, prefix]) => {
        const size = 1n << BigInt(32 - prefix);
        return cidrAt(((0x0a000000n + (BigInt(second) << 16n)) / size) * size, prefix);
      });
    fc.assert(
      fc.property(block, block, (one, other) => {
        const { network } = networkIn(newStack());
        const vcn = blockOf(network.vcnCidr) as Cidr;
        const isRefused = (id: string, { text }: Cidr) => {
          try {
            network.peerLocally(id, { peerCidrs: [text] });
            return false;
          } catch {
            return true;
          }
        };
        expect(isRefused("one", one)).toBe(overlaps(one, vcn));
        expect(isRefused("other", other)).toBe(
          overlaps(other, vcn) || (!overlaps(one, vcn) && overlaps(one, other)),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe("the way back", () => {
  const subnets = [SubnetRole.PODS];

  test("is refused for pods of a network without a subnet of them", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "overlay", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.withoutPods(),
      regionServices: services,
    });
    const before = synthesized(stack);
    const attach = () => network.attachDrg({ drgId: DRG, onPremisesCidrs: [PEER], subnets });
    const peer = () => network.peerLocally("data", { peerCidrs: [PEER], subnets });
    for (const call of [attach, peer]) expect(problemCodesOf(call)).toEqual(["EGRESS_INVALID"]);
    expect(synthesized(stack)).toEqual(before);
    const existing = () =>
      new ExistingVcnNetwork(stack, "existing", {
        compartmentId: COMPARTMENT,
        vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
        vcnCidrs: ["10.20.0.0/16"],
        plan: SubnetPlan.withoutPods({ vcnCidr: "10.20.0.0/22" }),
        drg: { drgId: DRG, onPremisesCidrs: [PEER], subnets },
      });
    expect(problemCodesOf(existing)).toEqual(["EGRESS_INVALID"]);
  });

  test.each([[5], [true], [{}], ["WORKERS"]])(
    "is rejected for %p, which is not a list of subnets",
    (wrong) => {
      const { network } = networkIn(newStack());
      const given: any = { subnets: wrong };
      const attach = () => network.attachDrg({ drgId: DRG, onPremisesCidrs: [PEER], ...given });
      const peer = () => network.peerLocally("data", { peerCidrs: [PEER], ...given });
      for (const call of [attach, peer]) expect(problemCodesOf(call)).toEqual(["VALUE_INVALID"]);
    },
  );
});
