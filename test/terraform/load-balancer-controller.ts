import { type Account } from "./account";

const GROUP = "oci_core_network_security_group";

/**
 * Runs the load balancer controller of each cluster, as if the cluster had a Service whose rules the controller manages.
 *
 * The controller claims each backend group of the cluster: it adds a ManagedBy tag to groups that have none.
 *
 * @see https://github.com/oracle/oci-cloud-controller-manager/blob/master/pkg/cloudprovider/providers/oci/load_balancer.go
 */
export function runLoadBalancerController(account: Account): void {
  for (const cluster of account.all("oci_containerengine_cluster")) {
    for (const id of cluster.options?.[0]?.service_lb_config?.[0]?.backend_nsg_ids ?? []) {
      const group = account.get(GROUP, id);
      if (!group || "ManagedBy" in (group.freeform_tags ?? {})) continue;
      account.put(GROUP, { ...group, freeform_tags: { ...group.freeform_tags, ManagedBy: "CCM" } });
    }
  }
}
