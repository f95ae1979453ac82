import { type World } from "./world";

const GROUP = "oci_core_network_security_group";

/**
 * What the load balancer controller of every cluster in the account does once there is a Service whose rules it manages.
 *
 * It takes each backend group of the cluster for its own: it adds a free-form tag where there is none of that key.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer.go
 */
export function runLoadBalancerController(world: World): void {
  for (const cluster of world.all("oci_containerengine_cluster")) {
    for (const id of cluster.options?.[0]?.service_lb_config?.[0]?.backend_nsg_ids ?? []) {
      const group = world.get(GROUP, id);
      if (!group || "ManagedBy" in (group.freeform_tags ?? {})) continue;
      world.put(GROUP, { ...group, freeform_tags: { ...group.freeform_tags, ManagedBy: "CCM" } });
    }
  }
}
