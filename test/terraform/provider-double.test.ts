import { TerraformOutput, TerraformStack } from "cdktf";
import { CoreSubnet } from "../../lib/oci/core-subnet";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { OciProvider } from "../../lib/oci/provider";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "./terraform";

jest.setTimeout(60_000);

const COMPARTMENT = "ocid1.compartment.oc1..example";
const VCN = { compartment_id: COMPARTMENT, cidr_blocks: ["10.0.0.0/16"], display_name: "vcn" };
const NSG = { compartment_id: COMPARTMENT, vcn_id: "${oci_core_vcn.vcn.id}" };
const RULE = {
  network_security_group_id: "${oci_core_network_security_group.nsg.id}",
  direction: "INGRESS",
  protocol: "6",
  source: "10.0.0.0/24",
  source_type: "CIDR_BLOCK",
  tcp_options: [{ destination_port_range: [{ min: 443, max: 443 }] }],
};

function subnet(cidr_block: string, more: object = {}): object {
  return { compartment_id: COMPARTMENT, vcn_id: "${oci_core_vcn.vcn.id}", cidr_block, ...more };
}

/** Applies a first configuration and returns the changes that a second one plans. */
async function changesFrom(terraform: Terraform, before: object, after: object): Promise<object> {
  await (await terraform.initConfig(before)).apply();
  return (await terraform.initConfig(after)).changes();
}

