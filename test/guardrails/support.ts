import { DIGEST } from "../workload/support";

export const ALLOWED = `fra.ocir.io/acme/web@${DIGEST}`;
export const REQUIRED_LABELS = ["app.kubernetes.io/instance", "app.kubernetes.io/name"];

/** A pod, or the pod template of a workload. */
export interface PodTemplate {
  metadata: { annotations?: any; labels?: any };
  spec: any;
}

/** A container that no rule denies in a pod with runAsNonRoot. */
export function container(name = "main", rest: object = {}): any {
  return {
    name,
    image: ALLOWED,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...rest,
  };
}

/** A pod that no rule denies. */
export function template(): PodTemplate {
  return {
    metadata: { labels: { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web" } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
      containers: [container()],
    },
  };
}

const selector = (pod: PodTemplate) => ({ matchLabels: pod.metadata.labels });
const onceOnly = (pod: PodTemplate) => ({ ...pod, spec: { ...pod.spec, restartPolicy: "Never" } });

/** Pods, and every kind that creates pods from a template. */
export const KINDS: {
  readonly [kind: string]: (pod: PodTemplate) => { apiVersion: string; [key: string]: any };
} = {
  Pod: (pod) => ({ apiVersion: "v1", metadata: pod.metadata, spec: pod.spec }),
  ReplicationController: (pod) => ({
    apiVersion: "v1",
    spec: { selector: pod.metadata.labels, template: pod },
  }),
  ReplicaSet: (pod) => ({ apiVersion: "apps/v1", spec: { selector: selector(pod), template: pod } }),
  Deployment: (pod) => ({ apiVersion: "apps/v1", spec: { selector: selector(pod), template: pod } }),
  StatefulSet: (pod) => ({
    apiVersion: "apps/v1",
    spec: { serviceName: "web", selector: selector(pod), template: pod },
  }),
  DaemonSet: (pod) => ({ apiVersion: "apps/v1", spec: { selector: selector(pod), template: pod } }),
  Job: (pod) => ({ apiVersion: "batch/v1", spec: { template: onceOnly(pod) } }),
  CronJob: (pod) => ({
    apiVersion: "batch/v1",
    spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: onceOnly(pod) } } },
  }),
};

/** An object of a kind with a pod template. */
export function workload(kind: string, namespace: string, pod: PodTemplate, name = "web"): any {
  const { apiVersion, metadata, ...rest } = KINDS[kind]!(pod);
  return { apiVersion, kind, metadata: { ...metadata, name, namespace }, ...rest };
}

/** A changed copy of the pod that no rule denies. */
export function podWith(change: (pod: PodTemplate) => void): PodTemplate {
  const pod = template();
  change(pod);
  return pod;
}

export function binding(kind: string, role: string, subjects?: object[], rest: object = {}): any {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "binding" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role, ...rest },
    ...(subjects ? { subjects } : {}),
  };
}

export const account = (namespace: string, name = "robot") => ({ kind: "ServiceAccount", namespace, name });
export const user = (name: string) => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name });
export const group = (name: string) => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name });

const OCI_RULES = "oci.oraclecloud.com/security-rule-management-mode";
export const GROUPS = "oci.oraclecloud.com/oci-network-security-groups";
export const NLB_GROUPS = "oci-network-load-balancer.oraclecloud.com/oci-network-security-groups";
export const INTERNAL = "service.beta.kubernetes.io/oci-load-balancer-internal";
export const BACKENDS = "oci.oraclecloud.com/oci-backend-network-security-group";
export const COMPARTMENT = "oci.oraclecloud.com/compartment-id";
export const LB_TYPE = "oci.oraclecloud.com/load-balancer-type";
export const TLS_SECRET = "service.beta.kubernetes.io/oci-load-balancer-tls-secret";
export const BACKEND_SECRET = "service.beta.kubernetes.io/oci-load-balancer-tls-backendset-secret";
/** The groups and compartments that the guardrails of the tests allow. */
export const NAMED_COMPARTMENT = "ocid1.compartment.oc1..edge";
export const NAMED_GROUP = "ocid1.networksecuritygroup.oc1..workers";
export const INTERNAL_NLB = "oci-network-load-balancer.oraclecloud.com/internal";

export function service(spec: object, annotations: object = {}): any {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", annotations },
    spec: { selector: { app: "web" }, ports: [{ port: 443 }], ...spec },
  };
}

export function loadBalancer(ranges: string[] | undefined, annotations: object = {}, mode?: string): any {
  const spec = { type: "LoadBalancer", ...(ranges ? { loadBalancerSourceRanges: ranges } : {}) };
  return service(spec, { ...(mode === "" ? {} : { [OCI_RULES]: mode ?? "NSG" }), ...annotations });
}
