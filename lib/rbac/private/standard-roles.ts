import { RoleRule } from "../role-rule";
import { RbacResource } from "../rbac-resource";
import { RbacVerb } from "../rbac-verb";

/** The resources that viewers read: neither Secrets nor the inside of containers. */
const SEEN = [
  RbacResource.CONFIG_MAPS,
  RbacResource.CONTROLLER_REVISIONS,
  RbacResource.CRON_JOBS,
  RbacResource.DAEMON_SETS,
  RbacResource.DEPLOYMENTS,
  RbacResource.ENDPOINTS,
  RbacResource.ENDPOINT_SLICES,
  RbacResource.EVENTS,
  RbacResource.EVENTS_V1,
  RbacResource.HORIZONTAL_POD_AUTOSCALERS,
  RbacResource.INGRESSES,
  RbacResource.JOBS,
  RbacResource.LIMIT_RANGES,
  RbacResource.NETWORK_POLICIES,
  RbacResource.PERSISTENT_VOLUME_CLAIMS,
  RbacResource.PODS,
  RbacResource.POD_DISRUPTION_BUDGETS,
  RbacResource.POD_LOGS,
  RbacResource.POD_METRICS,
  RbacResource.REPLICA_SETS,
  RbacResource.RESOURCE_QUOTAS,
  RbacResource.ROLES,
  RbacResource.ROLE_BINDINGS,
  RbacResource.SERVICES,
  RbacResource.SERVICE_ACCOUNTS,
  RbacResource.STATEFUL_SETS,
];

/** The kinds of objects that workloads of this library consist of. */
const DEPLOYED = [
  RbacResource.CONFIG_MAPS,
  RbacResource.CRON_JOBS,
  RbacResource.DEPLOYMENTS,
  RbacResource.HORIZONTAL_POD_AUTOSCALERS,
  RbacResource.INGRESSES,
  RbacResource.JOBS,
  RbacResource.NETWORK_POLICIES,
  RbacResource.PERSISTENT_VOLUME_CLAIMS,
  RbacResource.POD_DISRUPTION_BUDGETS,
  RbacResource.SERVICES,
  RbacResource.SERVICE_ACCOUNTS,
  RbacResource.STATEFUL_SETS,
];

const SCALES = [RbacResource.DEPLOYMENT_SCALES, RbacResource.STATEFUL_SET_SCALES];

/** The permissions of viewers of a namespace: read everything but Secrets. */
export function viewersAllow(): RoleRule[] {
  return [
    ...SEEN.map((resource) => RoleRule.read(resource)),
    RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.GET),
  ];
}

/** The permissions of operators: scale and restart workloads, and delete jobs. */
export function developersAllow(): RoleRule[] {
  return [
    ...viewersAllow(),
    ...SCALES.map((resource) => RoleRule.verbs(resource, RbacVerb.GET, RbacVerb.UPDATE, RbacVerb.PATCH)),
    RoleRule.verbs(RbacResource.PODS, RbacVerb.DELETE),
    RoleRule.verbs(RbacResource.POD_EVICTIONS, RbacVerb.CREATE),
    RoleRule.verbs(RbacResource.JOBS, RbacVerb.DELETE),
  ];
}

/** The permissions of deployers: write workloads and their supporting objects. */
export function adminsAllow(reason: string): RoleRule[] {
  return [
    ...developersAllow(),
    ...DEPLOYED.map((resource) => RoleRule.write(resource).acknowledged({ reason })),
  ];
}
