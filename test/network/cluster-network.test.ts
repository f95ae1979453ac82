import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { SubnetExposure } from "../../lib/network/vcn/cluster-subnet";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const SUBNET = "oci_core_subnet";
const services = RegionServices.of({
  serviceId: "ocid1.service.oc1.eu-frankfurt-1.test",
  cidrLabel: "all-fra-services-in-oracle-services-network",
});

function byName(stack: any, type: string): { [name: string]: any } {
  return Object.fromEntries(
    Object.values(resourcesOf(stack, type)).map((entry: any) => [entry.display_name, entry]),
  );
}

describe("a cluster network", () => {
  test("has four private subnets, and neither a NAT gateway nor an internet gateway", () => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const subnets = Object.values(resourcesOf(stack, SUBNET));
    expect(subnets.map((subnet) => subnet.cidr_block).sort()).toEqual([
      "10.0.0.0/28",
      "10.0.1.0/24",
      "10.0.2.0/24",
      "10.0.224.0/19",
    ]);
    for (const subnet of subnets) {
      expect(subnet).toMatchObject({ prohibit_public_ip_on_vnic: true, prohibit_internet_ingress: true });
    }
    expect(Object.keys(synthesized(stack).resource).sort()).toEqual([
      "oci_core_capture_filter",
      "oci_core_default_route_table",
      "oci_core_default_security_list",
      "oci_core_route_table",
      "oci_core_service_gateway",
      "oci_core_subnet",
      "oci_core_vcn",
      "oci_logging_log",
      "oci_logging_log_group",
      "terraform_data",
    ]);
  });

  test("empties the VCN's default security list and default route table", () => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const list = onlyResource(stack, "oci_core_default_security_list");
    const table = onlyResource(stack, "oci_core_default_route_table");
    expect(list.manage_default_resource_id).toMatch(/^\$\{oci_core_vcn\..*default_security_list_id}$/);
    expect(table.manage_default_resource_id).toMatch(/^\$\{oci_core_vcn\..*default_route_table_id}$/);
    expect(list).not.toHaveProperty("ingress_security_rules");
    expect(list).not.toHaveProperty("egress_security_rules");
    expect(table).not.toHaveProperty("route_rules");
  });

  test("routes to the region's services only, which Terraform looks up when it applies", () => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const [rule, ...more] = onlyResource(stack, "oci_core_route_table").route_rules;
    expect(more).toEqual([]);
    expect(rule).toMatchObject({ destination_type: "SERVICE_CIDR_BLOCK" });
    expect(rule.network_entity_id).toContain("oci_core_service_gateway");
    const [lookup] = Object.values<any>(synthesized(stack).data.oci_core_services);
    expect(lookup.depends_on).toEqual([expect.stringContaining("terraform_data")]);
  });

  test("looks nothing up where the region's services are given", () => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, regionServices: services });
    expect(synthesized(stack).data).toBeUndefined();
    expect(onlyResource(stack, "oci_core_service_gateway").services).toEqual([
      { service_id: services.serviceId },
    ]);
  });

  test("takes plan, name, tags and public subnets", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", {
      compartmentId: COMPARTMENT,
      plan: SubnetPlan.of({ vcnCidr: "172.16.0.0/20", nodes: 20, pods: 600 }),
      loadBalancerExposure: SubnetExposure.publicWith({ reason: "The shop is public" }),
      displayName: "shop",
      freeformTags: { team: "shop" },
      definedTags: { "ops.cost": "42" },
    });
    const vcn = onlyResource(stack, "oci_core_vcn");
    expect(vcn).toMatchObject({
      cidr_blocks: ["172.16.0.0/20"],
      display_name: "shop",
      freeform_tags: { team: "shop", "managed-by": "secure-oke" },
      defined_tags: { "ops.cost": "42" },
    });
    const subnets = byName(stack, SUBNET);
    expect(subnets["shop-lb"]).toMatchObject({
      prohibit_public_ip_on_vnic: false,
      prohibit_internet_ingress: false,
    });
    for (const name of ["shop-api", "shop-workers", "shop-pods"]) {
      expect(subnets[name]).toMatchObject({
        prohibit_public_ip_on_vnic: true,
        prohibit_internet_ingress: true,
      });
      expect(subnets[name].route_table_id).not.toBe(subnets["shop-lb"].route_table_id);
    }
    expect(byName(stack, "oci_core_route_table")["shop-public"].route_rules).toMatchObject([
      { destination: "0.0.0.0/0", network_entity_id: expect.stringContaining("oci_core_internet_gateway") },
    ]);
    expect(network.loadBalancerSubnet.isPublic).toBe(true);
    expect(Acknowledgements.of(stack)).toMatchObject([
      { practice: "exposure", reason: "The shop is public" },
    ]);
  });

  test("keeps the ids of everything when one subnet becomes public", () => {
    const ids = (exposure?: SubnetExposure) => {
      const stack = newStack();
      new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, loadBalancerExposure: exposure });
      return Object.values(synthesized(stack).resource).flatMap((all: any) => Object.keys(all));
    };
    expect(ids(SubnetExposure.publicWith({ reason: "test" }))).toEqual(expect.arrayContaining(ids()));
  });

  test("that exists gives what it was given and throws for the rest only when touched", () => {
    const stack = newStack();
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
      workerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.test", cidr: "10.0.2.0/24" },
    });
    expect(network.workerSubnet.cidr).toBe("10.0.2.0/24");
    expect(network.vcnId).toContain("vcn");
    for (const name of [
      "compartmentId",
      "vcnCidr",
      "apiEndpointSubnet",
      "podSubnet",
      "loadBalancerSubnet",
      "regionServices",
    ] as const) {
      expect(problemCodesOf(() => network[name])).toEqual(["ATTRIBUTE_MISSING"]);
    }
  });

  test("refuses wrong OCIDs, wrong ranges and exposure without a reason", () => {
    const stack = newStack();
    expect(problemCodesOf(() => new ClusterNetwork(stack, "a", { compartmentId: "shop" }))).toEqual([
      "OCID_INVALID",
    ]);
    expect(
      problemCodesOf(() =>
        ClusterNetwork.fromClusterNetworkAttributes(stack, "b", {
          vcnId: COMPARTMENT,
          vcnCidr: "10.0.0.0",
          podSubnet: { subnetId: "x", cidr: "10.0.0.1/24" },
        }),
      ),
    ).toEqual(["OCID_INVALID", "CIDR_INVALID", "OCID_INVALID", "CIDR_HOST_BITS"]);
    expect(problemCodesOf(() => SubnetExposure.publicWith({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => RegionServices.of({ serviceId: "x", cidrLabel: "y" }))).toEqual([
      "OCID_INVALID",
    ]);
  });

  test("that was refused leaves its id free", () => {
    const stack = newStack();
    const make = (props: any) => () => new ClusterNetwork(stack, "network", props);
    expect(problemCodesOf(make(undefined))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    const existing: any = (attributes: any) => () =>
      ClusterNetwork.fromClusterNetworkAttributes(stack, "network", attributes);
    expect(problemCodesOf(existing(undefined))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(existing({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(stack.node.tryFindChild("network")).toBeUndefined();
    make({ compartmentId: COMPARTMENT })();
    const [problem] = validationProblemsOf(make({ compartmentId: "shop" }));
    expect(problem?.path).toBe("stack/network");
  });

  test("says all that is wrong at once, also of values that no factory made", () => {
    const props: any = {
      compartmentId: "shop",
      apiEndpointExposure: { isPublic: true },
      loadBalancerExposure: {},
      regionServices: { serviceId: "services", cidrLabel: "0.0.0.0/0" },
      displayName: "x".repeat(240),
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(() => new ClusterNetwork(newStack(), "network", props))).toEqual([
      "OCID_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "OCID_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "TAG_INVALID",
    ]);
    expect(problemCodesOf(() => (SubnetExposure as any).publicWith())).toEqual(["REASON_MISSING"]);
  });

  test.each(["a b", "a/b", "Ü", "a\nb", 'a"b', "x.y"])("can have the id %p", (id) => {
    const stack = newStack();
    new ClusterNetwork(stack, id, { compartmentId: COMPARTMENT });
    for (const byType of Object.values<any>(synthesized(stack).resource)) {
      for (const name of Object.keys(byType)) expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]*$/);
    }
  });

  test("rejects an id that is not a valid Terraform name", () => {
    const [problem] = validationProblemsOf(
      () => new ClusterNetwork(newStack(), "2nd", { compartmentId: COMPARTMENT }),
    );
    expect(problem).toMatchObject({ code: "NAME_INVALID", what: expect.stringContaining('"2nd"') });
  });
});
