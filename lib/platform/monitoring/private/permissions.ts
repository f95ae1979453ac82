import { Allow } from "../../../rbac/allow";
import { Resource } from "../../../rbac/role-resource";
import { Verb } from "../../../rbac/role-verb";

const watch = (resource: Resource) => Allow.verbs(resource, Verb.LIST, Verb.WATCH);

/** What Prometheus reads in each namespace with pods that it scrapes: where they are. */
export function podPermissions(): Allow[] {
  return [Allow.verbs(Resource.PODS, Verb.GET, Verb.LIST, Verb.WATCH)];
}

/** What Prometheus reads of the whole cluster: where nodes are, and the metrics of their kubelets. */
export function nodePermissions(readsKubelets: boolean): Allow[] {
  const nodes = Allow.verbs(Resource.NODES, Verb.GET, Verb.LIST, Verb.WATCH);
  return readsKubelets ? [nodes, Allow.verbs(Resource.KUBELET_METRICS, Verb.GET)] : [nodes];
}

/** What kube-state-metrics reads: the state of objects, in all namespaces; neither Secrets nor ConfigMaps. */
export function statePermissions(): Allow[] {
  return [
    Resource.CRON_JOBS,
    Resource.DAEMON_SETS,
    Resource.DEPLOYMENTS,
    Resource.HORIZONTAL_POD_AUTOSCALERS,
    Resource.JOBS,
    Resource.NAMESPACES,
    Resource.NODES,
    Resource.PERSISTENT_VOLUME_CLAIMS,
    Resource.POD_DISRUPTION_BUDGETS,
    Resource.PODS,
    Resource.REPLICA_SETS,
    Resource.RESOURCE_QUOTAS,
    Resource.STATEFUL_SETS,
  ].map(watch);
}
