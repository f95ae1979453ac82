/** An RBAC verb. */
export enum RbacVerb {
  /** Read one object. */
  GET = "get",
  /** Read all objects with their content. */
  LIST = "list",
  /** Receive every change, with the objects. */
  WATCH = "watch",
  /** Create an object. */
  CREATE = "create",
  /** Replace an object. */
  UPDATE = "update",
  /** Change a part of an object; together with CREATE, apply it. */
  PATCH = "patch",
  /** Delete one object. */
  DELETE = "delete",
  /** Delete all objects at once. */
  DELETE_COLLECTION = "deletecollection",
}

/** All verbs of resources, in the order in which they are written. */
export const VERBS: readonly RbacVerb[] = Object.values(RbacVerb);

/** The verbs that only read. */
export const READS: readonly RbacVerb[] = [RbacVerb.GET, RbacVerb.LIST, RbacVerb.WATCH];

/** The verbs that change an object. */
export const CHANGES: readonly RbacVerb[] = [RbacVerb.CREATE, RbacVerb.UPDATE, RbacVerb.PATCH];

/** All verbs except the reading ones. */
export const WRITES: readonly RbacVerb[] = VERBS.filter((verb) => !READS.includes(verb));

/** The verbs that can't be restricted by name: the object has none yet, or the request is for all objects. */
export const NAMELESS: readonly RbacVerb[] = [RbacVerb.CREATE, RbacVerb.DELETE_COLLECTION];

/** The resources of an API group, with the verbs that are served. */
interface ResourceGroup {
  /** Namespaced resources with every verb. */
  readonly namespaced?: readonly string[];
  /** Cluster-scoped resources with every verb. */
  readonly cluster?: readonly string[];
  /** Resources with some verbs only: subresources of the above, and resources that can't be read or written. */
  readonly partial?: { readonly [name: string]: readonly RbacVerb[] };
  /** The cluster-scoped ones of `partial`, unless a resource above implies it. */
  readonly partialOfCluster?: readonly string[];
}

const { GET, LIST, CREATE, UPDATE, PATCH, DELETE, DELETE_COLLECTION } = RbacVerb;
const PART = [GET, UPDATE, PATCH];
const STREAM = [GET, CREATE];
const PROXY = [GET, CREATE, UPDATE, PATCH, DELETE];

/**
 * The resources that a kube-apiserver of 1.34 to 1.36 serves, and the metrics of pods and nodes; a test
 * compares them with a real one.
 *
 * A rule for any other resource in these groups is a typing error, which Kubernetes stores silently.
 */
