import fc from "fast-check";
import {
  EXISTING_SUBNETS,
  EXISTING_VCN,
  existingSubnet,
  networkInExistingVcn,
  planInExistingVcn,
  DRG,
} from "./support";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import { TerraformVariable, Testing } from "cdktf";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { SubnetRole, SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

const SERVICE_GATEWAY = "ocid1.servicegateway.oc1.eu-frankfurt-1.existing";
const INTERNET_GATEWAY = "ocid1.internetgateway.oc1.eu-frankfurt-1.existing";
const reason = { reason: "The test asks for it" };

const codesOf = (props: object) => problemCodesOf(() => networkInExistingVcn(newStack(), props));

describe("invalid input of an ExistingVcnNetwork", () => {
  test("includes ranges that are outside of the VCN, overlap, or are too small", () => {
    const [outside] = validationProblemsOf(() =>
      networkInExistingVcn(newStack(), { vcnCidrs: ["10.30.0.0/16"] }),
    );
    expect(outside).toMatchObject({
      code: "SUBNET_OUTSIDE_VCN",
      path: "stack/network",
      what: "The plan's apiEndpointCidr is 10.20.8.0/28, which is not part of the VCN's 10.30.0.0/16",
    });
    expect(codesOf({ workerSubnet: existingSubnet("workers", "10.20.11.0/24") })).toEqual(["SUBNET_OVERLAP"]);
    // Even where it is the same range: one would be made where the other is.
    expect(codesOf({ workerSubnet: existingSubnet("workers", "10.20.8.0/28") })).toEqual(["SUBNET_OVERLAP"]);
    expect(codesOf({ takenCidrs: ["10.20.8.0/29"] })).toEqual(["SUBNET_OVERLAP"]);
    expect(() => networkInExistingVcn(newStack(), { takenCidrs: [] })).not.toThrow();
    expect(codesOf({ workerSubnet: existingSubnet("workers", "10.20.2.0/31") })).toEqual(["SUBNET_SIZE"]);
    expect(codesOf({ loadBalancerSubnet: existingSubnet("lb", "10.20.2.0/30") })).toEqual([
      "SUBNET_EXHAUSTED",
    ]);
    // Given ones may be one subnet.
    const both = existingSubnet("both", "10.20.64.0/18");
    expect(() => networkInExistingVcn(newStack(), { workerSubnet: both, podSubnet: both })).not.toThrow();
  });

  test("includes a public subnet for a private role, and the reverse", () => {
    expect(codesOf({ workerSubnet: existingSubnet("workers", "10.20.2.0/24", true) })).toEqual([
      "SUBNET_PUBLIC",
    ]);
    expect(codesOf({ podSubnet: existingSubnet("pods", "10.20.2.0/24", true) })).toEqual(["SUBNET_PUBLIC"]);
    expect(codesOf({ loadBalancerSubnet: existingSubnet("lb", "10.20.2.0/24", true) })).toEqual([
      "SUBNET_PUBLIC",
    ]);
    expect(codesOf({ apiEndpointSubnet: existingSubnet("api", "10.20.2.0/24", true) })).toEqual([
      "SUBNET_PUBLIC",
    ]);
    expect(
      codesOf({
        loadBalancerSubnet: EXISTING_SUBNETS.loadBalancerSubnet,
        loadBalancerExposure: SubnetExposure.publicWith(reason),
      }),
    ).toEqual(["SUBNET_NOT_PUBLIC"]);
  });

  test("includes an IPv6 range in any prop", () => {
    const six = "fd00::/64";
    expect(codesOf({ vcnCidrs: ["10.20.0.0/16", six] })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ takenCidrs: [six] })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ workerSubnet: existingSubnet("workers", six) })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ drg: { drgId: DRG, onPremisesCidrs: [six] } })).toEqual(["CIDR_IPV6"]);
  });

  test("includes a DRG with ranges of the VCN, in any block of the VCN", () => {
    const drg = { drgId: DRG, onPremisesCidrs: ["10.10.7.0/24"] };
    expect(codesOf({ vcnCidrs: ["10.20.0.0/16", "10.10.0.0/16"], drg })).toEqual(["EGRESS_INVALID"]);
    expect(codesOf({ drg: { ...drg, subnets: ["STORAGE"] } })).toEqual(["VALUE_INVALID"]);
    expect(() =>
      networkInExistingVcn(newStack(), { drg: { ...drg, subnets: [SubnetRole.PODS] } }),
    ).not.toThrow();
  });

  test("is reported all at once, and no construct is left behind", () => {
    const make =
      (props: any, stack = newStack()) =>
      () =>
        new ExistingVcnNetwork(stack, "network", props);
    const missing = Array(3).fill("ATTRIBUTE_MISSING");
    for (const nothing of [undefined, null, {}]) {
      const expected = ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "CIDR_INVALID", ...missing];
      expect(problemCodesOf(make(nothing))).toEqual(expected);
    }
    const stack = newStack();
    const wrong = {
      vcnId: "ocid1.subnet.oc1..x",
      compartmentId: "c",
      vcnCompartmentId: "c",
      serviceGatewayId: "s",
      natGatewayId: "n",
      internetGatewayId: "i",
      vcnCidrs: [],
      takenCidrs: ["x"],
      ...EXISTING_SUBNETS,
      podSubnet: "ocid1.subnet.oc1..x",
      drg: true,
      dnsLabels: "no",
      displayName: "x".repeat(300),
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong, stack))).toEqual([
      ...Array(6).fill("OCID_INVALID"),
      "CIDR_LIST_EMPTY",
      "CIDR_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "NAME_INVALID",
      "TAG_INVALID",
    ]);
    expect(stack.node.tryFindChild("network")).toBeUndefined();
    const range = new TerraformVariable(stack, "range", { type: "string" }).stringValue;
    expect(problemCodesOf(() => networkInExistingVcn(stack, { vcnCidrs: [range] }))).toEqual([
      "CIDR_INVALID",
    ]);
  });

  test("includes a range of Services that overlaps any block of the VCN, or a range behind its DRG", () => {
    const cluster = (props: object, servicesCidr: string) => {
      const stack = newStack();
      const network = networkInExistingVcn(stack, props);
      new SecureOkeCluster(stack, "cluster", {
        compartmentId: COMPARTMENT,
        kubernetesVersion: KubernetesVersion.V1_34,
        endpointAccess: EndpointAccess.private(),
        network,
        servicesCidr,
      });
      return stack;
    };
    const vcnCidrs = ["10.20.0.0/16", "10.96.0.0/16"];
    expect(problemCodesOf(() => cluster({ vcnCidrs }, "10.96.0.0/20"))).toEqual(["SUBNET_OVERLAP"]);
    const drg = { drgId: DRG, onPremisesCidrs: ["10.96.128.0/20"] };
    expect(problemCodesOf(() => Testing.synth(cluster({ drg }, "10.96.0.0/16"), true))).toEqual([
      "SUBNET_OVERLAP",
    ]);
    expect(() => Testing.synth(cluster({ drg }, "10.97.0.0/16"), true)).not.toThrow();
  });

  test("includes a part of the VCN in which another network of the program has subnets", () => {
    const stack = newStack();
    networkInExistingVcn(stack);
    const next = (vcnCidr: string, vcnId = EXISTING_VCN, id = "next") =>
      new ExistingVcnNetwork(stack, id, {
        vcnId,
        serviceGatewayId: SERVICE_GATEWAY,
        vcnCidrs: ["10.20.0.0/16"],
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ vcnCidr, nodes: 16, pods: 400 }),
      });
    const [problem] = validationProblemsOf(() => next("10.20.8.0/22"));
    expect(problem).toMatchObject({
      code: "SUBNET_OVERLAP",
      what: "The plan's 10.20.8.0/28 overlaps 10.20.8.0/28, a subnet that stack/network creates in the VCN",
    });
    expect(() => next("10.20.12.0/22")).not.toThrow();
    expect(() => next("10.20.8.0/22", "ocid1.vcn.oc1.eu-frankfurt-1.existing2", "third")).not.toThrow();
    const own = new ClusterNetwork(stack, "own", { compartmentId: COMPARTMENT, plan: planInExistingVcn() });
    const codes = problemCodesOf(() => next("10.20.8.0/22", own.vcnId, "fourth"));
    expect(new Set(codes)).toEqual(new Set(["SUBNET_OVERLAP"]));
  });

  test("includes a second service or internet gateway of the VCN, but not the existing ones", () => {
    const stack = newStack();
    const exposed = { loadBalancerExposure: SubnetExposure.publicWith(reason) };
    networkInExistingVcn(stack, exposed);
    const own = new ClusterNetwork(stack, "own", { compartmentId: COMPARTMENT, plan: planInExistingVcn() });
    const next = (props: Partial<ExistingVcnNetworkProps> = {}) =>
      new ExistingVcnNetwork(stack, "next", {
        vcnId: EXISTING_VCN,
        vcnCidrs: ["10.20.0.0/16"],
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ vcnCidr: "10.20.12.0/22", nodes: 16, pods: 400 }),
        ...props,
      });
    const [service, internet, ...more] = validationProblemsOf(() => next(exposed));
    expect([service?.code, internet?.code, ...more]).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect([service?.fix, internet?.fix]).toEqual([
      expect.stringContaining("serviceGatewayId"),
      expect.stringContaining("internetGatewayId"),
    ]);
    expect(problemCodesOf(() => next({ vcnId: own.vcnId }))).toEqual(["ATTRIBUTE_MISSING"]);
    const given = { serviceGatewayId: SERVICE_GATEWAY, internetGatewayId: INTERNET_GATEWAY };
    expect(() => next({ ...exposed, ...given })).not.toThrow();
  });

  test("includes a taken range if, and only if, it overlaps a subnet of the plan", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 20, max: 28 }), (third, prefix) => {
        const size = 2 ** (32 - prefix);
        const first = Math.floor((third * 256) / size) * size;
        const taken = `10.20.${Math.floor(first / 256)}.${first % 256}/${prefix}`;
        const { apiEndpointCidr, workerCidr, podCidr, loadBalancerCidr } = planInExistingVcn();
        // The naive way: every address of the taken range, asked one by one.
        const isOf = (address: number) =>
          [apiEndpointCidr, workerCidr, podCidr, loadBalancerCidr].some((range) => {
            const [, c, d, length] = /^10\.20\.(\d+)\.(\d+)\/(\d+)$/.exec(range) as any;
            const start = Number(c) * 256 + Number(d);
            return address >= start && address < start + 2 ** (32 - Number(length));
          });
        const isShared = Array.from({ length: size }, (_, i) => first + i).some(isOf);
        const codes = () => codesOf({ takenCidrs: [taken] });
        if (isShared) expect(new Set(codes())).toEqual(new Set(["SUBNET_OVERLAP"]));
        else expect(() => networkInExistingVcn(newStack(), { takenCidrs: [taken] })).not.toThrow();
      }),
      { numRuns: 25 },
    );
  });
});