describeWithTerraform("Terraform with the provider double", () => {
  test("creates resources, plans no further changes, and destroys the resources", async () => {
    await withProvider(async (terraform) => {
      const stack = await terraform.initConfig({
        resource: {
          oci_core_vcn: { vcn: VCN },
          oci_core_subnet: { nodes: subnet("10.0.1.0/24") },
          oci_core_network_security_group: { nsg: NSG },
          oci_core_network_security_group_security_rule: { rule: RULE },
          oci_kms_vault: { vault: { compartment_id: COMPARTMENT, display_name: "v", vault_type: "DEFAULT" } },
        },
        output: { vcn: { value: "${oci_core_vcn.vcn.id}" } },
      });
      await stack.validate();
      expect(await stack.planExitCode()).toBe(2);
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
      expect(await stack.output("vcn")).toMatch(/^ocid1\.vcn\.oc1\.test\.[0-9a-f]{20}$/);
      const resources = (await stack.show()).values.root_module.resources;
      const values = (type: string) => resources.find((resource: any) => resource.type === type).values;
      expect(values("oci_core_vcn").default_security_list_id).toMatch(/^ocid1\.securitylist\./);
      expect(values("oci_core_vcn").default_route_table_id).toMatch(/^ocid1\.routetable\./);
      expect(values("oci_kms_vault").management_endpoint).toMatch(/^https:/);
      expect(values("oci_kms_vault").crypto_endpoint).toMatch(/^https:/);
      expect(terraform.provider.account.size).toBe(5);
      await stack.destroy();
      expect(terraform.provider.account.size).toBe(0);
      expect((await stack.show()).values).toBeUndefined();
    });
  });

  test("assigns the same OCIDs to the same configuration", async () => {
    const id = () =>
      withProvider(async (terraform) => {
        const stack = await terraform.initConfig({ resource: { oci_core_vcn: { vcn: VCN } } });
        await stack.apply();
        return (await stack.resource("oci_core_vcn.vcn")).id;
      });
    expect(await id()).toBe(await id());
  });

  test("updates a display name in place and keeps the computed attributes", async () => {
    await withProvider(async (terraform) => {
      const config = (name: string) => ({
        resource: { oci_core_vcn: { vcn: { ...VCN, display_name: name } } },
      });
      const stack = await terraform.initConfig(config("before"));
      await stack.apply();
      const before = await stack.resource("oci_core_vcn.vcn");
      const again = await terraform.initConfig(config("after"));
      expect(await again.changes()).toEqual({ "oci_core_vcn.vcn": ["update"] });
      await again.apply();
      expect(await again.resource("oci_core_vcn.vcn")).toEqual({ ...before, display_name: "after" });
    });
  });

  test("replaces a VCN whose DNS label changes, and the subnets in it", async () => {
    await withProvider(async (terraform) => {
      const config = (vcn: object) => ({
        resource: { oci_core_vcn: { vcn }, oci_core_subnet: { nodes: subnet("10.0.1.0/24") } },
      });
      const label = (dns_label: string) => config({ ...VCN, dns_label });
      expect(await changesFrom(terraform, label("one"), label("two"))).toEqual({
        "oci_core_vcn.vcn": ["delete", "create"],
        "oci_core_subnet.nodes": ["delete", "create"],
      });
      const stack = await terraform.initConfig(label("two"));
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
    });
  });

  test("replaces a cluster whose Service CIDR changes", async () => {
    await withProvider(async (terraform) => {
      const config = (services_cidr: string, name: string) => ({
        resource: { oci_containerengine_cluster: { cluster: cluster({ name, services_cidr }) } },
      });
      const first = config("10.96.0.0/16", "a");
      expect(await changesFrom(terraform, first, config("10.96.0.0/16", "b"))).toEqual({
        "oci_containerengine_cluster.cluster": ["update"],
      });
      expect(await changesFrom(terraform, first, config("10.97.0.0/16", "a"))).toEqual({
        "oci_containerengine_cluster.cluster": ["delete", "create"],
      });
    });
  });

  test("keeps the computed attributes of routes when other routes are added and removed", async () => {
    await withProvider(async (terraform) => {
      const route = (destination: string) => ({ destination, network_entity_id: "${oci_core_drg.drg.id}" });
      const config = (...destinations: string[]) => ({
        resource: {
          oci_core_vcn: { vcn: VCN },
          oci_core_drg: { drg: { compartment_id: COMPARTMENT } },
          oci_core_route_table: { table: { ...NSG, route_rules: destinations.map(route) } },
        },
      });
      const stack = await terraform.initConfig(config("10.1.0.0/16", "10.2.0.0/16"));
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
      const again = await terraform.initConfig(config("10.2.0.0/16", "10.3.0.0/16", "10.1.0.0/16"));
      expect(await again.changes()).toEqual({ "oci_core_route_table.table": ["update"] });
      await again.apply();
      expect(await again.planExitCode()).toBe(0);
      const { route_rules } = await again.resource("oci_core_route_table.table");
      expect(route_rules).toHaveLength(3);
      expect(route_rules[0]).toMatchObject({ destination_type: "CIDR_BLOCK", description: "" });
    });
  });

  test("recreates a resource that was deleted outside of Terraform", async () => {
    await withProvider(async (terraform) => {
      const stack = await terraform.initConfig({ resource: { oci_core_vcn: { vcn: VCN } } });
      await stack.apply();
      terraform.provider.account.delete("oci_core_vcn", (await stack.resource("oci_core_vcn.vcn")).id);
      expect(await stack.changes()).toEqual({ "oci_core_vcn.vcn": ["create"] });
    });
  });

  test("reads data sources with filters", async () => {
    await withProvider(async (terraform) => {
      const name = { name: "name", values: ["All .* Services In Oracle Services Network"], regex: true };
      const stack = await terraform.initConfig({
        data: {
          oci_core_services: {
            all: {},
            one: { filter: [name] },
            none: { filter: [{ name: "name", values: ["x"] }] },
          },
          oci_identity_availability_domains: { ads: { compartment_id: COMPARTMENT } },
        },
        output: {
          all: { value: "${length(data.oci_core_services.all.services)}" },
          one: { value: '${join(" ", data.oci_core_services.one.services[*].cidr_block)}' },
          none: { value: "${length(data.oci_core_services.none.services)}" },
          ads: {
            value: '${join(" ", data.oci_identity_availability_domains.ads.availability_domains[*].name)}',
          },
        },
      });
      await stack.apply();
      expect(await stack.output("all")).toBe("2");
      expect(await stack.output("one")).toBe("all-fra-services-in-oracle-services-network");
      expect(await stack.output("none")).toBe("0");
      expect(await stack.output("ads")).toBe(
        "test:EU-FRANKFURT-1-AD-1 test:EU-FRANKFURT-1-AD-2 test:EU-FRANKFURT-1-AD-3",
      );
    });
  });

  test("reads a data source after the resource in its depends_on", async () => {
    await withProvider(async (terraform) => {
      const stack = await terraform.initConfig({
        resource: {
          oci_core_vcn: { vcn: VCN },
          oci_core_service_gateway: {
            gateway: { ...NSG, services: [{ service_id: "${data.oci_core_services.late.services[0].id}" }] },
          },
        },
        data: { oci_core_services: { late: { depends_on: ["oci_core_vcn.vcn"] } } },
      });
      expect(await stack.plan()).toMatch(/data\.oci_core_services\.late will be read during apply/);
      await stack.apply();
      expect(await stack.planExitCode()).toBe(0);
      const { services } = await stack.resource("oci_core_service_gateway.gateway");
      expect(services[0].service_id).toBe("ocid1.service.oc1.test.all");
    });
  });

  test("rejects missing arguments, unknown arguments and undeclared references at validation", async () => {
    await withProvider(async (terraform) => {
      const validate = async (resource: object) => (await terraform.initConfig({ resource })).validate();
      await expect(validate({ oci_core_vcn: { vcn: {} } })).rejects.toThrow(/"compartment_id" is required/);
      await expect(validate({ oci_core_vcn: { vcn: { ...VCN, colour: "red" } } })).rejects.toThrow(/colour/);
      await expect(validate({ oci_core_subnet: { s: subnet("10.0.0.0/24") } })).rejects.toThrow(
        /Reference to undeclared resource/,
      );
    });
  });

  test("applies the stacks of an app in the order of their cross-stack references", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app) => {
        const network = new TerraformStack(app, "z-network");
        const nodes = new TerraformStack(app, "a-nodes");
        for (const stack of [network, nodes]) new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
        const vcn = new CoreVcn(network, "vcn", { compartmentId: COMPARTMENT, cidrBlocks: ["10.0.0.0/16"] });
        const { id } = new CoreSubnet(nodes, "nodes", {
          compartmentId: COMPARTMENT,
          vcnId: vcn.id,
          cidrBlock: "10.0.1.0/24",
        });
        new TerraformOutput(nodes, "subnet", { value: id });
      });
      const stacks = await terraform.initAll(outdir);
      expect(stacks.map(({ name }) => name)).toEqual(["z-network", "a-nodes"]);
      for (const stack of stacks) await stack.apply();
      for (const stack of stacks) expect(await stack.planExitCode()).toBe(0);
      expect(await stacks[1]!.output("subnet")).toMatch(/^ocid1\.subnet\.oc1\.test\./);
      for (const stack of [...stacks].reverse()) await stack.destroy();
      expect(terraform.provider.account.size).toBe(0);
    });
  });
});

function cluster({ name = "c", services_cidr = "10.96.0.0/16" }): object {
  return {
    compartment_id: COMPARTMENT,
    kubernetes_version: "v1.34.10",
    name,
    vcn_id: "ocid1.vcn.oc1..existing",
    options: [{ kubernetes_network_config: [{ services_cidr }] }],
  };
}
