import { range } from "./addresses";
import { UNKNOWN, type Values } from "./cty";
import { APPLY_RULES, PLAN_RULES } from "./oci-rules";
import { type Rule } from "./refusal";
import { describeWithTerraform, withProvider } from "./terraform";
import { World } from "./world";

jest.setTimeout(60_000);

const TEST = (kind: string, name = kind) => `ocid1.${kind}.oc1.test.${name}`;
const EXISTING = (kind: string) => `ocid1.${kind}.oc1..existing`;
const RULE = "oci_core_network_security_group_security_rule";

/** An account with one of each of what other resources refer to. */
function account(): World {
  const world = new World();
  world.put("oci_core_vcn", {
    id: TEST("vcn"),
    cidr_blocks: ["10.0.0.0/16", "10.2.0.0/24"],
    ipv6private_cidr_blocks: [],
    default_route_table_id: TEST("routetable", "default"),
  });
  world.put("oci_core_network_security_group", { id: TEST("networksecuritygroup") });
  world.put("oci_core_nat_gateway", { id: TEST("natgateway") });
  world.put("oci_core_subnet", { id: TEST("subnet"), vcn_id: TEST("vcn"), cidr_block: "10.0.1.0/24" });
  world.put("oci_core_subnet", {
    id: TEST("subnet", "private"),
    vcn_id: TEST("vcn"),
    cidr_block: "10.0.2.0/24",
    prohibit_public_ip_on_vnic: true,
  });
  world.put("oci_kms_key", { id: TEST("key") });
  world.put("oci_core_service_gateway", { id: TEST("servicegateway"), vcn_id: TEST("vcn") });
  world.put("oci_core_route_table", { id: TEST("routetable", "other"), vcn_id: TEST("vcn", "other") });
  world.put("oci_core_subnet", { id: TEST("subnet", "other"), vcn_id: TEST("vcn", "other") });
  world.put("oci_core_network_security_group", {
    id: TEST("networksecuritygroup", "other"),
    vcn_id: TEST("vcn", "other"),
  });
  world.put("oci_containerengine_cluster", {
    id: TEST("cluster"),
    vcn_id: TEST("vcn"),
    kubernetes_version: "v1.34.10",
  });
  return world;
}

function refusals(rules: readonly Rule[], type: string, values: Values): string[] {
  return rules.flatMap((rule) => rule({ type, values, world: account() })).map(({ detail }) => detail);
}

const groups = (count: number) =>
  Array.from({ length: count }, (_, i) => `${EXISTING("networksecuritygroup")}${i}`);
const subnet = (cidr_block: string, vcn_id = TEST("vcn")) => ({
  id: TEST("subnet", "new"),
  vcn_id,
  cidr_block,
});
const onGroup = (values: object) => ({ network_security_group_id: TEST("networksecuritygroup"), ...values });
const pool = (details: object) => ({ cluster_id: TEST("cluster"), node_config_details: [details] });

