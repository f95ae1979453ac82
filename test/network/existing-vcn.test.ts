import {
  EXISTING_SUBNETS,
  EXISTING_VCN,
  existingSubnet,
  networkInExistingVcn,
  DRG,
  services,
} from "./support";
import { Testing } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { COMPARTMENT, newStack, onlyResource, resourcesOf, synthesized } from "../support/stack";

const reason = { reason: "The test asks for it" };

const groupIn = (network: ReturnType<typeof networkInExistingVcn>, id = "pods") =>
  new NetworkSecurityGroup(network, id, { compartmentId: COMPARTMENT, vcnId: network.vcnId });

describe("a network in a VCN that exists", () => {
  test("has private subnets in its part, with an empty security list and a route to the region's services", () => {
    const stack = newStack();
    const network = networkInExistingVcn(stack);
    const subnets = Object.values(resourcesOf(stack, "oci_core_subnet"));
    expect(subnets.map(({ display_name, cidr_block }) => [display_name, cidr_block])).toEqual([
      ["n-api", "10.20.8.0/28"],
      ["n-lb", expect.any(String)],
      ["n-pods", expect.any(String)],
      ["n-workers", expect.any(String)],
    ]);
    for (const each of subnets) {
      expect(each).toMatchObject({
        vcn_id: EXISTING_VCN,
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
    expect(network).toMatchObject({
      vcnId: EXISTING_VCN,
      vcnCidr: "10.20.0.0/16",
      compartmentId: COMPARTMENT,
    });
    // Nothing of what was there is managed.
    for (const type of ["oci_core_vcn", "oci_core_default_security_list", "oci_core_default_route_table"]) {
      expect(resourcesOf(stack, type)).toEqual({});
    }
  });

  test("makes nothing where everything is given", () => {
    const stack = newStack();
    const network = networkInExistingVcn(stack, { ...EXISTING_SUBNETS, plan: undefined });
    expect(synthesized(stack).resource).toBeUndefined();
    expect(network.podSubnet).toEqual({ ...EXISTING_SUBNETS.podSubnet, isPublic: false });
  });

  test("uses existing subnets and gateways, and creates the others", () => {
    const stack = newStack();
    networkInExistingVcn(stack, {
      vcnCidrs: ["10.10.0.0/16", "10.20.0.0/16"],
      apiEndpointSubnet: EXISTING_SUBNETS.apiEndpointSubnet,
      loadBalancerSubnet: existingSubnet("lb", "10.10.3.0/24", true),
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
    const network = networkInExistingVcn(stack, {
      drg: { drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"] },
      loadBalancerSubnet: EXISTING_SUBNETS.loadBalancerSubnet,
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
      const network = networkInExistingVcn(stack, given);
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
    const network = networkInExistingVcn(stack, { podSubnet: EXISTING_SUBNETS.podSubnet });
    network.addEgress(EgressSource.pods(groupIn(network)), Egress.to("192.168.9.0/24", Port.tcp(22), reason));
    expect(Object.keys(resourcesOf(stack, "oci_core_route_table"))).toHaveLength(1);
    expect(resourcesOf(stack, "oci_core_nat_gateway")).toEqual({});
    expect(Object.keys(resourcesOf(stack, "oci_core_network_security_group_security_rule"))).toHaveLength(1);
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  test("has an internet gateway and route for the one subnet that is public on purpose", () => {
    const stack = newStack();
    networkInExistingVcn(stack, { loadBalancerExposure: SubnetExposure.publicWith(reason) });
    const internetGatewayId = "ocid1.internetgateway.oc1.eu-frankfurt-1.existing";
    expect(onlyResource(stack, "oci_core_internet_gateway")).toMatchObject({
      vcn_id: EXISTING_VCN,
      enabled: true,
    });
    const isPublic = Object.values(resourcesOf(stack, "oci_core_subnet")).filter(({ route_table_id }) =>
      route_table_id.includes("PublicRouteTable"),
    );
    expect(isPublic).toMatchObject([{ display_name: "n-lb", prohibit_public_ip_on_vnic: false }]);
    const other = newStack();
    networkInExistingVcn(other, {
      internetGatewayId,
      apiEndpointExposure: SubnetExposure.publicWith(reason),
    });
    expect(resourcesOf(other, "oci_core_internet_gateway")).toEqual({});
    expect(JSON.stringify(resourcesOf(other, "oci_core_route_table"))).toContain(internetGatewayId);
  });

  test("serves a cluster, which gets its rights where the VCN is, and a bastion and flow logs", () => {
    const stack = newStack();
    const network = networkInExistingVcn(stack, { vcnCompartmentId: "ocid1.compartment.oc1..networks" });
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
});
