import { contains, overlap, range, type Range } from "./cidr-ranges";
import { Unknown, type Value, type Values } from "./terraform-values";
import {
  newerThanCluster,
  otherVcn,
  repeatedRoutes,
  ruleDetails,
  secondGateway,
  servicesInVcn,
  unofferedVersion,
} from "./oci-vcn-rules";
import { invalid, rejection, type Candidate, type Rejection, type Rule } from "./oci-rule";

/** Rules that OCI's limits and formats give, checked by a plan as well; they skip unknown values. */
export const PLAN_RULES: readonly Rule[] = [
  missingReferences,
  missingGroups,
  tooManyGroups,
  hostBits,
  unknownPeerGroup,
  policyStatements,
  policyLocations,
  ruleDetails,
  repeatedRoutes,
];

/** Rules that depend on other resources, which the same apply may still change. */
export const APPLY_RULES: readonly Rule[] = [
  ...PLAN_RULES,
  overlappingSubnets,
  subnetOutsideOfVcn,
  publicEndpoint,
  secondGateway,
  otherVcn,
  servicesInVcn,
  newerThanCluster,
  unofferedVersion,
];

const GATEWAYS = [
  "internetgateway",
  "natgateway",
  "servicegateway",
  "drg",
  "localpeeringgateway",
  "privateip",
];

/** Attributes that must name an existing resource of one of the kinds. */
const REFERENCES: readonly (readonly [type: string, path: string, kinds: readonly string[]])[] = [
  ["oci_containerengine_addon", "cluster_id", ["cluster"]],
  ["oci_containerengine_cluster", "endpoint_config.subnet_id", ["subnet"]],
  ["oci_containerengine_cluster", "image_policy_config.key_details.kms_key_id", ["key"]],
  ["oci_containerengine_cluster", "kms_key_id", ["key"]],
  ["oci_containerengine_cluster", "options.service_lb_subnet_ids", ["subnet"]],
  ["oci_containerengine_cluster", "vcn_id", ["vcn"]],
  ["oci_containerengine_node_pool", "cluster_id", ["cluster"]],
  ["oci_containerengine_node_pool", "node_config_details.kms_key_id", ["key"]],
  [
    "oci_containerengine_node_pool",
    "node_config_details.node_pool_pod_network_option_details.pod_subnet_ids",
    ["subnet"],
  ],
  ["oci_containerengine_node_pool", "node_config_details.placement_configs.subnet_id", ["subnet"]],
  ["oci_containerengine_node_pool", "subnet_ids", ["subnet"]],
  ["oci_containerengine_virtual_node_pool", "placement_configurations.subnet_id", ["subnet"]],
  ["oci_containerengine_virtual_node_pool", "pod_configuration.subnet_id", ["subnet"]],
  ["oci_core_default_route_table", "route_rules.network_entity_id", GATEWAYS],
  ["oci_core_network_security_group", "vcn_id", ["vcn"]],
  ["oci_core_network_security_group_security_rule", "network_security_group_id", ["networksecuritygroup"]],
  ["oci_core_route_table", "route_rules.network_entity_id", GATEWAYS],
  ["oci_core_route_table", "vcn_id", ["vcn"]],
  ["oci_core_subnet", "route_table_id", ["routetable"]],
  ["oci_core_subnet", "security_list_ids", ["securitylist"]],
  ["oci_core_subnet", "vcn_id", ["vcn"]],
];

export function missingReferences({ type, values, account }: Candidate): Rejection[] {
  return REFERENCES.filter(([owner]) => owner === type).flatMap(([, path, kinds]) =>
    strings(values, path.split("."))
      .filter((id) => !account.exists(id, kinds))
      .map((id) => missing(path, id, kinds)),
  );
}

const GROUP_LISTS = /(^|_)(nsg_ids|network_security_group_ids)$/;
const GROUPS_ON_A_VNIC = 5;

export function missingGroups({ values, account }: Candidate): Rejection[] {
  return groupLists(values).flatMap(([name, ids]) =>
    ids
      .filter((id) => !account.exists(id, ["networksecuritygroup"]))
      .map((id) => missing(name, id, ["networksecuritygroup"])),
  );
}

export function tooManyGroups({ values }: Candidate): Rejection[] {
  return groupLists(values)
    .filter(([, ids]) => ids.length > GROUPS_ON_A_VNIC)
    .map(([name, ids]) => rejection("400-LimitExceeded", `${name} has ${ids.length} groups, a VNIC takes 5`));
}

const PEERS = ["source", "destination"];

export function hostBits({ type, values }: Candidate): Rejection[] {
  if (type !== "oci_core_network_security_group_security_rule") return [];
  return PEERS.flatMap((peer) => {
    const value = values[peer];
    // A peer without a type is a CIDR block.
    const kind = typeof values[`${peer}_type`] === "string" ? values[`${peer}_type`] : "CIDR_BLOCK";
    if (typeof value !== "string" || value === "" || kind !== "CIDR_BLOCK") return [];
    const block = range(value);
    if (!block) return [invalid(`${peer} ${JSON.stringify(value)} is not a CIDR block`)];
    return block.hasHostBits ? [invalid(`${peer} ${value} has host bits set`)] : [];
  });
}