const REFUSED: readonly [what: string, type: string, values: Values, because: RegExp][] = [
  [
    "a subnet that overlaps with another",
    "oci_core_subnet",
    subnet("10.0.0.0/22"),
    /overlaps with 10\.0\.[12]\.0\/24/,
  ],
  ["a subnet outside of the VCN", "oci_core_subnet", subnet("10.2.0.0/23"), /outside/],
  ["a subnet of an unknown VCN", "oci_core_subnet", subnet("10.9.0.0/24", TEST("vcn", "gone")), /vcn_id/],
  ["six groups in a set", "oci_containerengine_virtual_node_pool", { nsg_ids: groups(6) }, /6 groups/],
  [
    "six groups for pods",
    "oci_containerengine_node_pool",
    pool({ node_pool_pod_network_option_details: [{ pod_nsg_ids: groups(6) }] }),
    /pod_nsg_ids has 6/,
  ],
  [
    "six groups of load balancers' backends",
    "oci_containerengine_cluster",
    { vcn_id: TEST("vcn"), options: [{ service_lb_config: [{ backend_nsg_ids: groups(6) }] }] },
    /backend_nsg_ids has 6/,
  ],
  [
    "an unknown group on a VNIC",
    "oci_file_storage_mount_target",
    { nsg_ids: [TEST("networksecuritygroup", "x")] },
    /nsg_ids/,
  ],
  [
    "a rule of an unknown group",
    RULE,
    { network_security_group_id: TEST("networksecuritygroup", "x") },
    /is no known/,
  ],
  ["a rule of something that is no group", RULE, { network_security_group_id: TEST("vcn") }, /is no known/],
  [
    "a rule whose source is an unknown group",
    RULE,
    onGroup({ source: TEST("networksecuritygroup", "x"), source_type: "NETWORK_SECURITY_GROUP" }),
    /source .* is no known/,
  ],
  [
    "a rule whose destination is no group at all",
    RULE,
    onGroup({ destination: "10.0.0.0/16", destination_type: "NETWORK_SECURITY_GROUP" }),
    /destination .* is no known/,
  ],
  [
    "a source with host bits",
    RULE,
    onGroup({ source: "10.0.0.1/24", source_type: "CIDR_BLOCK" }),
    /host bits/,
  ],
  [
    "a destination with host bits",
    RULE,
    onGroup({ destination: "fd00::1/64", destination_type: UNKNOWN }),
    /host bits/,
  ],
  [
    "a source that is no block",
    RULE,
    onGroup({ source: "everywhere", source_type: "CIDR_BLOCK" }),
    /no CIDR/,
  ],
  [
    "a route to an unknown gateway",
    "oci_core_route_table",
    { vcn_id: TEST("vcn"), route_rules: [{ network_entity_id: TEST("natgateway", "x") }] },
    /network_entity_id/,
  ],
  [
    "a public endpoint in a private subnet",
    "oci_containerengine_cluster",
    {
      vcn_id: TEST("vcn"),
      endpoint_config: [{ subnet_id: TEST("subnet", "private"), is_public_ip_enabled: true }],
    },
    /public IP/,
  ],
  [
    "a cluster with an unknown key",
    "oci_containerengine_cluster",
    { kms_key_id: TEST("key", "x") },
    /kms_key_id/,
  ],
  [
    "nodes in an unknown subnet",
    "oci_containerengine_node_pool",
    pool({ placement_configs: [{ subnet_id: "x" }] }),
    /subnet_id/,
  ],
  [
    "pods in an unknown subnet",
    "oci_containerengine_node_pool",
    pool({ node_pool_pod_network_option_details: [{ pod_subnet_ids: [TEST("subnet"), "x"] }] }),
    /pod_subnet_ids "x"/,
  ],
  [
    "TCP options for UDP",
    RULE,
    onGroup({ protocol: "17", tcp_options: [{ destination_port_range: [{ min: 1, max: 2 }] }] }),
    /tcp_options do not go/,
  ],
  [
    "ports in the wrong order",
    RULE,
    onGroup({ protocol: "6", tcp_options: [{ destination_port_range: [{ min: 443, max: 80 }] }] }),
    /443-80/,
  ],
  [
    "an invalid port number",
    RULE,
    onGroup({ protocol: "17", udp_options: [{ source_port_range: [{ min: 1, max: 65_536 }] }] }),
    /1-65536/,
  ],
  ["a description that is too long", RULE, onGroup({ description: "x".repeat(256) }), /256 characters/],
  [
    "two routes for one destination",
    "oci_core_route_table",
    { vcn_id: TEST("vcn"), route_rules: [{ destination: "0.0.0.0/0" }, { destination: "0.0.0.0/0" }] },
    /two routes for 0\.0\.0\.0\/0/,
  ],
  ["a second service gateway", "oci_core_service_gateway", { id: "new", vcn_id: TEST("vcn") }, /already/],
  [
    "the route table of another VCN",
    "oci_core_subnet",
    { ...subnet("10.0.9.0/24"), route_table_id: TEST("routetable", "other") },
    /not of/,
  ],
  [
    "an endpoint in the subnet and in a group of another VCN",
    "oci_containerengine_cluster",
    {
      vcn_id: TEST("vcn"),
      endpoint_config: [
        { subnet_id: TEST("subnet", "other"), nsg_ids: [TEST("networksecuritygroup", "other")] },
      ],
    },
    /(subnet|group).* not of/,
  ],
  [
    "nodes and pods in another VCN than their cluster",
    "oci_containerengine_node_pool",
    pool({
      placement_configs: [{ subnet_id: TEST("subnet", "other") }],
      nsg_ids: [TEST("networksecuritygroup", "other")],
      node_pool_pod_network_option_details: [{ pod_subnet_ids: [TEST("subnet", "other")] }],
    }),
    /not of/,
  ],
  [
    "Services with addresses of the VCN",
    "oci_containerengine_cluster",
    { vcn_id: TEST("vcn"), options: [{ kubernetes_network_config: [{ services_cidr: "10.0.128.0/17" }] }] },
    /overlaps with 10\.0\.0\.0\/16/,
  ],
  [
    "nodes that are newer than their cluster",
    "oci_containerengine_node_pool",
    { cluster_id: TEST("cluster"), kubernetes_version: "v1.35.2" },
    /newer/,
  ],
  [
    "a Kubernetes version that OKE does not offer",
    "oci_containerengine_cluster",
    { kubernetes_version: "v1.33.1" },
    /Invalid kubernetesVersion: v1\.33\.1/,
  ],
  [
    "a policy for a compartment beside its own",
    "oci_identity_policy",
    {
      compartment_id: "ocid1.compartment.oc1..a",
      statements: ["allow x to y in compartment id ocid1.compartment.oc1..b where z"],
    },
    /not part of/,
  ],
  ["an empty policy statement", "oci_identity_policy", { statements: [""] }, /no verb/],
  [
    "a policy statement without a verb",
    "oci_identity_policy",
    { statements: ["any-user to use all"] },
    /no verb/,
  ],
];

