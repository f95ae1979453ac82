import { Allow } from "../../rbac/allow";
import { Resource } from "../../rbac/role-resource";
import { Verb } from "../../rbac/role-verb";

/** What everybody of a tenant sees: neither Secrets nor the inside of containers. */
const SEEN = [
  Resource.CONFIG_MAPS,
  Resource.CONTROLLER_REVISIONS,
  Resource.CRON_JOBS,
  Resource.DAEMON_SETS,
  Resource.DEPLOYMENTS,
  Resource.ENDPOINTS,
  Resource.ENDPOINT_SLICES,
  Resource.EVENTS,
  Resource.EVENTS_V1,
  Resource.HORIZONTAL_POD_AUTOSCALERS,
  Resource.INGRESSES,
  Resource.JOBS,
  Resource.LIMIT_RANGES,
  Resource.NETWORK_POLICIES,
  Resource.PERSISTENT_VOLUME_CLAIMS,
  Resource.PODS,
  Resource.POD_DISRUPTION_BUDGETS,
  Resource.POD_LOGS,
  Resource.POD_METRICS,
  Resource.REPLICA_SETS,
  Resource.RESOURCE_QUOTAS,
  Resource.ROLES,
  Resource.ROLE_BINDINGS,
  Resource.SERVICES,
  Resource.SERVICE_ACCOUNTS,
  Resource.STATEFUL_SETS,
];

/** What workloads of this library are made of. */
const DEPLOYED = [
  Resource.CONFIG_MAPS,
  Resource.CRON_JOBS,
  Resource.DEPLOYMENTS,
  Resource.HORIZONTAL_POD_AUTOSCALERS,
  Resource.INGRESSES,
  Resource.JOBS,
  Resource.NETWORK_POLICIES,
  Resource.PERSISTENT_VOLUME_CLAIMS,
  Resource.POD_DISRUPTION_BUDGETS,
  Resource.SERVICES,
  Resource.SERVICE_ACCOUNTS,
  Resource.STATEFUL_SETS,
];

const SCALES = [Resource.DEPLOYMENT_SCALES, Resource.STATEFUL_SET_SCALES];

/** What those may do who look after a tenant: see everything but Secrets. */
export function viewersAllow(): Allow[] {
  return [...SEEN.map((resource) => Allow.read(resource)), Allow.verbs(Resource.NAMESPACES, Verb.GET)];
}

/** What those may do who run what is deployed: scale it, restart it and end jobs. */
export function developersAllow(): Allow[] {
  return [
    ...viewersAllow(),
    ...SCALES.map((resource) => Allow.verbs(resource, Verb.GET, Verb.UPDATE, Verb.PATCH)),
    Allow.verbs(Resource.PODS, Verb.DELETE),
    Allow.verbs(Resource.POD_EVICTIONS, Verb.CREATE),
    Allow.verbs(Resource.JOBS, Verb.DELETE),
  ];
}

/** What those may do who deploy: write workloads and what belongs to them. */
export function adminsAllow(tenant: string): Allow[] {
  const reason = `The admins of the tenant ${tenant} deploy its workloads`;
  return [
    ...developersAllow(),
    ...DEPLOYED.map((resource) => Allow.write(resource).acknowledged({ reason })),
  ];
}