const GROUPS: { readonly [group: string]: ResourceGroup } = {
  "": {
    namespaced: [
      ...[
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "persistentvolumeclaims",
        "pods",
        "podtemplates",
      ],
      ...["replicationcontrollers", "resourcequotas", "secrets", "serviceaccounts", "services"],
    ],
    cluster: ["nodes", "persistentvolumes"],
    partial: {
      bindings: [CREATE],
      componentstatuses: [GET, LIST],
      namespaces: VERBS.filter((verb) => verb !== DELETE_COLLECTION),
      "namespaces/finalize": [UPDATE],
      "namespaces/status": PART,
      "nodes/metrics": [GET],
      "nodes/proxy": PROXY,
      "nodes/status": PART,
      "persistentvolumeclaims/status": PART,
      "persistentvolumes/status": PART,
      "pods/attach": STREAM,
      "pods/binding": [CREATE],
      "pods/ephemeralcontainers": PART,
      "pods/eviction": [CREATE],
      "pods/exec": STREAM,
      "pods/log": [GET],
      "pods/portforward": STREAM,
      "pods/proxy": PROXY,
      "pods/resize": PART,
      "pods/status": PART,
      "replicationcontrollers/scale": PART,
      "replicationcontrollers/status": PART,
      "resourcequotas/status": PART,
      "serviceaccounts/token": [CREATE],
      "services/proxy": PROXY,
      "services/status": PART,
    },
    partialOfCluster: ["componentstatuses", "namespaces"],
  },
  "admissionregistration.k8s.io": {
    cluster: [
      // Since 1.36.
      ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
      ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
      ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
    ],
    partial: { "validatingadmissionpolicies/status": PART },
  },
  "apiextensions.k8s.io": {
    cluster: ["customresourcedefinitions"],
    partial: { "customresourcedefinitions/status": PART },
  },
  "apiregistration.k8s.io": { cluster: ["apiservices"], partial: { "apiservices/status": PART } },
  apps: {
    namespaced: ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
    partial: {
      "daemonsets/status": PART,
      "deployments/scale": PART,
      "deployments/status": PART,
      "replicasets/scale": PART,
      "replicasets/status": PART,
      "statefulsets/scale": PART,
      "statefulsets/status": PART,
    },
  },
  "authentication.k8s.io": {
    partial: { selfsubjectreviews: [CREATE], tokenreviews: [CREATE] },
    partialOfCluster: ["selfsubjectreviews", "tokenreviews"],
  },
  "authorization.k8s.io": {
    partial: {
      localsubjectaccessreviews: [CREATE],
      selfsubjectaccessreviews: [CREATE],
      selfsubjectrulesreviews: [CREATE],
      subjectaccessreviews: [CREATE],
    },
    partialOfCluster: ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"],
  },
  autoscaling: {
    namespaced: ["horizontalpodautoscalers"],
    partial: { "horizontalpodautoscalers/status": PART },
  },
  batch: {
    namespaced: ["cronjobs", "jobs"],
    partial: { "cronjobs/status": PART, "jobs/status": PART },
  },
  "certificates.k8s.io": {
    cluster: ["certificatesigningrequests"],
    partial: { "certificatesigningrequests/approval": PART, "certificatesigningrequests/status": PART },
  },
  "coordination.k8s.io": { namespaced: ["leases"] },
  "discovery.k8s.io": { namespaced: ["endpointslices"] },
  "events.k8s.io": { namespaced: ["events"] },
  "flowcontrol.apiserver.k8s.io": {
    cluster: ["flowschemas", "prioritylevelconfigurations"],
    partial: { "flowschemas/status": PART, "prioritylevelconfigurations/status": PART },
  },
  "metrics.k8s.io": { partial: { nodes: [GET, LIST], pods: [GET, LIST] }, partialOfCluster: ["nodes"] },
  "networking.k8s.io": {
    namespaced: ["ingresses", "networkpolicies"],
    cluster: ["ingressclasses", "ipaddresses", "servicecidrs"],
    partial: { "ingresses/status": PART, "servicecidrs/status": PART },
  },
  "node.k8s.io": { cluster: ["runtimeclasses"] },
  policy: { namespaced: ["poddisruptionbudgets"], partial: { "poddisruptionbudgets/status": PART } },
  "rbac.authorization.k8s.io": {
    namespaced: ["rolebindings", "roles"],
    cluster: ["clusterrolebindings", "clusterroles"],
  },
  "resource.k8s.io": {
    namespaced: ["resourceclaims", "resourceclaimtemplates"],
    cluster: ["deviceclasses", "resourceslices"],
    partial: { "resourceclaims/status": PART },
  },
  "scheduling.k8s.io": { cluster: ["priorityclasses"] },
  "storage.k8s.io": {
    namespaced: ["csistoragecapacities"],
    cluster: ["csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"],
    partial: { "volumeattachments/status": PART },
  },
};

/** The scope and the verbs of a Kubernetes resource. */
interface KnownResource {
  readonly namespaced: boolean;
  readonly verbs: readonly RbacVerb[];
}

/** The API groups of Kubernetes itself. */
export const KUBERNETES_GROUPS: readonly string[] = Object.keys(GROUPS);

/** The resources and subresources of a Kubernetes API group by name; undefined for other groups. */
export function knownResources(group: string): Map<string, KnownResource> | undefined {
  if (!KUBERNETES_GROUPS.includes(group)) return undefined;
  const { namespaced = [], cluster = [], partial = {}, partialOfCluster = [] } = GROUPS[group] ?? {};
  const ofCluster = [...cluster, ...partialOfCluster];
  const names = [...namespaced, ...cluster, ...Object.keys(partial)];
  return new Map(
    names.map((name) => {
      const [plural = name] = name.split("/");
      return [name, { namespaced: !ofCluster.includes(plural), verbs: partial[name] ?? VERBS }];
    }),
  );
}

/** The API group of the objects of the Gateway API. */
export const GATEWAY_API_GROUP = "gateway.networking.k8s.io";

/**
 * The release of the Gateway API's definitions that gateways are written for, defined only here.
 *
 * Traefik 3.7 is built with it, and waits for each of the kinds that it lists: with definitions older than
 * 1.5, it never becomes ready.
 *
 * @see https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-gateway/
 */
export const GATEWAY_API_VERSION = "1.5.1";

/** The kinds of the standard channel. */
const PLURALS = [
  ...["backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "listenersets"],
  ...["referencegrants", "tlsroutes"],
];

/** Whether a resource belongs to the Gateway API, which is installed separately from the program. */
export function isOfGatewayApi({
  group,
  plural,
}: {
  readonly group: string;
  readonly plural: string;
}): boolean {
  return group === GATEWAY_API_GROUP && PLURALS.includes(plural);
}
