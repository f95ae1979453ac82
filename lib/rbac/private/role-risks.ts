import { type RbacResource } from "../rbac-resource";
import { CHANGES, READS, RbacVerb, VERBS, WRITES } from "../rbac-verb";

/** The risk of a permission: what it allows beyond its verbs. */
export interface RoleRisk {
  /** The verbs with this risk. */
  readonly verbs: readonly RbacVerb[];
  /** What they allow. */
  readonly leadsTo: string;
  /** The recommended alternative. */
  readonly fix: string;
  /** Whether no reason is accepted. */
  readonly never: boolean;
}

/** A row of the table of risks, from which the page docs/permissions.md is generated. */
export interface RiskRow extends Omit<RoleRisk, "never"> {
  /** The resources, `group/name`; an asterisk at the end matches any suffix. */
  readonly on: readonly string[];
  /** What makes it acceptable: a reason, the names of the objects, both, or nothing. @default "reason" */
  readonly takes?: "reason" | "names" | "reason and names" | "nothing";
}

const GROUPS_OF_RULES = ["admissionregistration.k8s.io/*", "apiregistration.k8s.io/*"];
const STREAMS = ["/pods/attach", "/pods/ephemeralcontainers", "/pods/exec", "/pods/portforward"];
const WORKLOADS = [
  ...["/pods", "/podtemplates", "/replicationcontrollers", "apps/controllerrevisions", "apps/daemonsets"],
  ...["apps/deployments", "apps/replicasets", "apps/statefulsets", "batch/cronjobs", "batch/jobs"],
];