test.each(REFUSED)("the double refuses %s", (_, type, values, because) => {
  const found = refusals(APPLY_RULES, type, values);
  expect(found).not.toEqual([]);
  for (const text of found) expect(text).toMatch(because);
});

const TAKEN: readonly [what: string, type: string, values: Values][] = [
  ["a subnet beside another", "oci_core_subnet", subnet("10.0.3.0/24")],
  ["a subnet in the VCN's second block", "oci_core_subnet", subnet("10.2.0.0/24")],
  ["the update of a subnet", "oci_core_subnet", { ...subnet("10.0.1.0/24"), id: TEST("subnet") }],
  ["the same addresses in another VCN", "oci_core_subnet", subnet("10.0.1.0/24", EXISTING("vcn"))],
  [
    "the VCN's default route table",
    "oci_core_subnet",
    { ...subnet("10.0.9.0/24"), route_table_id: TEST("routetable", "default") },
  ],
  [
    "five groups, one of them twice",
    "oci_file_storage_mount_target",
    { nsg_ids: [...groups(5), groups(1)[0]] },
  ],
  [
    "a rule between existing groups",
    RULE,
    onGroup({ source: EXISTING("networksecuritygroup"), source_type: "NETWORK_SECURITY_GROUP" }),
  ],
  [
    "a rule for a service",
    RULE,
    onGroup({ destination: "all-fra-services", destination_type: "SERVICE_CIDR_BLOCK" }),
  ],
  [
    "a route to a gateway",
    "oci_core_route_table",
    { vcn_id: TEST("vcn"), route_rules: [{ network_entity_id: TEST("natgateway") }] },
  ],
  [
    "a public endpoint in a public subnet",
    "oci_containerengine_cluster",
    { endpoint_config: [{ subnet_id: TEST("subnet"), is_public_ip_enabled: true }] },
  ],
  [
    "a private endpoint in a private subnet",
    "oci_containerengine_cluster",
    { endpoint_config: [{ subnet_id: TEST("subnet", "private"), is_public_ip_enabled: false }] },
  ],
  [
    "statements of every verb",
    "oci_identity_policy",
    { statements: ["allow x to y", "Endorse x", "ADMIT x", "Define x"] },
  ],
  [
    "a policy of the tenancy, for any compartment",
    "oci_identity_policy",
    {
      compartment_id: "ocid1.tenancy.oc1..a",
      statements: ["allow x to y in compartment id ocid1.compartment.oc1..b"],
    },
  ],
  [
    "nodes that are as old as supported, in the cluster's VCN",
    "oci_containerengine_node_pool",
    { ...pool({ placement_configs: [{ subnet_id: TEST("subnet") }] }), kubernetes_version: "v1.34.2" },
  ],
  [
    "a rule with options of its protocol",
    RULE,
    onGroup({ protocol: "1", icmp_options: [{ type: 3, code: 4 }], description: "x".repeat(255) }),
  ],
  [
    "the update of a gateway",
    "oci_core_service_gateway",
    { id: TEST("servicegateway"), vcn_id: TEST("vcn") },
  ],
  ["a gateway of another VCN", "oci_core_service_gateway", { id: "new", vcn_id: EXISTING("vcn") }],
  [
    "what is not known yet",
    RULE,
    { network_security_group_id: UNKNOWN, source: UNKNOWN, source_type: "NETWORK_SECURITY_GROUP" },
  ],
];

