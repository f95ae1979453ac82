import { asList, blockOf, blocksOf, type Json, type Resource, type TerraformModel } from "./terraform-model";

/** A node pool: the subnets and groups of its nodes and pods. */
export interface Pool {
  readonly resource: Resource;
  readonly nodeSubnets: readonly Json[];
  readonly nodeGroups: Json;
  readonly podSubnets: readonly Json[];
  readonly podGroups: Json;
  /** The networking of the pods, if the pool sets it. */
  readonly cni?: string;
  /** The reference to the cluster. */
  readonly cluster: Json;
}

const UNKNOWN = "${unknown}";

function managedPool(resource: Resource): Pool {
  const { body } = resource;
  const details = blockOf(body, "node_config_details");
  const pods = blockOf(details, "node_pool_pod_network_option_details");
  const placed = blocksOf(details, "placement_configs").map((block) => block?.subnet_id ?? UNKNOWN);
  return {
    resource,
    nodeSubnets: unique(placed.length > 0 ? placed : asList(body.subnet_ids ?? UNKNOWN)),
    nodeGroups: details.nsg_ids,
    podSubnets: unique(asList(pods.pod_subnet_ids ?? UNKNOWN)),
    podGroups: pods.pod_nsg_ids,
    ...(pods.cni_type === undefined ? {} : { cni: String(pods.cni_type) }),
    cluster: body.cluster_id,
  };
}

function virtualPool(resource: Resource): Pool {
  const { body } = resource;
  const pods = blockOf(body, "pod_configuration");
  const placed = blocksOf(body, "placement_configurations").map((block) => block?.subnet_id ?? UNKNOWN);
  return {
    resource,
    nodeSubnets: unique(placed),
    nodeGroups: body.nsg_ids,
    podSubnets: [pods.subnet_id ?? UNKNOWN],
    podGroups: pods.nsg_ids,
    cni: "OCI_VCN_IP_NATIVE",
    cluster: body.cluster_id,
  };
}

function unique(values: readonly Json[]): Json[] {
  return [...new Set(values)];
}

/** The node pools of a configuration, including virtual ones. */
export function poolsOf(model: TerraformModel): Pool[] {
  return [
    ...model.ofType("oci_containerengine_node_pool").map(managedPool),
    ...model.ofType("oci_containerengine_virtual_node_pool").map(virtualPool),
  ];
}
