import { RoleRule } from "../../../rbac/role-rule";
import { RbacResource } from "../../../rbac/rbac-resource";
import { RbacVerb } from "../../../rbac/rbac-verb";

const watch = (resource: RbacResource) => RoleRule.verbs(resource, RbacVerb.LIST, RbacVerb.WATCH);

/** What Prometheus reads in each namespace with pods that it scrapes: where they are. */
export function podPermissions(): RoleRule[] {
  return [RoleRule.verbs(RbacResource.PODS, RbacVerb.GET, RbacVerb.LIST, RbacVerb.WATCH)];
}

/** What Prometheus reads of the whole cluster: where nodes are, and the metrics of their kubelets. */
export function nodePermissions(readsKubelets: boolean): RoleRule[] {
  const nodes = RoleRule.verbs(RbacResource.NODES, RbacVerb.GET, RbacVerb.LIST, RbacVerb.WATCH);
  return readsKubelets ? [nodes, RoleRule.verbs(RbacResource.KUBELET_METRICS, RbacVerb.GET)] : [nodes];
}

/** What kube-state-metrics reads: the state of objects, in all namespaces; neither Secrets nor ConfigMaps. */
export function statePermissions(): RoleRule[] {
  return [
    RbacResource.CRON_JOBS,
    RbacResource.DAEMON_SETS,
    RbacResource.DEPLOYMENTS,
    RbacResource.HORIZONTAL_POD_AUTOSCALERS,
    RbacResource.JOBS,
    RbacResource.NAMESPACES,
    RbacResource.NODES,
    RbacResource.PERSISTENT_VOLUME_CLAIMS,
    RbacResource.POD_DISRUPTION_BUDGETS,
    RbacResource.PODS,
    RbacResource.REPLICA_SETS,
    RbacResource.RESOURCE_QUOTAS,
    RbacResource.STATEFUL_SETS,
  ].map(watch);
}
