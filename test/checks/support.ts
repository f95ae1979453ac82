import { Endpoint, Reachability, type ReachabilityOptions } from "../../lib/checks";

export const id = (address: string, attribute = "id") => `\${${address}.${attribute}}`;
export const nsg = (name: string) => `oci_core_network_security_group.${name}`;

/** A rule of a group as a Terraform resource. */
export function rule(
  group: string,
  direction: "in" | "out",
  end: string,
  protocol: string,
  port?: number,
  more = {},
) {
  const [side, other] = direction === "in" ? ["INGRESS", "source"] : ["EGRESS", "destination"];
  const options = { destination_port_range: { min: port, max: port } };
  return {
    network_security_group_id: id(nsg(group)),
    direction: side,
    protocol,
    [other]: end,
    ...(port === undefined ? {} : { [protocol === "17" ? "udp_options" : "tcp_options"]: options }),
    ...more,
  };
}

/** A small cluster of plain Terraform: a public subnet, and groups for the API endpoint and the nodes. */
export function cluster(changes: (resource: any) => void = () => undefined, more: object = {}): any {
  const vcn = { vcn_id: id("oci_core_vcn.main") };
  const resource: any = {
    oci_core_vcn: { main: { cidr_blocks: ["10.0.0.0/16"] } },
    oci_core_internet_gateway: { inet: { ...vcn } },
    oci_core_nat_gateway: { nat: { ...vcn } },
    oci_core_service_gateway: { osn: { ...vcn } },
    oci_core_drg: { hub: {} },
    oci_core_route_table: {
      main: {
        ...vcn,
        route_rules: [{ destination: "0.0.0.0/0", network_entity_id: id("oci_core_internet_gateway.inet") }],
      },
    },
    oci_core_security_list: { empty: { ...vcn } },
    oci_core_subnet: {
      main: {
        ...vcn,
        cidr_block: "10.0.1.0/24",
        route_table_id: id("oci_core_route_table.main"),
        security_list_ids: [id("oci_core_security_list.empty")],
      },
    },
    oci_core_network_security_group: { api: { ...vcn }, nodes: { ...vcn }, lb: { ...vcn } },
    oci_core_network_security_group_security_rule: {},
    oci_containerengine_cluster: {
      main: {
        endpoint_config: {
          is_public_ip_enabled: true,
          nsg_ids: [id(nsg("api"))],
          subnet_id: id("oci_core_subnet.main"),
        },
        options: [{ service_lb_subnet_ids: [id("oci_core_subnet.main")] }],
      },
    },
    oci_containerengine_node_pool: {
      main: {
        cluster_id: id("oci_containerengine_cluster.main"),
        node_config_details: [
          {
            placement_configs: { subnet_id: id("oci_core_subnet.main") },
            nsg_ids: [id(nsg("nodes"))],
            node_pool_pod_network_option_details: {
              cni_type: "OCI_VCN_IP_NATIVE",
              pod_subnet_ids: [id("oci_core_subnet.main")],
              pod_nsg_ids: [id(nsg("nodes"))],
            },
          },
        ],
      },
    },
  };
  changes(resource);
  return { resource, ...more };
}

/** Adds rules to a configuration, named by their index. */
export function addRules(resource: any, ...rules: object[]): void {
  const all = resource.oci_core_network_security_group_security_rule;
  for (const entry of rules) all[`rule${Object.keys(all).length}`] = entry;
}

export function reach(
  terraform: object | object[],
  manifests: object[] = [],
  options: ReachabilityOptions = {},
) {
  const documents = (Array.isArray(terraform) ? terraform : [terraform]).map((entry) =>
    JSON.stringify(entry),
  );
  return Reachability.fromTexts({
    ...options,
    terraform: documents,
    manifests: manifests.map((entry) => JSON.stringify(entry)),
  });
}

export const API = Endpoint.apiEndpoint();
export const NODES = Endpoint.nodes();
export const INTERNET = Endpoint.internet();

export function deployment(name: string, labels: object, spec: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: { template: { metadata: { labels }, spec } },
  };
}

export function policy(spec: object, name = "policy", namespace = "shop"): object {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}

export function loadBalancer(annotations: object, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 443, nodePort: 30443 }], ...spec },
  };
}
