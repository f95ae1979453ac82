import { type TerraformStack } from "cdktf";
import { ClusterNetwork, type ClusterNetworkProps } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { COMPARTMENT, resourcesOf } from "../support/stack";

export const DRG = "ocid1.drg.oc1.eu-frankfurt-1.example";

/** Services that nothing is looked up for. */
export const services = RegionServices.of({
  serviceId: "ocid1.service.oc1.eu-frankfurt-1.test",
  cidrLabel: "all-fra-services-in-oracle-services-network",
});

/** A network of 10.0.0.0/16 with the groups of a cluster. */
export function networkIn(stack: TerraformStack, props: Partial<ClusterNetworkProps> = {}) {
  const network = new ClusterNetwork(stack, "network", {
    compartmentId: COMPARTMENT,
    displayName: "n",
    regionServices: services,
    ...props,
  });
  const { compartmentId, vcnId } = network;
  const group = (id: string) => new NetworkSecurityGroup(stack, id, { compartmentId, vcnId });
  return { network, api: group("api"), workers: group("workers"), pods: group("pods") };
}

/** What each subnet routes, by the subnet's name: `destination > kind of gateway`. */
export function routesOf(stack: TerraformStack): { [subnet: string]: string[] } {
  const tables = resourcesOf(stack, "oci_core_route_table");
  const subnets = Object.values(resourcesOf(stack, "oci_core_subnet"));
  const kind = (reference: string) => /oci_core_(\w+?)\./.exec(reference)?.[1];
  return Object.fromEntries(
    subnets.map(({ display_name, route_table_id }) => {
      const [, id = ""] = /^\$\{oci_core_route_table\.(.+)\.id}$/.exec(route_table_id) ?? [];
      const routes: any[] = tables[id].route_rules;
      return [
        display_name,
        routes.map(({ destination, network_entity_id }) => `${destination} > ${kind(network_entity_id)}`),
      ];
    }),
  );
}
