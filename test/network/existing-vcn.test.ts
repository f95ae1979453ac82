import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import { TerraformVariable, Testing } from "cdktf";
import fc from "fast-check";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { Bastion } from "../../lib/network/bastion/bastion";
import { BastionClients } from "../../lib/network/bastion/bastion-clients";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress } from "../../lib/network/egress/egress";
import { EgressSource } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetRole } from "../../lib/network/vcn/subnet-role";
import { SubnetExposure } from "../../lib/network/vcn/subnet-exposure";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  refusal,
  refusedCodes,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { DRG, services } from "./support";

const VCN = "ocid1.vcn.oc1.eu-frankfurt-1.existing";
const SERVICE_GATEWAY = "ocid1.servicegateway.oc1.eu-frankfurt-1.existing";
const INTERNET_GATEWAY = "ocid1.internetgateway.oc1.eu-frankfurt-1.existing";
const reason = { reason: "The test asks for it" };
const plan = () => SubnetPlan.of({ vcnCidr: "10.20.8.0/22", nodes: 16, pods: 400 });
const subnet = (name: string, cidr: string, isPublic?: boolean) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.existing${name}`,
  cidr,
  isPublic,
});
const SUBNETS = {
  apiEndpointSubnet: subnet("api", "10.20.1.0/28"),
  workerSubnet: subnet("workers", "10.20.2.0/24"),
  podSubnet: subnet("pods", "10.20.4.0/22"),
  loadBalancerSubnet: subnet("lb", "10.20.3.0/24"),
};

function existing(stack = newStack(), props: Partial<ExistingVcnNetworkProps> | object = {}) {
  const defaults = { vcnId: VCN, vcnCidrs: ["10.20.0.0/16"], compartmentId: COMPARTMENT };
  return new ExistingVcnNetwork(stack, "network", {
    ...defaults,
    displayName: "n",
    regionServices: services,
    plan: plan(),
    ...props,
  });
}

const groupIn = (network: ReturnType<typeof existing>, id = "pods") =>
  new NetworkSecurityGroup(network, id, { compartmentId: COMPARTMENT, vcnId: network.vcnId });

const codesOf = (props: object) => refusedCodes(() => existing(newStack(), props));

describe("a network in a VCN that exists", () => {
  test("has private subnets in its part, with an empty security list and a route to the region's services", () => {
    const stack = newStack();
    const network = existing(stack);
    const subnets = Object.values(resourcesOf(stack, "oci_core_subnet"));
    expect(subnets.map(({ display_name, cidr_block }) => [display_name, cidr_block])).toEqual([
      ["n-api", "10.20.8.0/28"],
      ["n-lb", expect.any(String)],
      ["n-pods", expect.any(String)],
      ["n-workers", expect.any(String)],
    ]);
    for (const each of subnets) {
      expect(each).toMatchObject({
        vcn_id: VCN,
        prohibit_public_ip_on_vnic: true,
        prohibit_internet_ingress: true,
        route_table_id: expect.stringContaining("oci_core_route_table.network_Routes_PrivateRouteTable"),
        security_list_ids: [
          expect.stringContaining("oci_core_security_list.network_Routes_EmptySecurityList"),
        ],
      });
      expect(each.dns_label).toMatch(/^[a-z][a-z0-9]{0,14}$/);
    }
    expect(onlyResource(stack, "oci_core_security_list")).not.toHaveProperty("ingress_security_rules");
    expect(onlyResource(stack, "oci_core_security_list")).not.toHaveProperty("egress_security_rules");
    const [route, ...further] = onlyResource(stack, "oci_core_route_table").route_rules;
    expect([route.destination, further]).toEqual([services.cidrLabel, []]);
    expect(network).toMatchObject({ vcnId: VCN, vcnCidr: "10.20.0.0/16", compartmentId: COMPARTMENT });
    // Nothing of what was there is managed.
    for (const type of ["oci_core_vcn", "oci_core_default_security_list", "oci_core_default_route_table"]) {
      expect(resourcesOf(stack, type)).toEqual({});
    }
  });

  test("makes nothing where everything is given", () => {
    const stack = newStack();
    const network = existing(stack, { ...SUBNETS, plan: undefined });
    expect(synthesized(stack).resource).toBeUndefined();
    expect(network.podSubnet).toEqual({ ...SUBNETS.podSubnet, isPublic: false });
  });

  test("uses existing subnets and gateways, and creates the others", () => {
    const stack = newStack();
    existing(stack, {
      vcnCidrs: ["10.10.0.0/16", "10.20.0.0/16"],
      apiEndpointSubnet: SUBNETS.apiEndpointSubnet,
      loadBalancerSubnet: subnet("lb", "10.10.3.0/24", true),
      loadBalancerExposure: SubnetExposure.publicWith(reason),
      takenCidrs: ["10.20.0.0/24", "10.20.12.0/22"],
      serviceGatewayId: "ocid1.servicegateway.oc1.eu-frankfurt-1.existing",
      dnsLabels: false,
      freeformTags: { team: "shop" },
    });
    const subnets = Object.values(resourcesOf(stack, "oci_core_subnet"));
    expect(subnets.map(({ display_name }) => display_name)).toEqual(["n-pods", "n-workers"]);
    for (const each of subnets) {
      expect(each).not.toHaveProperty("dns_label");
      expect(each.freeform_tags).toMatchObject({ team: "shop" });
    }
    expect(resourcesOf(stack, "oci_core_service_gateway")).toEqual({});
    expect(resourcesOf(stack, "oci_core_internet_gateway")).toEqual({});
    const [{ network_entity_id }] = onlyResource(stack, "oci_core_route_table").route_rules;
    expect(network_entity_id).toBe("ocid1.servicegateway.oc1.eu-frankfurt-1.existing");
    expect(Acknowledgements.of(stack)).toMatchObject([{ practice: "exposure", ...reason }]);
  });

  test("routes an existing DRG from the subnets that are reached, without attaching the VCN again", () => {
    const stack = newStack();
    const network = existing(stack, {
      drg: { drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"] },
      loadBalancerSubnet: SUBNETS.loadBalancerSubnet,
    });
    const over = (cidr: string) =>
      Object.values(resourcesOf(stack, "oci_core_route_table"))
        .filter(({ route_rules }) => route_rules.some(({ destination }: any) => destination === cidr))
        .map(({ display_name, route_rules }) => [display_name, route_rules[1].network_entity_id]);
    // The load balancers' subnet is somebody else's, and so are its routes.
    expect(over("10.200.0.0/16")).toEqual([["n-api-out", DRG]]);
    const ledger = Egress.to("10.200.16.5/32", Port.tcp(1521), reason);
    network.addEgress(EgressSource.pods(groupIn(network)), ledger);
    expect(over("10.200.16.5/32")).toEqual([["n-pods-out", DRG]]);
    expect(resourcesOf(stack, "oci_core_drg_attachment")).toEqual({});
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  test("routes egress through the existing NAT gateway, or creates one", () => {
    const natGatewayId = "ocid1.natgateway.oc1.eu-frankfurt-1.existing";
    for (const given of [{ natGatewayId }, {}]) {
      const stack = newStack();
      const network = existing(stack, given);
      network.addEgress(
        EgressSource.pods(groupIn(network)),
        Egress.to("203.0.113.0/24", Port.tcp(443), reason),
      );
      const own = Object.keys(resourcesOf(stack, "oci_core_nat_gateway"));
      const routes = Object.values(resourcesOf(stack, "oci_core_route_table")).flatMap(
        (table) => table.route_rules,
      );
      const { network_entity_id } = routes.find(({ destination }) => destination === "203.0.113.0/24");
      const expected = own.length === 1 ? `\${oci_core_nat_gateway.${own[0]}.id}` : natGatewayId;
      expect([own.length, network_entity_id]).toEqual([Object.keys(given).length === 1 ? 0 : 1, expected]);
    }
  });

  test("adds the rule only, where the subnet and so its routes are somebody else's", () => {
    const stack = newStack();
    const network = existing(stack, { podSubnet: SUBNETS.podSubnet });
    network.addEgress(EgressSource.pods(groupIn(network)), Egress.to("192.168.9.0/24", Port.tcp(22), reason));
    expect(Object.keys(resourcesOf(stack, "oci_core_route_table"))).toHaveLength(1);
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    expect(Object.keys(resourcesOf(stack, "oci_core_network_security_group_security_rule"))).toHaveLength(1);
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  test("has an internet gateway and route for the one subnet that is public on purpose", () => {
    const stack = newStack();
    existing(stack, { loadBalancerExposure: SubnetExposure.publicWith(reason) });
    const internetGatewayId = "ocid1.internetgateway.oc1.eu-frankfurt-1.existing";
    expect(onlyResource(stack, "oci_core_internet_gateway")).toMatchObject({ vcn_id: VCN, enabled: true });
    const isPublic = Object.values(resourcesOf(stack, "oci_core_subnet")).filter(({ route_table_id }) =>
      route_table_id.includes("PublicRouteTable"),
    );
    expect(isPublic).toMatchObject([{ display_name: "n-lb", prohibit_public_ip_on_vnic: false }]);
    const other = newStack();
    existing(other, { internetGatewayId, apiEndpointExposure: SubnetExposure.publicWith(reason) });
    expect(resourcesOf(other, "oci_core_internet_gateway")).toEqual({});
    expect(JSON.stringify(resourcesOf(other, "oci_core_route_table"))).toContain(internetGatewayId);
  });

  test("serves a cluster, which gets its rights where the VCN is, and a bastion and flow logs", () => {
    const stack = newStack();
    const network = existing(stack, { vcnCompartmentId: "ocid1.compartment.oc1..networks" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      network,
    });
    new Bastion(stack, "bastion", {
      compartmentId: COMPARTMENT,
      network,
      apiEndpointSecurityGroup: cluster.apiEndpointSecurityGroup,
      apiEndpoint: "10.20.8.2:6443",
      clients: BastionClients.from(["192.0.2.0/24"]),
    });
    const policies = Object.values(resourcesOf(stack, "oci_identity_policy"));
    const ofVcn = policies.filter(
      ({ compartment_id }) => compartment_id === "ocid1.compartment.oc1..networks",
    );
    expect(ofVcn.flatMap(({ statements }) => statements)).toEqual([
      expect.stringMatching(
        /^Allow any-user to manage vcns in compartment id ocid1.compartment.oc1..networks where all/,
      ),
      expect.stringMatching(
        /^Allow any-user to read vcns in compartment id ocid1.compartment.oc1..networks where all/,
      ),
    ]);
    const others = policies
      .filter((policy) => !ofVcn.includes(policy))
      .flatMap(({ statements }) => statements);
    expect(others.join()).not.toContain("manage vcns");
    const [api] = Object.values(resourcesOf(stack, "oci_core_subnet"));
    expect(api.security_list_ids).toHaveLength(2);
    expect(
      Object.keys(resourcesOf(stack, "oci_logging_log")).filter((id) => id.includes("FlowLogs")),
    ).toHaveLength(4);
  });

  test("is refused where ranges are outside, overlap, or are too small", () => {
    const [outside] = refusal(() => existing(newStack(), { vcnCidrs: ["10.30.0.0/16"] }));
    expect(outside).toMatchObject({
      code: "SUBNET_OUTSIDE_VCN",
      path: "stack/network",
      what: "The plan's apiEndpointCidr is 10.20.8.0/28, which is not part of the VCN's 10.30.0.0/16",
    });
    expect(codesOf({ workerSubnet: subnet("workers", "10.20.11.0/24") })).toEqual(["SUBNET_OVERLAP"]);
    // Even where it is the same range: one would be made where the other is.
    expect(codesOf({ workerSubnet: subnet("workers", "10.20.8.0/28") })).toEqual(["SUBNET_OVERLAP"]);
    expect(codesOf({ takenCidrs: ["10.20.8.0/29"] })).toEqual(["SUBNET_OVERLAP"]);
    expect(() => existing(newStack(), { takenCidrs: [] })).not.toThrow();
    expect(codesOf({ workerSubnet: subnet("workers", "10.20.2.0/31") })).toEqual(["SUBNET_SIZE"]);
    expect(codesOf({ loadBalancerSubnet: subnet("lb", "10.20.2.0/30") })).toEqual(["SUBNET_EXHAUSTED"]);
    // Given ones may be one subnet.
    const both = subnet("both", "10.20.64.0/18");
    expect(() => existing(newStack(), { workerSubnet: both, podSubnet: both })).not.toThrow();
  });

  test("is refused public subnets where private ones are meant, and private ones where public ones are", () => {
    expect(codesOf({ workerSubnet: subnet("workers", "10.20.2.0/24", true) })).toEqual(["SUBNET_PUBLIC"]);
    expect(codesOf({ podSubnet: subnet("pods", "10.20.2.0/24", true) })).toEqual(["SUBNET_PUBLIC"]);
    expect(codesOf({ loadBalancerSubnet: subnet("lb", "10.20.2.0/24", true) })).toEqual(["SUBNET_PUBLIC"]);
    expect(codesOf({ apiEndpointSubnet: subnet("api", "10.20.2.0/24", true) })).toEqual(["SUBNET_PUBLIC"]);
    expect(
      codesOf({
        loadBalancerSubnet: SUBNETS.loadBalancerSubnet,
        loadBalancerExposure: SubnetExposure.publicWith(reason),
      }),
    ).toEqual(["SUBNET_NOT_PUBLIC"]);
  });

  test("is refused IPv6 wherever it takes a range", () => {
    const six = "fd00::/64";
    expect(codesOf({ vcnCidrs: ["10.20.0.0/16", six] })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ takenCidrs: [six] })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ workerSubnet: subnet("workers", six) })).toEqual(["CIDR_IPV6"]);
    expect(codesOf({ drg: { drgId: DRG, onPremisesCidrs: [six] } })).toEqual(["CIDR_IPV6"]);
  });

  test("is refused a DRG whose ranges are the VCN's, in any of its blocks", () => {
    const drg = { drgId: DRG, onPremisesCidrs: ["10.10.7.0/24"] };
    expect(codesOf({ vcnCidrs: ["10.20.0.0/16", "10.10.0.0/16"], drg })).toEqual(["EGRESS_INVALID"]);
    expect(codesOf({ drg: { ...drg, subnets: ["STORAGE"] } })).toEqual(["VALUE_INVALID"]);
    expect(() => existing(newStack(), { drg: { ...drg, subnets: [SubnetRole.PODS] } })).not.toThrow();
  });

  test("is refused with all that is wrong, and leaves nothing behind", () => {
    const make =
      (props: any, stack = newStack()) =>
      () =>
        new ExistingVcnNetwork(stack, "network", props);
    const missing = Array(3).fill("ATTRIBUTE_MISSING");
    for (const nothing of [undefined, null, {}]) {
      const expected = ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "CIDR_INVALID", ...missing];
      expect(refusedCodes(make(nothing))).toEqual(expected);
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
      ...SUBNETS,
      podSubnet: "ocid1.subnet.oc1..x",
      drg: true,
      dnsLabels: "no",
      displayName: "x".repeat(300),
      freeformTags: { "a b": "c" },
    };
    expect(refusedCodes(make(wrong, stack))).toEqual([
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
    expect(refusedCodes(() => existing(stack, { vcnCidrs: [range] }))).toEqual(["CIDR_INVALID"]);
  });

  test("keeps a cluster's Services outside of all of its blocks and of what is behind its DRG", () => {
    const cluster = (props: object, servicesCidr: string) => {
      const stack = newStack();
      const network = existing(stack, props);
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
    expect(refusedCodes(() => cluster({ vcnCidrs }, "10.96.0.0/20"))).toEqual(["SUBNET_OVERLAP"]);
    const drg = { drgId: DRG, onPremisesCidrs: ["10.96.128.0/20"] };
    expect(refusedCodes(() => Testing.synth(cluster({ drg }, "10.96.0.0/16"), true))).toEqual([
      "SUBNET_OVERLAP",
    ]);
    expect(() => Testing.synth(cluster({ drg }, "10.97.0.0/16"), true)).not.toThrow();
  });

  test("is refused a part of the VCN that another network of the program has subnets in", () => {
    const stack = newStack();
    existing(stack);
    const next = (vcnCidr: string, vcnId = VCN, id = "next") =>
      new ExistingVcnNetwork(stack, id, {
        vcnId,
        serviceGatewayId: SERVICE_GATEWAY,
        vcnCidrs: ["10.20.0.0/16"],
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ vcnCidr, nodes: 16, pods: 400 }),
      });
    const [problem] = refusal(() => next("10.20.8.0/22"));
    expect(problem).toMatchObject({
      code: "SUBNET_OVERLAP",
      what: "The plan's 10.20.8.0/28 overlaps 10.20.8.0/28, a subnet that stack/network creates in the VCN",
    });
    expect(() => next("10.20.12.0/22")).not.toThrow();
    expect(() => next("10.20.8.0/22", "ocid1.vcn.oc1.eu-frankfurt-1.existing2", "third")).not.toThrow();
    const own = new ClusterNetwork(stack, "own", { compartmentId: COMPARTMENT, plan: plan() });
    const codes = refusedCodes(() => next("10.20.8.0/22", own.vcnId, "fourth"));
    expect(new Set(codes)).toEqual(new Set(["SUBNET_OVERLAP"]));
  });

  test("rejects a second service or internet gateway of the VCN, and accepts the existing ones", () => {
    const stack = newStack();
    const exposed = { loadBalancerExposure: SubnetExposure.publicWith(reason) };
    existing(stack, exposed);
    const own = new ClusterNetwork(stack, "own", { compartmentId: COMPARTMENT, plan: plan() });
    const next = (props: Partial<ExistingVcnNetworkProps> = {}) =>
      new ExistingVcnNetwork(stack, "next", {
        vcnId: VCN,
        vcnCidrs: ["10.20.0.0/16"],
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ vcnCidr: "10.20.12.0/22", nodes: 16, pods: 400 }),
        ...props,
      });
    const [service, internet, ...more] = refusal(() => next(exposed));
    expect([service?.code, internet?.code, ...more]).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    expect([service?.fix, internet?.fix]).toEqual([
      expect.stringContaining("serviceGatewayId"),
      expect.stringContaining("internetGatewayId"),
    ]);
    expect(refusedCodes(() => next({ vcnId: own.vcnId }))).toEqual(["ATTRIBUTE_MISSING"]);
    const given = { serviceGatewayId: SERVICE_GATEWAY, internetGatewayId: INTERNET_GATEWAY };
    expect(() => next({ ...exposed, ...given })).not.toThrow();
  });

  test("is refused exactly where a range that is taken shares addresses with a subnet of the plan", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 20, max: 28 }), (third, prefix) => {
        const size = 2 ** (32 - prefix);
        const first = Math.floor((third * 256) / size) * size;
        const taken = `10.20.${Math.floor(first / 256)}.${first % 256}/${prefix}`;
        const { apiEndpointCidr, workerCidr, podCidr, loadBalancerCidr } = plan();
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
        else expect(() => existing(newStack(), { takenCidrs: [taken] })).not.toThrow();
      }),
      { numRuns: 25 },
    );
  });
});
