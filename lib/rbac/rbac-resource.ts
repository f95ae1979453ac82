import { knownResources, KUBERNETES_GROUPS, type RbacVerb, VERBS } from "./rbac-verb";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { isDnsLabel, isQualifiedName } from "../core/kubernetes-names";
import {
  boolean,
  checkedBy,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
} from "../core/readers";
import { Problems } from "../core/validation-error";

/** The names of a kind of objects in the Kubernetes API. */
export interface RbacResourceProps {
  /** The API group without a version, such as `cert-manager.io`; `""` for the core group. */
  readonly group: string;
  /** The plural in the API path of the objects, such as `certificates`. */
  readonly plural: string;
  /** Whether the objects are namespaced. */
  readonly namespaced: boolean;
  /** A subresource of each object, such as `status`. @default - the object itself */
  readonly subresource?: string;
}

/**
 * A kind of objects in RBAC rules.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
@checked
export class RbacResource {
  /** ConfigMaps. */
  public static readonly CONFIG_MAPS = RbacResource.ofKubernetes("", "configmaps");
  /** Revisions of StatefulSets and DaemonSets. */
  public static readonly CONTROLLER_REVISIONS = RbacResource.ofKubernetes("apps", "controllerrevisions");
  /** CronJobs. */
  public static readonly CRON_JOBS = RbacResource.ofKubernetes("batch", "cronjobs");
  /** CustomResourceDefinitions, cluster-scoped. */
  public static readonly CUSTOM_RESOURCE_DEFINITIONS = RbacResource.ofKubernetes(
    "apiextensions.k8s.io",
    "customresourcedefinitions",
  );
  /** DaemonSets. */
  public static readonly DAEMON_SETS = RbacResource.ofKubernetes("apps", "daemonsets");
  /** Deployments. */
  public static readonly DEPLOYMENTS = RbacResource.ofKubernetes("apps", "deployments");
  /** The replica counts of Deployments. */
  public static readonly DEPLOYMENT_SCALES = RbacResource.ofKubernetes("apps", "deployments/scale");
  /** Endpoints. */
  public static readonly ENDPOINTS = RbacResource.ofKubernetes("", "endpoints");
  /** EndpointSlices. */
  public static readonly ENDPOINT_SLICES = RbacResource.ofKubernetes("discovery.k8s.io", "endpointslices");
  /** Events of the core group, which programs write. */
  public static readonly EVENTS = RbacResource.ofKubernetes("", "events");
  /** Events of the group events.k8s.io, which kubectl reads. */
  public static readonly EVENTS_V1 = RbacResource.ofKubernetes("events.k8s.io", "events");
  /** HorizontalPodAutoscalers. */
  public static readonly HORIZONTAL_POD_AUTOSCALERS = RbacResource.ofKubernetes(
    "autoscaling",
    "horizontalpodautoscalers",
  );
  /** Ingresses. */
  public static readonly INGRESSES = RbacResource.ofKubernetes("networking.k8s.io", "ingresses");
  /** IngressClasses, cluster-scoped. */
  public static readonly INGRESS_CLASSES = RbacResource.ofKubernetes("networking.k8s.io", "ingressclasses");
  /** Jobs. */
  public static readonly JOBS = RbacResource.ofKubernetes("batch", "jobs");
  /** The metrics of the kubelets, cluster-scoped: their own, and those of containers and volumes. */
  public static readonly KUBELET_METRICS = RbacResource.ofKubernetes("", "nodes/metrics");
  /** Leases, used for leader election. */
  public static readonly LEASES = RbacResource.ofKubernetes("coordination.k8s.io", "leases");
  /** LimitRanges. */
  public static readonly LIMIT_RANGES = RbacResource.ofKubernetes("", "limitranges");
  /** Access reviews in a namespace, which check the permissions of a user. */
  public static readonly LOCAL_SUBJECT_ACCESS_REVIEWS = RbacResource.ofKubernetes(
    "authorization.k8s.io",
    "localsubjectaccessreviews",
  );
  /** Namespaces, cluster-scoped; a namespaced role can read its own namespace. */
  public static readonly NAMESPACES = RbacResource.ofKubernetes("", "namespaces");
  /** NetworkPolicies. */
  public static readonly NETWORK_POLICIES = RbacResource.ofKubernetes("networking.k8s.io", "networkpolicies");
  /** Nodes, cluster-scoped. */
  public static readonly NODES = RbacResource.ofKubernetes("", "nodes");
  /** The resource usage of nodes, cluster-scoped; needs a metrics server. */
  public static readonly NODE_METRICS = RbacResource.ofKubernetes("metrics.k8s.io", "nodes");
  /** PersistentVolumes, cluster-scoped. */
  public static readonly PERSISTENT_VOLUMES = RbacResource.ofKubernetes("", "persistentvolumes");
  /** PersistentVolumeClaims. */
  public static readonly PERSISTENT_VOLUME_CLAIMS = RbacResource.ofKubernetes("", "persistentvolumeclaims");
  /** Pods. */
  public static readonly PODS = RbacResource.ofKubernetes("", "pods");
  /** Attaching to running containers. */
  public static readonly POD_ATTACH = RbacResource.ofKubernetes("", "pods/attach");
  /** PodDisruptionBudgets. */
  public static readonly POD_DISRUPTION_BUDGETS = RbacResource.ofKubernetes("policy", "poddisruptionbudgets");
  /** Ephemeral containers, for debugging running pods. */
  public static readonly POD_EPHEMERAL_CONTAINERS = RbacResource.ofKubernetes("", "pods/ephemeralcontainers");
  /** Evicting pods, within the limits of their disruption budgets. */
  public static readonly POD_EVICTIONS = RbacResource.ofKubernetes("", "pods/eviction");
  /** Running commands in containers. */
  public static readonly POD_EXEC = RbacResource.ofKubernetes("", "pods/exec");
  /** The logs of containers. */
  public static readonly POD_LOGS = RbacResource.ofKubernetes("", "pods/log");
  /** The resource usage of pods; needs a metrics server. */
  public static readonly POD_METRICS = RbacResource.ofKubernetes("metrics.k8s.io", "pods");
  /** Port forwarding to pods through the API server. */
  public static readonly POD_PORT_FORWARD = RbacResource.ofKubernetes("", "pods/portforward");
  /** PriorityClasses, cluster-scoped. */
  public static readonly PRIORITY_CLASSES = RbacResource.ofKubernetes("scheduling.k8s.io", "priorityclasses");
  /** ReplicaSets. */
  public static readonly REPLICA_SETS = RbacResource.ofKubernetes("apps", "replicasets");
  /** ResourceQuotas. */
  public static readonly RESOURCE_QUOTAS = RbacResource.ofKubernetes("", "resourcequotas");
  /** Roles. */
  public static readonly ROLES = RbacResource.ofKubernetes("rbac.authorization.k8s.io", "roles");
  /** RoleBindings. */
  public static readonly ROLE_BINDINGS = RbacResource.ofKubernetes(
    "rbac.authorization.k8s.io",
    "rolebindings",
  );
  /** Secrets; reading one is a get by its name. */
  public static readonly SECRETS = RbacResource.ofKubernetes("", "secrets");
  /** Services. */
  public static readonly SERVICES = RbacResource.ofKubernetes("", "services");
  /** ServiceAccounts. */
  public static readonly SERVICE_ACCOUNTS = RbacResource.ofKubernetes("", "serviceaccounts");
  /** Token requests for ServiceAccounts. */
  public static readonly SERVICE_ACCOUNT_TOKENS = RbacResource.ofKubernetes("", "serviceaccounts/token");
  /** StatefulSets. */
  public static readonly STATEFUL_SETS = RbacResource.ofKubernetes("apps", "statefulsets");
  /** The replica counts of StatefulSets. */
  public static readonly STATEFUL_SET_SCALES = RbacResource.ofKubernetes("apps", "statefulsets/scale");
  /** StorageClasses, cluster-scoped. */
  public static readonly STORAGE_CLASSES = RbacResource.ofKubernetes("storage.k8s.io", "storageclasses");
  /** Access reviews, cluster-scoped, which check the permissions of a user. */
  public static readonly SUBJECT_ACCESS_REVIEWS = RbacResource.ofKubernetes(
    "authorization.k8s.io",
    "subjectaccessreviews",
  );
  /** Token reviews, cluster-scoped, which authenticate a token. */
  public static readonly TOKEN_REVIEWS = RbacResource.ofKubernetes("authentication.k8s.io", "tokenreviews");
  /** ValidatingAdmissionPolicies, cluster-scoped. */
  public static readonly VALIDATING_ADMISSION_POLICIES = RbacResource.ofKubernetes(
    "admissionregistration.k8s.io",
    "validatingadmissionpolicies",
  );

  /**
   * A kind of objects without a constant here, such as that of a CustomResourceDefinition.
   *
   * In the API groups of Kubernetes itself, it must be a resource that Kubernetes serves.
   */
  public static of(props: RbacResourceProps): RbacResource {
    const problems = new Problems("RbacResource.of");
    const read = readProps(problems, props, RESOURCE);
    if (!problems.any) checkServed(problems, read as Resolved<typeof RESOURCE>);
    const { group, plural, namespaced, subresource } = problems.resolved<Resolved<typeof RESOURCE>>(read);
    return new RbacResource(group, plural, namespaced, subresource);
  }

  private static ofKubernetes(group: string, name: string): RbacResource {
    const [plural = name, subresource] = name.split("/");
    const { namespaced = true } = knownResources(group)?.get(name) ?? {};
    return new RbacResource(group, plural, namespaced, subresource);
  }

  private constructor(
    /** The API group, `""` for the core group. */
    public readonly group: string,
    /** The plural in the API path of the objects. */
    public readonly plural: string,
    /** Whether the objects are namespaced. */
    public readonly namespaced: boolean,
    /** The subresource, if it is not the object itself. */
    public readonly subresource?: string,
  ) {}

  /** The name in a rule: the plural, with the subresource after a slash. */
  public get name(): string {
    return this.subresource === undefined ? this.plural : `${this.plural}/${this.subresource}`;
  }

  /** The kind as kubectl writes it, such as `deployments.apps`. */
  public toString(): string {
    return this.group === "" ? this.name : `${this.name}.${this.group}`;
  }

  /** @internal */
  public _verbs(): readonly RbacVerb[] {
    return knownResources(this.group)?.get(this.name)?.verbs ?? VERBS;
  }
}

