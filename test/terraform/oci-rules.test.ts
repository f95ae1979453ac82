import { UNKNOWN, type Values } from "./terraform-values";
import { APPLY_RULES, PLAN_RULES } from "./oci-rules";
import { type Rule } from "./oci-rule";
import { describeWithTerraform, withProvider } from "./terraform";
import { Account } from "./account";

jest.setTimeout(60_000);

const TEST = (kind: string, name = kind) => `ocid1.${kind}.oc1.test.${name}`;
const EXISTING = (kind: string) => `ocid1.${kind}.oc1..existing`;
const RULE = "oci_core_network_security_group_security_rule";

/** An account with one resource of each kind that others refer to. */
function account(): Account {
  const account = new Account();
  account.put("oci_core_vcn", {
    id: TEST("vcn"),
    cidr_blocks: ["10.0.0.0/16", "10.2.0.0/24"],
    ipv6private_cidr_blocks: [],
    default_route_table_id: TEST("routetable", "default"),
  });
  account.put("oci_core_network_security_group", { id: TEST("networksecuritygroup") });
  account.put("oci_core_nat_gateway", { id: TEST("natgateway") });
  account.put("oci_core_subnet", { id: TEST("subnet"), vcn_id: TEST("vcn"), cidr_block: "10.0.1.0/24" });
  account.put("oci_core_subnet", {
    id: TEST("subnet", "private"),
    vcn_id: TEST("vcn"),
    cidr_block: "10.0.2.0/24",
    prohibit_public_ip_on_vnic: true,
  });
  account.put("oci_kms_key", { id: TEST("key") });
  account.put("oci_core_service_gateway", { id: TEST("servicegateway"), vcn_id: TEST("vcn") });
  account.put("oci_core_route_table", { id: TEST("routetable", "other"), vcn_id: TEST("vcn", "other") });
  account.put("oci_core_subnet", { id: TEST("subnet", "other"), vcn_id: TEST("vcn", "other") });
  account.put("oci_core_network_security_group", {
    id: TEST("networksecuritygroup", "other"),
    vcn_id: TEST("vcn", "other"),
  });
  account.put("oci_containerengine_cluster", {
    id: TEST("cluster"),
    vcn_id: TEST("vcn"),
    kubernetes_version: "v1.34.10",
  });
  return account;
}

