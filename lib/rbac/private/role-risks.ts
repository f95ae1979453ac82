import { type RbacResource } from "../rbac-resource";
import { CHANGES, READS, RbacVerb, VERBS, WRITES } from "../rbac-verb";

/** The risk of a permission: what it allows beyond its verbs. */
export interface RoleRisk {
  /** The verbs with this risk. */
  readonly verbs: readonly RbacVerb[];
  /** What they allow, in words that follow "allows". */
  readonly allows: string;
  /** The recommended alternative. */
  readonly fix: string;
  /** Whether a reason makes the permission acceptable. */
  readonly isAcceptable: boolean;
}

/** A row of the table of risks, from which the page docs/permissions.md is generated. */
export interface RiskRow extends Omit<RoleRisk, "isAcceptable"> {
  /** The resources, `group/name`; an asterisk at the end matches any suffix. */
  readonly resources: readonly string[];
  /** What makes it acceptable: a reason, the names of the objects, both, or nothing. @default "reason" */
  readonly acceptedWith?: "reason" | "names" | "reason and names" | "nothing";
}

const ADMISSION_GROUPS = ["admissionregistration.k8s.io/*", "apiregistration.k8s.io/*"];
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
    resources: ["rbac.authorization.k8s.io/*"],
    verbs: WRITES,
    allows: "granting any permission, including to oneself",
    fix: "Change roles in the program that creates them; a role may read them",
    acceptedWith: "nothing",
  },
  {
    resources: ADMISSION_GROUPS,
    verbs: WRITES,
    allows: "reading, changing, or rejecting every object sent to the API server",
    fix: "Leave these objects to the cluster administrators; a role may read them",
    acceptedWith: "nothing",
  },
  {
    // Not nodes/metrics, which only shows the metrics of a kubelet.
    resources: ["/nodes/proxy", "/nodes/status"],
    verbs: VERBS,
    allows: "full access to the kubelet and all containers of a node, without audit or admission control",
    fix: "Read nodes, or their metrics: RoleRule.read(RbacResource.NODE_METRICS)",
    acceptedWith: "nothing",
  },
  {
    resources: ["certificates.k8s.io/certificatesigningrequests/*"],
    verbs: VERBS,
    allows: "issuing client certificates for any user, including system users",
    fix: "Leave the approval of certificates to a controller of the cluster",
    acceptedWith: "nothing",
  },
  {
    resources: ["/serviceaccounts/token"],
    verbs: [RbacVerb.CREATE],
    allows: "acting as the service account",
    fix: 'Name the service accounts and give the reason: .named("ci").acknowledged({ reason: "…" })',
    acceptedWith: "reason and names",
  },
  {
    resources: ["/secrets"],
    verbs: [RbacVerb.GET],
    allows: "reading every Secret",
    fix: 'Name the Secrets: RoleRule.read(RbacResource.SECRETS).named("web-tls")',
    acceptedWith: "names",
  },
  {
    resources: ["/secrets"],
    verbs: [RbacVerb.LIST, RbacVerb.WATCH],
    allows: "reading every Secret, because a list contains the whole objects",
    fix: 'Read single Secrets by name: RoleRule.read(RbacResource.SECRETS).named("web-tls")',
  },
  {
    resources: ["/secrets"],
    verbs: CHANGES,
    allows: "getting tokens of any service account of the namespace, by creating a token Secret",
    fix: "Keep secrets in OCI Vault, and mount them: workload.mountSecret(secret)",
  },
  {
    resources: STREAMS,
    verbs: VERBS,
    allows: "access to running containers, with their files and tokens",
    fix: "Read the logs instead: RoleRule.read(RbacResource.POD_LOGS)",
  },
  {
    resources: ["/pods/proxy", "/services/proxy"],
    verbs: VERBS,
    allows: "connections to any port of a pod through the API server, which no NetworkPolicy restricts",
    fix: "Connect from a pod with declared connections: workload.connections.allowTo(peer, port)",
  },
  {
    resources: WORKLOADS,
    verbs: CHANGES,
    allows: "using every Secret and service account of the namespace, by a pod that mounts them",
    fix: "Deploy workloads with a pipeline; operators only need to read, scale, evict, and delete",
  },
  {
    resources: ["/persistentvolumes"],
    verbs: CHANGES,
    allows: "reading the disks of nodes, by hostPath volumes",
    fix: "Use claims instead: RoleRule.write(RbacResource.PERSISTENT_VOLUME_CLAIMS)",
  },
  {
    resources: ["/namespaces", "/namespaces/*"],
    verbs: WRITES,
    allows:
      "changing the labels that Pod Security and NetworkPolicies rely on, and deleting everything in the namespace",
    fix: "Change the namespace in the program that creates it; a role may read it",
  },
  {
    resources: ["/nodes"],
    verbs: WRITES,
    allows: "controlling where the pods of others run",
    fix: "Read nodes instead: RoleRule.read(RbacResource.NODES)",
  },
  {
    resources: ["/bindings", "/pods/binding", "/pods/status"],
    verbs: WRITES,
    allows: "forging the node or the address of a pod, and so receiving the traffic of other pods",
    fix: "Leave these objects to the scheduler and the kubelet",
  },
  {
    resources: ["/endpoints", "discovery.k8s.io/endpointslices"],
    verbs: CHANGES,
    allows: "sending traffic to pods of other namespaces without a declared connection",
    fix: "Let the Service select its pods by their labels",
  },
  {
    resources: ["/services", "/services/status", "networking.k8s.io/ingresses"],
    verbs: CHANGES,
    allows:
      "opening a port or a load balancer, and receiving the traffic for addresses that a Service claims",
    fix: "Deploy Services of this library with a pipeline: workload.exposeViaLoadBalancer(options)",
  },
  {
    resources: ["networking.k8s.io/networkpolicies"],
    verbs: WRITES,
    allows: "connections that nobody declared",
    fix: "Declare connections in the program: workload.connections.allowTo(peer, port)",
  },
  {
    resources: ["/limitranges", "/resourcequotas", "/resourcequotas/*"],
    verbs: WRITES,
    allows: "using up the CPU and memory of other workloads",
    fix: "Change them in the program: new SecureNamespace(chart, id, { name, quota, limits })",
  },
  {
    resources: ["apiextensions.k8s.io/*"],
    verbs: WRITES,
    allows: "deleting all objects of a kind, and changing them with a conversion webhook",
    fix: "Leave these objects to the cluster administrators; a role may read them",
  },
  {
    resources: ["certificates.k8s.io/certificatesigningrequests"],
    verbs: CHANGES,
    allows: "client certificates for any user, once somebody approves them",
    fix: "Use IAM tokens, or projected tokens of a service account, which expire",
  },
];

/** The risks of a permission, except those that need no reason. */
export function risksOf(resource: RbacResource, verbs: readonly RbacVerb[], isNamed: boolean): RoleRisk[] {
  return RISKS.filter((row) => row.resources.some((pattern) => matches(pattern, resource)))
    .filter(({ acceptedWith }) => acceptedWith !== "names" || !isNamed)
    .map(({ acceptedWith = "reason", ...row }) => ({
      ...row,
      verbs: row.verbs.filter((verb) => verbs.includes(verb)),
      isAcceptable: acceptedWith !== "nothing" && (acceptedWith !== "reason and names" || isNamed),
    }))
    .filter((risk) => risk.verbs.length > 0);
}

/** The verbs that read a resource: for Secrets get only, as a list contains the content of all of them. */
export function readVerbsOf(resource: RbacResource): RbacVerb[] {
  const verbs = matches("/secrets", resource) ? [RbacVerb.GET] : READS;
  return verbs.filter((verb) => resource._verbs().includes(verb));
}

function matches(pattern: string, { group, name }: RbacResource): boolean {
  const key = `${group}/${name}`;
  return pattern.endsWith("*") ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