/** Adds a problem for a wildcard; returns whether the text contains one. */
function checkWildcard(problems: Problems, name: string, text: string): boolean {
  if (!text.includes("*")) return false;
  problems.add(
    "PERMISSION_TOO_WIDE",
    `${name} is ${shown(text)}, a wildcard that also matches resources installed later`,
    'Write one permission for each resource, for example { group: "cert-manager.io", plural: "certificates" }',
  );
  return true;
}

/** Reads an API group without its version. */
const apiGroup = checkedBy(text(), (problems, name, group) => {
  if (checkWildcard(problems, name, group) || KUBERNETES_GROUPS.includes(group)) return;
  // A group of a CustomResourceDefinition has at least one period.
  if (group.includes(".") && isQualifiedName(`${group}/name`)) return;
  problems.add(
    "PERMISSION_INVALID",
    `${name} is ${shown(group)}, which is neither an API group of Kubernetes nor a DNS name`,
    'Write the group without its version, for example "cert-manager.io", "apps", or "" for the core group',
  );
});

/** Reads a segment of the API path of objects. */
const pathSegment = checkedBy(text(), (problems, name, segment) => {
  if (checkWildcard(problems, name, segment) || isDnsLabel(segment)) return;
  const isUrl = segment.startsWith("/");
  problems.add(
    "PERMISSION_INVALID",
    `${name} is ${shown(segment)}${isUrl ? ", a non-resource URL, which this library does not support" : ""}`,
    'Write the name in the API path of the objects, in lower case, for example plural: "certificates", subresource: "status"',
  );
});

const RESOURCE = {
  group: apiGroup,
  plural: pathSegment,
  namespaced: boolean(),
  subresource: optional(pathSegment),
} satisfies PropsSchema<RbacResourceProps>;

/** Adds a problem if Kubernetes does not serve a resource in one of its own API groups. */
function checkServed(
  problems: Problems,
  { group, plural, namespaced, subresource }: Resolved<typeof RESOURCE>,
): void {
  const served = knownResources(group);
  if (!served) return;
  const name = subresource === undefined ? plural : `${plural}/${subresource}`;
  const resource = served.get(name);
  const groupName = group === "" ? "the core group" : `the group ${group}`;
  if (!resource) {
    problems.add(
      "PERMISSION_INVALID",
      `plural is ${name}, which Kubernetes does not serve in ${groupName}`,
      `Write one of ${[...served.keys()].sort().join(", ")}`,
    );
  } else if (resource.namespaced !== namespaced) {
    problems.add(
      "PERMISSION_INVALID",
      `namespaced is ${shown(namespaced)}, but ${name} of ${groupName} are ${resource.namespaced ? "namespaced" : "cluster-scoped"}`,
      `Write namespaced: ${resource.namespaced}`,
    );
  }
}
