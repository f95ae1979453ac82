import { overlap, range } from "./cidr-ranges";
import { type Value, type Values } from "./terraform-values";
import { invalid, rejection, type Candidate, type Rejection } from "./oci-rule";
import { type Account } from "./account";

const SECURITY_RULE = "oci_core_network_security_group_security_rule";
const PROTOCOL_OF: { readonly [options: string]: readonly string[] } = {
  icmp_options: ["1", "58"],
  tcp_options: ["6"],
  udp_options: ["17"],
};
const MAX_DESCRIPTION_LENGTH = 255;

/** Protocol options of another protocol, invalid port ranges, and descriptions above the limit. */
export function ruleDetails({ type, values }: Candidate): Rejection[] {
  if (type !== SECURITY_RULE) return [];
  const options = Object.keys(PROTOCOL_OF).filter((name) => values[name]?.[0]);
  const misplaced = options
    .filter((name) => typeof values.protocol === "string" && !PROTOCOL_OF[name]!.includes(values.protocol))
    .map((name) => invalid(`${name} do not apply to the protocol ${values.protocol}`));
  const ranges = options.flatMap((name) =>
    ["source_port_range", "destination_port_range"].flatMap((side) => values[name][0][side] ?? []),
  );
  const ports = ranges
    .filter(({ min, max }: Value) => typeof min === "number" && typeof max === "number")
    .filter(({ min, max }: Value) => min < 1 || max > 65_535 || min > max)
    .map(({ min, max }: Value) => invalid(`${min}-${max} is not a port range`));
  const length = typeof values.description === "string" ? values.description.length : 0;
  const long =
    length > MAX_DESCRIPTION_LENGTH ? [invalid(`A description of ${length} characters is too long`)] : [];
  return [...misplaced, ...ports, ...long];
}

/** Route tables with two routes to one destination. */
export function repeatedRoutes({ values }: Candidate): Rejection[] {
  const destinations: unknown[] = (Array.isArray(values.route_rules) ? values.route_rules : [])
    .map((route: Value) => route?.destination)
    .filter((destination: Value) => typeof destination === "string");
  return destinations
    .filter((destination, i) => destinations.indexOf(destination) !== i)
    .map((destination) => invalid(`There are two routes to ${destination}`));
}

/** Gateways that a VCN has at most one of. */
const ONE_A_VCN = ["oci_core_internet_gateway", "oci_core_service_gateway"];

export function secondGateway({ type, values, account }: Candidate): Rejection[] {
  if (!ONE_A_VCN.includes(type)) return [];
  return account
    .all(type)
    .filter(({ id, vcn_id }) => vcn_id === values.vcn_id && id !== values.id)
    .map(({ id }) => rejection("400-LimitExceeded", `The VCN has a gateway of this kind already, ${id}`));
}

/** Subnets, groups, route tables and security lists of another VCN than the resource that uses them. */
export function otherVcn({ type, values, account }: Candidate): Rejection[] {
  const endpoint = values.endpoint_config?.[0] ?? {};
  if (type === "oci_core_subnet") {
    return [
      ...notIn(account, values.vcn_id, "oci_core_route_table", [values.route_table_id]),
      ...notIn(account, values.vcn_id, "oci_core_security_list", values.security_list_ids),
    ];
  }
  if (type === "oci_containerengine_cluster") {
    return [
      ...notIn(account, values.vcn_id, "oci_core_subnet", [endpoint.subnet_id]),
      ...notIn(account, values.vcn_id, "oci_core_subnet", values.options?.[0]?.service_lb_subnet_ids),
      ...notIn(account, values.vcn_id, "oci_core_network_security_group", endpoint.nsg_ids),
    ];
  }
  if (type !== "oci_containerengine_node_pool") return [];
  const details = values.node_config_details?.[0] ?? {};
  const pods = details.node_pool_pod_network_option_details?.[0] ?? {};
  const vcn = account.get("oci_containerengine_cluster", values.cluster_id)?.vcn_id;
  return [
    ...notIn(
      account,
      vcn,
      "oci_core_subnet",
      details.placement_configs?.map((placement: Values) => placement.subnet_id),
    ),
    ...notIn(account, vcn, "oci_core_subnet", pods.pod_subnet_ids),
    ...notIn(account, vcn, "oci_core_network_security_group", [
      ...(details.nsg_ids ?? []),
      ...(pods.pod_nsg_ids ?? []),
    ]),
  ];
}

function notIn(account: Account, vcn: Value, type: string, ids: Value): Rejection[] {
  if (typeof vcn !== "string" || !Array.isArray(ids)) return [];
  return ids
    .map((id) => [id, account.get(type, id)?.vcn_id])
    .filter(([, actual]) => typeof actual === "string" && actual !== vcn)
    .map(([id, actual]) => invalid(`${id} belongs to the VCN ${actual}, not to ${vcn}`));
}

/** Service CIDRs that overlap with the VCN. */
export function servicesInVcn({ type, values, account }: Candidate): Rejection[] {
  const cidr = values.options?.[0]?.kubernetes_network_config?.[0]?.services_cidr;
  const vcn = type === "oci_containerengine_cluster" ? account.get("oci_core_vcn", values.vcn_id) : undefined;
  const services = typeof cidr === "string" ? range(cidr) : undefined;
  if (!vcn || !services) return [];
  return vcn.cidr_blocks
    .filter((block: string) => overlap(range(block)!, services))
    .map((block: string) => invalid(`services_cidr ${cidr} overlaps with ${block} of the VCN`));
}

/** Node pools that are newer than their cluster. */
export function newerThanCluster({ type, values, account }: Candidate): Rejection[] {
  if (type !== "oci_containerengine_node_pool") return [];
  const cluster = account.get("oci_containerengine_cluster", values.cluster_id);
  const [ofPool, ofCluster] = [minor(values.kubernetes_version), minor(cluster?.kubernetes_version)];
  if (ofPool === undefined || ofCluster === undefined || ofPool <= ofCluster) return [];
  return [
    invalid(
      `Nodes of ${values.kubernetes_version} are newer than the cluster, ${cluster?.kubernetes_version}`,
    ),
  ];
}

/** Creations with and upgrades to a version that OKE does not offer. Resources that run the version already are valid. */
export function unofferedVersion({ type, values, account }: Candidate): Rejection[] {
  if (type !== "oci_containerengine_cluster" && type !== "oci_containerengine_node_pool") return [];
  const { id, kubernetes_version: version } = values;
  if (typeof version !== "string" || account.offeredVersions.includes(version)) return [];
  if (account.get(type, id)?.kubernetes_version === version) return [];
  return [invalid(`Invalid kubernetesVersion: ${version}`)];
}

function minor(version: Value): number | undefined {
  const [, digits] = /^v1\.(\d+)\./.exec(String(version)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