/**
 * The permissions that allow privilege escalation, reading secret data, or leaving the namespace.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
export const RISKS: readonly RiskRow[] = [
  {
    on: ["rbac.authorization.k8s.io/*"],
    verbs: WRITES,
    leadsTo: "every right that can be put into a role",
    fix: "Let the program that makes the roles change them; reading them is fine",
    takes: "nothing",
  },
  {
    on: GROUPS_OF_RULES,
    verbs: WRITES,
    leadsTo: "every object that is sent to the API server, which it could read, change or refuse",
    fix: "Let the administrators of the cluster change them; reading them is fine",
    takes: "nothing",
  },
  {
    // Not nodes/metrics, which only shows the metrics of a kubelet.
    on: ["/nodes/proxy", "/nodes/status"],
    verbs: VERBS,
    leadsTo: "the kubelet of each node, and by it every container there, past audit and admission",
    fix: "Read nodes, or their metrics: Allow.read(Resource.NODE_METRICS)",
    takes: "nothing",
  },
  {
    on: ["certificates.k8s.io/certificatesigningrequests/*"],
    verbs: VERBS,
    leadsTo: "client certificates of any name, those of the system too",
    fix: "Let a controller of the cluster approve certificates",
    takes: "nothing",
  },
  {
    on: ["/serviceaccounts/token"],
    verbs: [RbacVerb.CREATE],
    leadsTo: "all that the service account may do",
    fix: "Name the service accounts, and say why",
    takes: "reason and names",
  },
  {
    on: ["/secrets"],
    verbs: [RbacVerb.GET],
    leadsTo: "the content of every Secret",
    fix: 'Name the Secrets: Allow.read(Resource.SECRETS).named("web-tls")',
    takes: "names",
  },
  {
    on: ["/secrets"],
    verbs: [RbacVerb.LIST, RbacVerb.WATCH],
    leadsTo: "the content of every Secret: a list has the whole objects",
    fix: 'Get single Secrets by their names: Allow.read(Resource.SECRETS).named("web-tls")',
  },
  {
    on: ["/secrets"],
    verbs: CHANGES,
    leadsTo: "tokens of any service account, which a Secret can ask for",
    fix: "Keep secrets in OCI Vault and let the cluster read them",
  },
  {
    on: STREAMS,
    verbs: VERBS,
    leadsTo: "the inside of running containers, their files and tokens",
    fix: "Read their logs: Allow.read(Resource.POD_LOGS)",
  },
  {
    on: ["/pods/proxy", "/services/proxy"],
    verbs: VERBS,
    leadsTo: "ports of pods through the API server, past every NetworkPolicy",
    fix: "Connect to a Service from a pod whose connections are declared",
  },
  {
    on: WORKLOADS,
    verbs: CHANGES,
    leadsTo: "every Secret and service account of the namespace, which a pod can name",
    fix: "Let a pipeline apply workloads; who operates them reads, scales, evicts and deletes",
  },
  {
    on: ["/persistentvolumes"],
    verbs: CHANGES,
    leadsTo: "the disks of nodes, by volumes of the type hostPath",
    fix: "Ask for volumes by Allow.write(Resource.PERSISTENT_VOLUME_CLAIMS)",
  },
  {
    on: ["/namespaces", "/namespaces/*"],
    verbs: WRITES,
    leadsTo: "the labels by which Pod Security and NetworkPolicies judge, or the end of all that is inside",
    fix: "Let the program that makes the namespace change it; reading it is fine",
  },
  {
    on: ["/nodes"],
    verbs: WRITES,
    leadsTo: "the place where the pods of others run",
    fix: "Read nodes",
  },
  {
    on: ["/bindings", "/pods/binding", "/pods/status"],
    verbs: WRITES,
    leadsTo: "the node or the address that a pod seems to have, and the traffic of others with it",
    fix: "Leave them to the scheduler and the kubelet",
  },
  {
    on: ["/endpoints", "discovery.k8s.io/endpointslices"],
    verbs: CHANGES,
    leadsTo: "traffic to pods of other namespaces, past what was declared",
    fix: "Let a Service select its pods",
  },
  {
    on: ["/services", "/services/status", "networking.k8s.io/ingresses"],
    verbs: CHANGES,
    leadsTo: "an open port or a load balancer, and traffic to addresses that the Service claims",
    fix: "Let a pipeline apply what the library writes, with its source ranges and NSG mode",
  },
  {
    on: ["networking.k8s.io/networkpolicies"],
    verbs: WRITES,
    leadsTo: "connections that nobody declared",
    fix: "Declare connections in the program: workload.connections.allowTo(peer, port)",
  },
  {
    on: ["/limitranges", "/resourcequotas", "/resourcequotas/*"],
    verbs: WRITES,
    leadsTo: "the processors and the memory of all others",
    fix: "Change them in the program: new SecureNamespace(chart, id, { quota, limits })",
  },
  {
    on: ["apiextensions.k8s.io/*"],
    verbs: WRITES,
    leadsTo: "all objects of a kind: they go with it, and pass its conversion webhook",
    fix: "Let the administrators of the cluster install them; reading them is fine",
  },
  {
    on: ["certificates.k8s.io/certificatesigningrequests"],
    verbs: CHANGES,
    leadsTo: "client certificates, once somebody approves them",
    fix: "Take tokens of IAM, or bound tokens of a service account, which end by themselves",
  },
];

/** The risks of a permission, except those that need no reason. */
export function risksOf(resource: RbacResource, verbs: readonly RbacVerb[], named: boolean): RoleRisk[] {
  return RISKS.filter(({ on }) => on.some((pattern) => matches(pattern, resource)))
    .map(({ takes = "reason", ...risk }) => ({
      ...risk,
      verbs: risk.verbs.filter((verb) => verbs.includes(verb)),
      never: takes === "nothing" || (takes === "reason and names" && !named),
      free: takes === "names" && named,
    }))
    .filter((risk) => risk.verbs.length > 0 && !risk.free);
}

/** The verbs that read a resource: for Secrets get only, as a list contains the content of all of them. */
export function readsOf(resource: RbacResource): RbacVerb[] {
  const reads = matches("/secrets", resource) ? [RbacVerb.GET] : READS;
  return reads.filter((verb) => resource._verbs().includes(verb));
}

function matches(pattern: string, { group, name }: RbacResource): boolean {
  const key = `${group}/${name}`;
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