export function unknownPeerGroup({ type, values, account }: Candidate): Rejection[] {
  if (type !== "oci_core_network_security_group_security_rule") return [];
  return PEERS.filter((peer) => values[`${peer}_type`] === "NETWORK_SECURITY_GROUP")
    .map((peer) => [peer, values[peer]] as const)
    .filter(([, id]) => !(id instanceof Unknown) && !account.exists(String(id), ["networksecuritygroup"]))
    .map(([peer, id]) => missing(peer, String(id), ["networksecuritygroup"]));
}

export function policyStatements({ type, values }: Candidate): Rejection[] {
  if (type !== "oci_identity_policy" || !Array.isArray(values.statements)) return [];
  return values.statements
    .filter(
      (statement) => typeof statement === "string" && !/^\s*(allow|endorse|admit|define)\s/i.test(statement),
    )
    .map((statement) => invalid(`The policy statement ${JSON.stringify(statement)} has no verb`));
}

/** A policy may name its own compartment and those below it. Only the tenancy has compartments below it here. */
export function policyLocations({ type, values }: Candidate): Rejection[] {
  const own: Value = values.compartment_id;
  if (type !== "oci_identity_policy" || typeof own !== "string" || own.startsWith("ocid1.tenancy."))
    return [];
  return strings(values, ["statements"])
    .map((statement) => /in compartment id (\S+)/.exec(statement)?.[1])
    .filter((location) => location !== undefined && location !== own)
    .map((location) => invalid(`The policy is attached to ${own}, which ${location} is not part of`));
}

export function overlappingSubnets({ type, values, account }: Candidate): Rejection[] {
  if (type !== "oci_core_subnet") return [];
  const others = account.all(type).filter(({ id, vcn_id }) => vcn_id === values.vcn_id && id !== values.id);
  return others
    .filter((other) => blocks(other).some((theirs) => blocks(values).some((ours) => overlap(ours, theirs))))
    .map((other) => invalid(`The subnet ${values.cidr_block} overlaps with ${other.cidr_block} of the VCN`));
}

export function subnetOutsideOfVcn({ type, values, account }: Candidate): Rejection[] {
  const vcn = type === "oci_core_subnet" ? account.get("oci_core_vcn", values.vcn_id) : undefined;
  // Existing VCNs and the addresses that OCI assigns are unknown.
  if (!vcn) return [];
  const vcnBlocks = ranges([...vcn.cidr_blocks, ...vcn.ipv6private_cidr_blocks]);
  return blocks(values)
    .filter((block) => block.family === 4 || vcnBlocks.some(({ family }) => family === 6))
    .filter((block) => !vcnBlocks.some((outer) => contains(outer, block)))
    .map(() => invalid(`The subnet ${values.cidr_block} is outside of the VCN's CIDR blocks`));
}

export function publicEndpoint({ type, values, account }: Candidate): Rejection[] {
  const endpoint = type === "oci_containerengine_cluster" ? values.endpoint_config?.[0] : undefined;
  if (endpoint?.is_public_ip_enabled !== true) return [];
  const subnet = account.get("oci_core_subnet", endpoint.subnet_id);
  if (!subnet?.prohibit_public_ip_on_vnic && !subnet?.prohibit_internet_ingress) return [];
  return [invalid("The endpoint requests a public IP, which its subnet prohibits")];
}

function blocks(subnet: Values): Range[] {
  const { cidr_block, ipv4cidr_blocks, ipv6cidr_block, ipv6cidr_blocks } = subnet;
  return ranges([cidr_block, ipv6cidr_block, ...(ipv4cidr_blocks ?? []), ...(ipv6cidr_blocks ?? [])]);
}

function ranges(cidrs: Value[]): Range[] {
  return [...new Set(cidrs)].map((cidr) => range(String(cidr))).filter((block) => block !== undefined);
}

/** The strings at a path, including those in lists and sets, without empty and unknown ones. */
function strings(value: Value, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => strings(entry, path));
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  if (typeof value !== "object" || value === null || value instanceof Unknown) return [];
  return strings(value[name], rest);
}

/** The known security groups of each group list in a resource, without duplicates. */
function groupLists(value: Value, name = ""): [string, string[]][] {
  if (typeof value !== "object" || value === null || value instanceof Unknown) return [];
  if (Array.isArray(value) && GROUP_LISTS.test(name)) {
    return [[name, [...new Set(value.filter((id) => typeof id === "string"))]]];
  }
  return Object.entries(value).flatMap(([key, entry]) =>
    groupLists(entry, Array.isArray(value) ? name : key),
  );
}

function missing(attribute: string, id: string, kinds: readonly string[]): Rejection {
  return rejection(
    "404-NotAuthorizedOrNotFound",
    `${attribute} ${JSON.stringify(id)} is not an existing ${kinds.join(" or ")}`,
  );
}
