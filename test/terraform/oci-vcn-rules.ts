import { overlap, range } from "./addresses";
import { type Value, type Values } from "./cty";
import { invalid, refusal, type Candidate, type Refusal } from "./refusal";
import { type World } from "./world";

const SECURITY_RULE = "oci_core_network_security_group_security_rule";
const PROTOCOL_OF: { readonly [options: string]: readonly string[] } = {
  icmp_options: ["1", "58"],
  tcp_options: ["6"],
  udp_options: ["17"],
};
const MAX_DESCRIPTION_LENGTH = 255;

/** Options of a rule for another protocol, ranges of ports that are none, a description that is too long. */
export function ruleDetails({ type, values }: Candidate): Refusal[] {
  if (type !== SECURITY_RULE) return [];
  const options = Object.keys(PROTOCOL_OF).filter((name) => values[name]?.[0]);
  const misplaced = options
    .filter((name) => typeof values.protocol === "string" && !PROTOCOL_OF[name]!.includes(values.protocol))
    .map((name) => invalid(`${name} do not go with the protocol ${values.protocol}`));
  const ranges = options.flatMap((name) =>
    ["source_port_range", "destination_port_range"].flatMap((end) => values[name][0][end] ?? []),
  );
  const ports = ranges
    .filter(({ min, max }: Value) => typeof min === "number" && typeof max === "number")
    .filter(({ min, max }: Value) => min < 1 || max > 65_535 || min > max)
    .map(({ min, max }: Value) => invalid(`${min}-${max} is no range of ports`));
  const length = typeof values.description === "string" ? values.description.length : 0;
  const long =
    length > MAX_DESCRIPTION_LENGTH ? [invalid(`A description of ${length} characters is too long`)] : [];
  return [...misplaced, ...ports, ...long];
}

/** Two routes of a table for one destination. */
export function repeatedRoutes({ values }: Candidate): Refusal[] {
  const destinations: unknown[] = (Array.isArray(values.route_rules) ? values.route_rules : [])
    .map((route: Value) => route?.destination)
    .filter((destination: Value) => typeof destination === "string");
  return destinations
    .filter((destination, i) => destinations.indexOf(destination) !== i)
    .map((destination) => invalid(`There are two routes for ${destination}`));
}

/** Of these a VCN has one at most. */
const ONE_A_VCN = ["oci_core_internet_gateway", "oci_core_service_gateway"];

export function secondGateway({ type, values, world }: Candidate): Refusal[] {
  if (!ONE_A_VCN.includes(type)) return [];
  return world
    .all(type)
    .filter(({ id, vcn_id }) => vcn_id === values.vcn_id && id !== values.id)
    .map(({ id }) => refusal("400-LimitExceeded", `The VCN has a gateway of this kind already, ${id}`));
}

/** What a resource is put into must be of the VCN that the resource is of. */
export function otherVcn({ type, values, world }: Candidate): Refusal[] {
  const endpoint = values.endpoint_config?.[0] ?? {};
  if (type === "oci_core_subnet") {
    return [
      ...notIn(world, values.vcn_id, "oci_core_route_table", [values.route_table_id]),
      ...notIn(world, values.vcn_id, "oci_core_security_list", values.security_list_ids),
    ];
  }
  if (type === "oci_containerengine_cluster") {
    return [
      ...notIn(world, values.vcn_id, "oci_core_subnet", [endpoint.subnet_id]),
      ...notIn(world, values.vcn_id, "oci_core_subnet", values.options?.[0]?.service_lb_subnet_ids),
      ...notIn(world, values.vcn_id, "oci_core_network_security_group", endpoint.nsg_ids),
    ];
  }
  if (type !== "oci_containerengine_node_pool") return [];
  const details = values.node_config_details?.[0] ?? {};
  const pods = details.node_pool_pod_network_option_details?.[0] ?? {};
  const vcn = world.get("oci_containerengine_cluster", values.cluster_id)?.vcn_id;
  return [
    ...notIn(
      world,
      vcn,
      "oci_core_subnet",
      details.placement_configs?.map((one: Values) => one.subnet_id),
    ),
    ...notIn(world, vcn, "oci_core_subnet", pods.pod_subnet_ids),
    ...notIn(world, vcn, "oci_core_network_security_group", [
      ...(details.nsg_ids ?? []),
      ...(pods.pod_nsg_ids ?? []),
    ]),
  ];
}

function notIn(world: World, vcn: Value, type: string, ids: Value): Refusal[] {
  if (typeof vcn !== "string" || !Array.isArray(ids)) return [];
  return ids
    .map((id) => [id, world.get(type, id)?.vcn_id])
    .filter(([, of]) => typeof of === "string" && of !== vcn)
    .map(([id, of]) => invalid(`${id} is of the VCN ${of}, not of ${vcn}`));
}

/** The addresses of Services must not be those of the VCN. */
export function servicesInVcn({ type, values, world }: Candidate): Refusal[] {
  const cidr = values.options?.[0]?.kubernetes_network_config?.[0]?.services_cidr;
  const vcn = type === "oci_containerengine_cluster" ? world.get("oci_core_vcn", values.vcn_id) : undefined;
  const services = typeof cidr === "string" ? range(cidr) : undefined;
  if (!vcn || !services) return [];
  return vcn.cidr_blocks
    .filter((block: string) => overlap(range(block)!, services))
    .map((block: string) => invalid(`services_cidr ${cidr} overlaps with ${block} of the VCN`));
}

/** A pool is not newer than its cluster. */
export function newerThanCluster({ type, values, world }: Candidate): Refusal[] {
  if (type !== "oci_containerengine_node_pool") return [];
  const cluster = world.get("oci_containerengine_cluster", values.cluster_id);
  const [ours, theirs] = [minor(values.kubernetes_version), minor(cluster?.kubernetes_version)];
  if (ours === undefined || theirs === undefined || ours <= theirs) return [];
  return [
    invalid(
      `Nodes of ${values.kubernetes_version} are newer than the cluster, ${cluster?.kubernetes_version}`,
    ),
  ];
}

/** OKE makes nothing of a version that it does not offer, and upgrades nothing to one; what runs it already goes on. */
export function unofferedVersion({ type, values, world }: Candidate): Refusal[] {
  if (type !== "oci_containerengine_cluster" && type !== "oci_containerengine_node_pool") return [];
  const { id, kubernetes_version: version } = values;
  if (typeof version !== "string" || world.offeredVersions.includes(version)) return [];
  if (world.get(type, id)?.kubernetes_version === version) return [];
  return [invalid(`Invalid kubernetesVersion: ${version}`)];
}

function minor(version: Value): number | undefined {
  const [, digits] = /^v1\.(\d+)\./.exec(String(version)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