function rejections(rules: readonly Rule[], type: string, values: Values): string[] {
  return rules.flatMap((rule) => rule({ type, values, account: account() })).map(({ detail }) => detail);
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

const REJECTED: readonly [resource: string, type: string, values: Values, reason: RegExp][] = [
  [
    "a subnet that overlaps with another",
    "oci_core_subnet",
    subnet("10.0.0.0/22"),
    /overlaps with 10\.0\.[12]\.0\/24/,
  ],
  ["a subnet outside of the VCN", "oci_core_subnet", subnet("10.2.0.0/23"), /outside/],
  ["a subnet of an unknown VCN", "oci_core_subnet", subnet("10.9.0.0/24", TEST("vcn", "gone")), /vcn_id/],
  [
    "a virtual node pool with six security groups",
    "oci_containerengine_virtual_node_pool",
    { nsg_ids: groups(6) },
    /6 groups/,
  ],
  [
    "a node pool with six security groups for pods",
    "oci_containerengine_node_pool",
    pool({ node_pool_pod_network_option_details: [{ pod_nsg_ids: groups(6) }] }),
    /pod_nsg_ids has 6/,
  ],
  [
    "a cluster with six security groups for load balancer backends",
    "oci_containerengine_cluster",
    { vcn_id: TEST("vcn"), options: [{ service_lb_config: [{ backend_nsg_ids: groups(6) }] }] },
    /backend_nsg_ids has 6/,
  ],
  [
    "a mount target with an unknown security group",
    "oci_file_storage_mount_target",
    { nsg_ids: [TEST("networksecuritygroup", "x")] },
    /nsg_ids/,
  ],
  [
    "a rule of an unknown security group",
    RULE,
    { network_security_group_id: TEST("networksecuritygroup", "x") },
    /is not an existing/,
  ],
  ["a rule of a VCN", RULE, { network_security_group_id: TEST("vcn") }, /is not an existing/],
  [
    "a rule whose source is an unknown security group",
    RULE,
    onGroup({ source: TEST("networksecuritygroup", "x"), source_type: "NETWORK_SECURITY_GROUP" }),
    /source .* is not an existing/,
  ],
  [
    "a rule whose destination is a CIDR of type NETWORK_SECURITY_GROUP",
    RULE,
    onGroup({ destination: "10.0.0.0/16", destination_type: "NETWORK_SECURITY_GROUP" }),
    /destination .* is not an existing/,
  ],
  [
    "a rule whose source has host bits",
    RULE,
    onGroup({ source: "10.0.0.1/24", source_type: "CIDR_BLOCK" }),
    /host bits/,
  ],
  [
    "a rule whose destination has host bits",
    RULE,
    onGroup({ destination: "fd00::1/64", destination_type: UNKNOWN }),
    /host bits/,
  ],
  [
    "a rule whose source is not a CIDR",
    RULE,
    onGroup({ source: "everywhere", source_type: "CIDR_BLOCK" }),
    /not a CIDR/,
  ],
  [
    "a route to an unknown gateway",
    "oci_core_route_table",
    { vcn_id: TEST("vcn"), route_rules: [{ network_entity_id: TEST("natgateway", "x") }] },
    /network_entity_id/,
  ],
  [
    "a cluster with a public endpoint in a private subnet",
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
    "a node pool with nodes in an unknown subnet",
    "oci_containerengine_node_pool",
    pool({ placement_configs: [{ subnet_id: "x" }] }),
    /subnet_id/,
  ],
  [
    "a node pool with pods in an unknown subnet",
    "oci_containerengine_node_pool",
    pool({ node_pool_pod_network_option_details: [{ pod_subnet_ids: [TEST("subnet"), "x"] }] }),
    /pod_subnet_ids "x"/,
  ],
  [
    "a UDP rule with TCP options",
    RULE,
    onGroup({ protocol: "17", tcp_options: [{ destination_port_range: [{ min: 1, max: 2 }] }] }),
    /tcp_options do not apply/,
  ],
  [
    "a rule whose port range starts above its end",
    RULE,
    onGroup({ protocol: "6", tcp_options: [{ destination_port_range: [{ min: 443, max: 80 }] }] }),
    /443-80/,
  ],
  [
    "a rule with the port 65536",
    RULE,
    onGroup({ protocol: "17", udp_options: [{ source_port_range: [{ min: 1, max: 65_536 }] }] }),
    /1-65536/,
  ],
  [
    "a rule with a description of 256 characters",
    RULE,
    onGroup({ description: "x".repeat(256) }),
    /256 characters/,
  ],
  [
    "a route table with two routes to one destination",
    "oci_core_route_table",
    { vcn_id: TEST("vcn"), route_rules: [{ destination: "0.0.0.0/0" }, { destination: "0.0.0.0/0" }] },
    /two routes to 0\.0\.0\.0\/0/,
  ],
  [
    "a second service gateway of a VCN",
    "oci_core_service_gateway",
    { id: "new", vcn_id: TEST("vcn") },
    /already/,
  ],
  [
    "a subnet with the route table of another VCN",
    "oci_core_subnet",
    { ...subnet("10.0.9.0/24"), route_table_id: TEST("routetable", "other") },
    /not to/,
  ],
  [
    "a cluster whose endpoint is in a subnet and a security group of another VCN",
    "oci_containerengine_cluster",
    {
      vcn_id: TEST("vcn"),
      endpoint_config: [
        { subnet_id: TEST("subnet", "other"), nsg_ids: [TEST("networksecuritygroup", "other")] },
      ],
    },
    /(subnet|group).* not to/,
  ],
  [
    "a node pool with nodes and pods in another VCN than its cluster",
    "oci_containerengine_node_pool",
    pool({
      placement_configs: [{ subnet_id: TEST("subnet", "other") }],
      nsg_ids: [TEST("networksecuritygroup", "other")],
      node_pool_pod_network_option_details: [{ pod_subnet_ids: [TEST("subnet", "other")] }],
    }),
    /not to/,
  ],
  [
    "a cluster whose Service CIDR overlaps with the VCN",
    "oci_containerengine_cluster",
    { vcn_id: TEST("vcn"), options: [{ kubernetes_network_config: [{ services_cidr: "10.0.128.0/17" }] }] },
    /overlaps with 10\.0\.0\.0\/16/,
  ],
  [
    "a node pool that is newer than its cluster",
    "oci_containerengine_node_pool",
    { cluster_id: TEST("cluster"), kubernetes_version: "v1.35.2" },
    /newer/,
  ],
  [
    "a cluster with a Kubernetes version that OKE does not offer",
    "oci_containerengine_cluster",
    { kubernetes_version: "v1.33.1" },
    /Invalid kubernetesVersion: v1\.33\.1/,
  ],
  [
    "a policy for a compartment outside of its own",
    "oci_identity_policy",
    {
      compartment_id: "ocid1.compartment.oc1..a",
      statements: ["allow x to y in compartment id ocid1.compartment.oc1..b where z"],
    },
    /not part of/,
  ],
  ["a policy with an empty statement", "oci_identity_policy", { statements: [""] }, /no verb/],
  [
    "a policy with a statement without a verb",
    "oci_identity_policy",
    { statements: ["any-user to use all"] },
    /no verb/,
  ],
];

test.each(REJECTED)("the provider double rejects %s", (_, type, values, reason) => {
  const found = rejections(APPLY_RULES, type, values);
  expect(found).not.toEqual([]);
  for (const text of found) expect(text).toMatch(reason);
});

const ACCEPTED: readonly [resource: string, type: string, values: Values][] = [
  ["a subnet beside another", "oci_core_subnet", subnet("10.0.3.0/24")],
  ["a subnet in the second CIDR block of its VCN", "oci_core_subnet", subnet("10.2.0.0/24")],
  ["the update of a subnet", "oci_core_subnet", { ...subnet("10.0.1.0/24"), id: TEST("subnet") }],
  [
    "a subnet with the addresses of a subnet in another VCN",
    "oci_core_subnet",
    subnet("10.0.1.0/24", EXISTING("vcn")),
  ],
  [
    "a subnet with the default route table of its VCN",
    "oci_core_subnet",
    { ...subnet("10.0.9.0/24"), route_table_id: TEST("routetable", "default") },
  ],
  [
    "a mount target with five security groups, one of them listed twice",
    "oci_file_storage_mount_target",
    { nsg_ids: [...groups(5), groups(1)[0]] },
  ],
  [
    "a rule between existing security groups",
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
    "a cluster with a public endpoint in a public subnet",
    "oci_containerengine_cluster",
    { endpoint_config: [{ subnet_id: TEST("subnet"), is_public_ip_enabled: true }] },
  ],
  [
    "a cluster with a private endpoint in a private subnet",
    "oci_containerengine_cluster",
    { endpoint_config: [{ subnet_id: TEST("subnet", "private"), is_public_ip_enabled: false }] },
  ],
  [
    "a policy with statements of every verb",
    "oci_identity_policy",
    { statements: ["allow x to y", "Endorse x", "ADMIT x", "Define x"] },
  ],
  [
    "a policy of the tenancy for any compartment",
    "oci_identity_policy",
    {
      compartment_id: "ocid1.tenancy.oc1..a",
      statements: ["allow x to y in compartment id ocid1.compartment.oc1..b"],
    },
  ],
  [
    "a node pool in the cluster's VCN with an older patch version than the cluster",
    "oci_containerengine_node_pool",
    { ...pool({ placement_configs: [{ subnet_id: TEST("subnet") }] }), kubernetes_version: "v1.34.2" },
  ],
  [
    "a rule with ICMP options and a description of 255 characters",
    RULE,
    onGroup({ protocol: "1", icmp_options: [{ type: 3, code: 4 }], description: "x".repeat(255) }),
  ],
  [
    "the update of a service gateway",
    "oci_core_service_gateway",
    { id: TEST("servicegateway"), vcn_id: TEST("vcn") },
  ],
  ["a service gateway of another VCN", "oci_core_service_gateway", { id: "new", vcn_id: EXISTING("vcn") }],
  [
    "a rule with unknown values",
    RULE,
    { network_security_group_id: UNKNOWN, source: UNKNOWN, source_type: "NETWORK_SECURITY_GROUP" },
  ],
];

test.each(ACCEPTED)("the provider double accepts %s", (_, type, values) => {
  expect(rejections(APPLY_RULES, type, values)).toEqual([]);
});

test("a plan accepts overlapping subnets, because the other subnet may be deleted by the same apply", () => {
  expect(rejections(PLAN_RULES, "oci_core_subnet", subnet("10.0.1.0/24"))).toEqual([]);
});

describeWithTerraform("Terraform with an invalid resource", () => {
  test("fails at the plan with the address of the resource where the invalid value is known", async () => {
    await withProvider(async (terraform) => {
      const policy = { compartment_id: "c", name: "p", description: "d", statements: ["use everything"] };
      const stack = await terraform.initConfig({ resource: { oci_identity_policy: { careless: policy } } });
      await expect(stack.plan()).rejects.toThrow(
        /400-InvalidParameter.*oci_identity_policy\.careless.*use everything/,
      );
    });
  });

  test("fails at the apply without creating the resource where the fault depends on another resource", async () => {
    await withProvider(async (terraform) => {
      const common = { compartment_id: "c", vcn_id: "${oci_core_vcn.vcn.id}" };
      const stack = await terraform.initConfig({
        resource: {
          oci_core_vcn: { vcn: { compartment_id: "c", cidr_blocks: ["10.0.0.0/16"] } },
          oci_core_subnet: {
            a: { ...common, cidr_block: "10.0.0.0/24" },
            b: { ...common, cidr_block: "10.0.0.128/25" },
          },
        },
      });
      await expect(stack.apply()).rejects.toThrow(/overlaps/);
      expect(terraform.provider.account.all("oci_core_subnet")).toHaveLength(1);
    });
  });
});
