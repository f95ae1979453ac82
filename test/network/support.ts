import { type EgressInspectionProps } from "../../lib/network/egress/egress-inspection";
import { ExistingVcnNetwork } from "../../lib/network/vcn/existing-vcn-network";
import { type ExistingVcnNetworkProps } from "../../lib/network/vcn/existing-vcn-props";
import { SubnetPlan } from "../../lib/network/vcn/subnet-plan";
import { newStack, COMPARTMENT, resourcesOf } from "../support/stack";
import { type TerraformStack } from "cdktf";
import { ClusterNetwork, type ClusterNetworkProps } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { RegionServices } from "../../lib/network/vcn/region-services";

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

export const BANK = "203.0.113.0/24";
export const OFFICE = "10.200.0.0/16";
export const FIREWALL = "ocid1.privateip.oc1.eu-frankfurt-1.firewall";
export const FIREWALL_SUBNET = { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.firewall", cidr: "10.0.9.0/28" };
export const INSPECTION: EgressInspectionProps = {
  firewallPrivateIpId: FIREWALL,
  firewallSubnet: FIREWALL_SUBNET,
};

/** The rules of a table, but for the one to Oracle's services: `destination > gateway`. */
function tableOf(stack: TerraformStack, name: string): string[] | undefined {
  const tables = Object.values(resourcesOf(stack, "oci_core_route_table"));
  const rules: any[] | undefined = tables.find(({ display_name }) => display_name === name)?.route_rules;
  const kind = (id: string) => /oci_core_(\w+?)\./.exec(id)?.[1] ?? /^ocid1\.(\w+)\./.exec(id)?.[1];
  return rules
    ?.filter(({ destination_type: type }) => type === "CIDR_BLOCK")
    .map(({ destination, network_entity_id: id }) => `${destination} > ${kind(id)}`);
}

const TABLES = ["api-out", "workers-out", "pods-out", "lb-out", "firewall-out", "nat-in", "drg-in"];
/** What the tables of a network that is named `n` route, by the suffix of their names. */
export function tablesOf(stack: TerraformStack): { [name: string]: string[] } {
  return Object.fromEntries(
    TABLES.flatMap((name) => {
      const rules = tableOf(stack, `n-${name}`);
      return rules ? [[name, rules]] : [];
    }),
  );
}

/** The OCID of the VCN of `networkInExistingVcn`, which has the range 10.20.0.0/16. */
export const EXISTING_VCN = "ocid1.vcn.oc1.eu-frankfurt-1.existing";

/** An existing subnet of that VCN. */
export const existingSubnet = (name: string, cidr: string, isPublic?: boolean) => ({
  subnetId: `ocid1.subnet.oc1.eu-frankfurt-1.existing${name}`,
  cidr,
  isPublic,
});

/** The existing subnets of all roles. */
export const EXISTING_SUBNETS = {
  apiEndpointSubnet: existingSubnet("api", "10.20.1.0/28"),
  workerSubnet: existingSubnet("workers", "10.20.2.0/24"),
  podSubnet: existingSubnet("pods", "10.20.4.0/22"),
  loadBalancerSubnet: existingSubnet("lb", "10.20.3.0/24"),
};

export const planInExistingVcn = () => SubnetPlan.of({ vcnCidr: "10.20.8.0/22", nodes: 16, pods: 400 });

/** A network in the existing VCN, by default with the planned subnets. */
export function networkInExistingVcn(
  stack = newStack(),
  props: Partial<ExistingVcnNetworkProps> | object = {},
) {
  const defaults = { vcnId: EXISTING_VCN, vcnCidrs: ["10.20.0.0/16"], compartmentId: COMPARTMENT };
  return new ExistingVcnNetwork(stack, "network", {
    ...defaults,
    displayName: "n",
    regionServices: services,
    plan: planInExistingVcn(),
    ...props,
  });
}