test.each(TAKEN)("the double takes %s", (_, type, values) => {
  expect(refusals(APPLY_RULES, type, values)).toEqual([]);
});

test("a plan does not compare subnets: the other may be about to go", () => {
  expect(refusals(PLAN_RULES, "oci_core_subnet", subnet("10.0.1.0/24"))).toEqual([]);
});

test("addresses are compared in both families", () => {
  expect(range("10.0.0.0/8")).toEqual({
    family: 4,
    first: 10n << 24n,
    last: (11n << 24n) - 1n,
    hasHostBits: false,
  });
  expect(range("fd00::/8")!.last).toBe((0xfen << 120n) - 1n);
  expect(range("2001:db8::1/128")!.first).toBe((0x20010db8n << 96n) + 1n);
  expect(range("::/0")).toMatchObject({ first: 0n, hasHostBits: false });
  expect(["10.0.0.0", "10.0.0.0/33", "x/8", ""].map(range)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

describeWithTerraform("refusals under terraform", () => {
  test("what is known is refused by the plan, with the resource's address", async () => {
    await withProvider(async (terraform) => {
      const policy = { compartment_id: "c", name: "p", description: "d", statements: ["use everything"] };
      const stack = await terraform.initConfig({ resource: { oci_identity_policy: { careless: policy } } });
      await expect(stack.plan()).rejects.toThrow(
        /400-InvalidParameter.*oci_identity_policy\.careless.*use everything/,
      );
    });
  });

  test("what is known only then is refused by the apply, and not kept", async () => {
    await withProvider(async (terraform) => {
      const of = { compartment_id: "c", vcn_id: "${oci_core_vcn.vcn.id}" };
      const stack = await terraform.initConfig({
        resource: {
          oci_core_vcn: { vcn: { compartment_id: "c", cidr_blocks: ["10.0.0.0/16"] } },
          oci_core_subnet: {
            a: { ...of, cidr_block: "10.0.0.0/24" },
            b: { ...of, cidr_block: "10.0.0.128/25" },
          },
        },
      });
      await expect(stack.apply()).rejects.toThrow(/overlaps/);
      expect(terraform.provider.world.all("oci_core_subnet")).toHaveLength(1);
    });
  });
});
